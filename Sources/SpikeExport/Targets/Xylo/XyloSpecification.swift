import SpikeBundle
import SpikeContainers

/// The arguments of rockpool's `config_from_specification`, in its order.
struct XyloSpecification {
  /// An integer array of any shape; `[]` is a number.
  struct Array {
    let name: String
    let shape: [Int]
    let values: [Int32]
  }

  let arrays: [Array]
  let core: XyloCore
  /// Shifts of the weights of input, hidden neurons and outputs.
  let shifts: [Int]
  /// Weights before the shift, `[source][target]`, cut to the expansion neurons.
  let input: [[Int32]], hidden: [[Int32]], output: [[Int32]]

  /// - Throws: weights that no shift brings into 8 bits.
  init(_ core: XyloCore, on chip: XyloChip, _ name: String) throws(XyloProblem) {
    self.core = core
    let shifts = try core.shifts(name)
    self.shifts = shifts
    func lowered(_ rows: [[Int32]], _ group: Int) -> [[Int32]] {
      rows.map { $0.map { $0 >> Int32(shifts[group]) } }
    }
    let hasExpansion = chip.expansion != nil
    let inputReach = hasExpansion ? core.inputReach : core.hiddenCount
    let outputReach = hasExpansion ? core.outputReach : core.hiddenCount
    let input = lowered(core.input, 0).map { Swift.Array($0.prefix(inputReach)) }
    let hidden = lowered(core.hidden, 1)
    let output = Swift.Array(lowered(core.output, 2).suffix(outputReach))
    (self.input, self.hidden, self.output) = (input, hidden, output)
    let inside = core.neurons.prefix(core.hiddenCount)
    let outputs = core.neurons.suffix(core.outputCount)
    typealias Key = XyloLayout.Key
    func matrix(_ name: String, _ rows: [[Int32]], _ last: [Int]) -> Array {
      Array(
        name: name, shape: [rows.count, rows.first?.count ?? 0] + last,
        values: rows.flatMap { $0 })
    }
    func list(
      _ name: String, _ neurons: ArraySlice<XyloCore.Neuron>,
      _ value: (XyloCore.Neuron) -> Int32
    ) -> Array {
      Array(name: name, shape: [neurons.count], values: neurons.map(value))
    }
    func number(_ name: String, _ value: Int) -> Array {
      Array(name: name, shape: [], values: [Int32(value)])
    }
    // One synapse for each neuron: the last axis has one element.
    arrays = [
      matrix(Key.inputWeights, input, [1]), matrix(Key.outputWeights, output, []),
      matrix(Key.hiddenWeights, hidden, [1]), list(Key.membraneDash, inside, \.membraneDash),
      list(Key.membraneDashOutput, outputs, \.membraneDash),
      list(Key.currentDash, inside, \.currentDash),
      list(Key.currentDashOutput, outputs, \.currentDash),
      list(Key.threshold, inside, \.threshold), list(Key.thresholdOutput, outputs, \.threshold),
      list(Key.bias, inside, \.bias), list(Key.biasOutput, outputs, \.bias),
      number(Key.inputShift, shifts[0]), number(Key.hiddenShift, shifts[1]),
      number(Key.outputShift, shifts[2]),
    ]
  }

  /// One key a line; arrays nested by axis.
  var json: String {
    let lines = arrays.map { array in
      "  \"\(array.name)\": \(XyloSpecification.text(array.values[...], array.shape))"
    }
    return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
  }

  /// The same as int32 arrays for `numpy.load`.
  var npz: [UInt8] {
    NPZWriter.archive(
      arrays.map { (name: $0.name, shape: $0.shape, values: $0.values) })
  }

  private static func text(_ values: ArraySlice<Int32>, _ shape: [Int]) -> String {
    guard let count = shape.first else { return "\(values.first ?? 0)" }
    let size = shape.dropFirst().reduce(1, *)
    let parts = (0..<count).map { index in
      let start = values.startIndex + index * size
      return text(values[start..<start + size], Swift.Array(shape.dropFirst()))
    }
    return "[" + parts.joined(separator: ", ") + "]"
  }
}
