import SpikeBundle
import SpikeDiagnostics

/// Synapses as nodes: pool, weights, convolution or matrix product.
struct ONNXProjection {
  let projection: Projection
  let name: String
  private let mapShape: [Int]
  private let targetShape: [Int]
  private let codebooks: [[Int32]]
  private let parts: [ONNXWeightPart]
  /// Smallest and largest sum of one step.
  let sums: ClosedRange<Int64>
  /// Shape of its sources.
  let sourceShape: [Int]

  /// Whether it brings the same in every step, where the input is the same in every step.
  var readsInputOnly: Bool {
    projection.delay == 0 && projection.sources.allSatisfy { $0 == .input }
  }

  /// - Throws: `export.limit-exceeded` where sums cannot be exact.
  init(_ projection: Projection, name: String, _ bundle: Bundle) throws(ExportError) {
    self.projection = projection
    self.name = name
    targetShape = bundle.populations[projection.target].shape
    var largest: Int64 = 0
    var shape: [Int] = []
    for source in projection.sources {
      switch source {
      case .input:
        shape = bundle.input.shape
        largest += Int64(1 << bundle.input.bits) - 1
      case .population(let position):
        shape = bundle.populations[position].shape
        largest += 1
      }
    }
    sourceShape = shape
    if let window = projection.pooling?.size {
      mapShape = [shape[0], shape[1] / window[0], shape[2] / window[1]]
      largest *= Int64(window[0] * window[1])
    } else {
      mapShape = shape
    }
    codebooks = projection.codebooks.map { bundle.codebooks[$0].entries }
    let outputs = projection.weightShape[0]
    let perOutput = projection.indices.count / outputs
    let usage = ONNXWeightPart.Usage(
      outputs: (0..<outputs).map { output in
        let book = projection.codebooks.count == 1 ? 0 : output
        var counts = [Int64](
          repeating: 0,
          count: bundle.codebooks[projection.codebooks[book]]
            .entries.count)
        for index in projection.indices[output * perOutput..<(output + 1) * perOutput] {
          counts[Int(index)] += 1
        }
        return (book, counts)
      }, largest: largest)
    guard largest <= ONNXLayout.largestExact, let sums = usage.sums(codebooks),
      CInteger.widest.contains(sums), let parts = ONNXWeightPart.split(codebooks, usage)
    else {
      throw ExportError(
        .limitExceeded,
        "Sums of its synapses could pass 31 bits, or cannot be added exactly in float32.",
        at: Location(node: projection.name),
        fix: "use smaller weights, fewer input bits (now \(bundle.input.bits)) or a lower fan-in")
    }
    self.sums = sums
    self.parts = parts
  }

  private func partName(_ part: Int) -> String {
    parts.count == 1 ? "\(name)/weight" : "\(name)/weight.\(part)"
  }

  /// Adds the weights to the outer graph: indices and codebooks, joined by Gather.
  func addWeights(to graph: inout ONNXGraphBuilder) {
    let shape = projection.weightShape
    let isShared = codebooks.count == 1
    let flat = isShared ? shape : [shape[0], shape[1...].reduce(1, *)]
    let indices = graph.constant("\(name)/indices", .uint8(projection.indices, flat))
    let positions = graph.cast(indices, to: .int32, as: "\(name)/positions")
    for (number, part) in parts.enumerated() {
      let weight = partName(number)
      let most = part.entries.map(\.count).max() ?? 0
      // Codebooks of one shape: shorter ones are filled up with 0, which nothing refers to.
      let rows = part.entries.map { $0 + [Int32](repeating: 0, count: most - $0.count) }
      let book = graph.constant(
        "\(weight).codebook",
        .float32(rows.flatMap { $0 }, isShared ? [most] : [rows.count, most]))
      if isShared {
        graph.add("Gather", [book, positions], as: weight, [.init("axis", .integer(0))])
      } else {
        let picked = graph.add(
          "GatherElements", [book, positions], as: "\(weight).rows", [.init("axis", .integer(1))])
        graph.add("Reshape", [picked, graph.vector(shape)], as: weight)
      }
    }
  }

  /// Adds what the spikes of one step bring.
  /// - Parameters:
  ///   - spikes: float32, one value for each source.
  ///   - place: prefix of all names, for example `conv1/t0`.
  /// - Returns: sums of the target's shape, float32 or (where the weights have parts) int32.
  func deliver(
    _ spikes: [String], place: String, in graph: inout ONNXGraphBuilder
  ) -> (value: String, isInteger: Bool) {
    var map =
      spikes.count == 1 ? spikes[0] : graph.add("Sum", spikes, as: "\(place)/merged")
    if let window = projection.pooling?.size, window != [1, 1] {
      let kernel = [mapShape[0], 1] + window
      let ones = graph.constant(
        "ones/\(kernel.map { "\($0)" }.joined(separator: "x"))",
        .float32([Int32](repeating: 1, count: kernel.reduce(1, *)), kernel))
      map = graph.add(
        "Conv", [map, ones], as: "\(place)/pooled",
        [
          .init("group", .integer(mapShape[0])), .init("kernel_shape", .integers(window)),
          .init("strides", .integers(window)),
        ])
    }
    if projection.kind == .dense, mapShape.count == 3 {
      map = graph.add("Flatten", [map], as: "\(place)/flat", [.init("axis", .integer(1))])
    }
    var total = ""
    for (number, part) in parts.enumerated() {
      let label = parts.count == 1 ? "\(place)/sum" : "\(place)/sum.\(number)"
      var sum: String
      switch projection.kind {
      case .dense:
        sum = graph.add(
          "Gemm", [map, partName(number)], as: label, [.init("transB", .integer(1))])
      case .convolution(let strides, let before, let after, let dilations, let groups):
        sum = graph.add(
          "Conv", [map, partName(number)], as: label,
          [
            .init("dilations", .integers(dilations)), .init("group", .integer(groups)),
            .init("kernel_shape", .integers(Array(projection.weightShape[2...]))),
            .init("pads", .integers(before + after)), .init("strides", .integers(strides)),
          ])
      }
      if parts.count > 1 {
        sum = graph.cast(sum, to: .int32, as: "\(label).int32")
        if part.shift > 0 {
          sum = graph.add(
            "Mul", [sum, graph.integer(1 << Int32(part.shift))], as: "\(label).shifted")
        }
        total = number == 0 ? sum : graph.add("Add", [total, sum], as: "\(label).total")
      } else {
        total = sum
      }
    }
    if projection.kind == .dense, targetShape.count == 3 {
      total = graph.add(
        "Reshape", [total, graph.vector([0] + targetShape)], as: "\(place)/map")
    }
    return (total, parts.count > 1)
  }
}
