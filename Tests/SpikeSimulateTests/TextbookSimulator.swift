import SpikeBundle

/// The oracle: every neuron and every synapse, one after the other, straight from the formulas
/// (docs/formats/loihi2.md, "Arithmetic"). Slow, and written without a look at the simulator.
struct TextbookSimulator {
  let bundle: Bundle
  var current: [[Int]]
  var potential: [[Int]]
  var spikes: [[Int]]
  /// Values that each source sent in each step so far, in C, H, W order.
  var sentInput: [[Int]] = []
  var sent: [[[Int]]]

  init(_ bundle: Bundle) {
    self.bundle = bundle
    current = bundle.populations.map { Array(repeating: 0, count: $0.neuronCount) }
    spikes = current
    potential = current
    sent = bundle.populations.map { _ in [] }
    for population in bundle.populations.indices { reset(population) }
  }

  var scale: Int { bundle.arithmetic == .loihiCuba ? 64 : 1 }

  mutating func reset(_ index: Int) {
    let population = bundle.populations[index]
    current[index] = Array(repeating: 0, count: population.neuronCount)
    potential[index] = (0..<population.neuronCount).map {
      value(population.initialPotentials, of: $0, population) * scale
    }
  }

  /// One value for all neurons, or the one of the neuron's channel.
  private func value(_ values: [Int32], of neuron: Int, _ population: Population) -> Int {
    if values.isEmpty { return 0 }
    if values.count == 1 { return Int(values[0]) }
    return Int(values[neuron / (population.neuronCount / population.shape[0])])
  }

  /// What a projection delivers to every neuron of its target, given the values of its sources.
  func sums(_ projection: Projection, _ source: (Source) -> [Int]?) -> [Int] {
    let target = bundle.populations[projection.target]
    var map: [Int] = []
    var shape: [Int] = []
    for one in projection.sources {
      switch one {
      case .input: shape = bundle.input.shape
      case .population(let index): shape = bundle.populations[index].shape
      }
      guard let values = source(one) else {
        return Array(repeating: 0, count: target.neuronCount)
      }
      map = map.isEmpty ? values : zip(map, values).map(+)
    }
    let channels = shape[0]
    var height = shape.count == 3 ? shape[1] : 1
    var width = shape.count == 3 ? shape[2] : 1
    if let window = projection.pooling?.size {
      let rows = height / window[0]
      let columns = width / window[1]
      var pooled = Array(repeating: 0, count: channels * rows * columns)
      for c in 0..<channels {
        for y in 0..<rows * window[0] {
          for x in 0..<columns * window[1] {
            pooled[(c * rows + y / window[0]) * columns + x / window[1]] +=
              map[(c * height + y) * width + x]
          }
        }
      }
      (map, height, width) = (pooled, rows, columns)
    }
    let weights = projection.weights(from: bundle.codebooks).map { Int($0) }
    switch projection.kind {
    case .dense:
      return (0..<target.neuronCount).map { output in
        map.indices.reduce(0) { $0 + weights[output * map.count + $1] * map[$1] }
      }
    case .convolution(let strides, let before, _, let dilations, let groups):
      let kernel = Array(projection.weightShape[2...])
      let inputs = projection.weightShape[1]
      let rows = target.shape[1]
      let columns = target.shape[2]
      var result = Array(repeating: 0, count: target.neuronCount)
      for o in 0..<target.shape[0] {
        let group = o / (target.shape[0] / groups)
        for y in 0..<rows {
          for x in 0..<columns {
            for c in 0..<inputs {
              for i in 0..<kernel[0] {
                for j in 0..<kernel[1] {
                  let fromY = y * strides[0] - before[0] + i * dilations[0]
                  let fromX = x * strides[1] - before[1] + j * dilations[1]
                  guard (0..<height).contains(fromY), (0..<width).contains(fromX) else { continue }
                  result[(o * rows + y) * columns + x] +=
                    weights[((o * inputs + c) * kernel[0] + i) * kernel[1] + j]
                    * map[((group * inputs + c) * height + fromY) * width + fromX]
                }
              }
            }
          }
        }
      }
      return result
    }
  }

  private func kept(_ state: Int, _ decay: Int32) -> Int {
    let product = state * (4096 - Int(decay))
    return product.signum() * (abs(product) >> 12)
  }

  /// The neuron equations, given all sums.
  mutating func step(_ index: Int, _ sums: [Int]) {
    let population = bundle.populations[index]
    let isLoihi = bundle.arithmetic == .loihiCuba
    let full = 1 << 24
    let half = 1 << 23
    let receivesConvolution = bundle.projections.contains {
      if $0.target == index, case .convolution = $0.kind { true } else { false }
    }
    for neuron in 0..<population.neuronCount {
      var sum = sums[neuron]
      if isLoihi && receivesConvolution {
        while sum >= half { sum -= full }
        while sum < -half { sum += full }
      }
      var u = kept(current[index][neuron], population.currentDecay) + sum * scale
      if isLoihi {
        if u > half { u -= full } else if u <= -half { u += full }
      }
      var v =
        kept(potential[index][neuron], population.membraneDecay) + u
        + value(population.biases, of: neuron, population) * scale
      if isLoihi { v = max(-(half - 1), min(half - 1, v)) }
      var spike = 0
      if population.model != "LI" {
        let threshold = value(population.thresholds, of: neuron, population) * scale
        if population.spikesAboveOnly ? v > threshold : v >= threshold {
          spike = 1
          switch population.reset {
          case .toValue(let value): v = Int(value) * scale
          default: v -= threshold
          }
        }
      } else if isLoihi && v > 131_071 * 64 {
        spike = 1
        v = 0
      }
      current[index][neuron] = u
      potential[index][neuron] = v
      spikes[index][neuron] = spike
    }
  }

  /// All projections into a population, with values of an earlier step each.
  private func total(_ index: Int, latency: Int) -> [Int] {
    var result = Array(repeating: 0, count: bundle.populations[index].neuronCount)
    for projection in bundle.projections where projection.target == index {
      let brought = sums(projection) { source in
        let history: [[Int]] =
          switch source {
          case .input: sentInput
          case .population(let other): sent[other]
          }
        // A population's own spikes of this step are not there yet.
        func before(_ delay: Int) -> [Int]? {
          let position = history.count - 1 - latency - delay
          return history.indices.contains(position) ? history[position] : nil
        }
        guard !projection.sourceDelays.isEmpty else { return before(projection.delay) }
        return projection.sourceDelays.enumerated().map { before($0.element)?[$0.offset] ?? 0 }
      }
      result = zip(result, brought).map(+)
    }
    return result
  }

  /// One inference without latency: the prediction and read-out values of raw bytes, one column for
  /// all steps or one for each.
  static func window(_ bundle: Bundle, _ columns: [[UInt8]]) -> (prediction: Int, readout: [Int]) {
    var simulator = TextbookSimulator(bundle)
    let last = bundle.populations.count - 1
    var counts = Array(repeating: 0, count: bundle.populations[last].neuronCount)
    for step in 0..<bundle.timeSteps {
      let sample = columns[columns.count == 1 ? 0 : step]
      simulator.sentInput.append(sample.map { Int($0) >> (8 - bundle.input.bits) })
      for index in bundle.populations.indices {
        simulator.step(index, simulator.total(index, latency: 0))
        simulator.sent[index].append(simulator.spikes[index])
      }
      counts = zip(counts, simulator.spikes[last]).map(+)
    }
    let readout = bundle.readout == .mostSpikes ? counts : simulator.potential[last]
    let largest = readout.max() ?? 0
    return (readout.firstIndex(of: largest) ?? 0, readout)
  }

  /// Pipelined timing: what every population's potential and spikes were after every step.
  static func pipeline(
    _ bundle: Bundle, columns: [[Int]], steps: Int, interval: Int?, offset: Int
  ) -> (potentials: [[[Int]]], currents: [[[Int]]], spikes: [[[Int]]]) {
    var simulator = TextbookSimulator(bundle)
    var potentials = bundle.populations.map { _ in [[Int]]() }
    var currents = potentials
    var spikes = potentials
    for n in 1...steps {
      // Everything below reads what was sent in step n - 1 or before.
      let inputs = bundle.populations.indices.map { simulator.total($0, latency: 0) }
      for index in bundle.populations.indices {
        var layer = 0
        var at = index
        while let source = bundle.projections.first(where: { $0.target == at })?.sources[0],
          case .population(let before) = source
        {
          layer += 1
          at = before
        }
        if let interval, (n - (offset + 1 + layer)) % interval == 0 { simulator.reset(index) }
        simulator.step(index, inputs[index])
        potentials[index].append(simulator.potential[index])
        currents[index].append(simulator.current[index])
        spikes[index].append(simulator.spikes[index])
      }
      for index in bundle.populations.indices {
        simulator.sent[index].append(simulator.spikes[index])
      }
      let silence = Array(repeating: 0, count: bundle.input.shape.reduce(1, *))
      simulator.sentInput.append(n <= columns.count ? columns[n - 1] : silence)
    }
    return (potentials, currents, spikes)
  }
}
