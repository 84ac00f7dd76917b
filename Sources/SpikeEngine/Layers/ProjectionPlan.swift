import SpikeGraph

/// A layer of synapses: how many of them a spike at each place of its input reaches.
protocol ProjectionPlan: LayerPlan {
  /// Slot of the weight.
  var weight: Range<Int> { get }
  /// Synapses behind each place of one sample of the input, in memory order. With `weights` (the
  /// slot's floats) only those whose weight is not 0, without all.
  func fanOut(_ weights: [Float]?) -> [Int]
}

extension ConvolutionPlan: ProjectionPlan {
  func fanOut(_ weights: [Float]?) -> [Int] {
    let (height, width) = Plane.pair(Array(input.dimensions.dropFirst()), fill: 1)
    let (rows, columns) = Plane.pair(Array(output.dimensions.dropFirst()), fill: 1)
    let kernel = Plane.pair(geometry.kernel, fill: 1)
    let strides = Plane.pair(geometry.strides, fill: 1)
    let dilations = Plane.pair(geometry.dilations, fill: 1)
    let pads = Plane.pair(geometry.padsBefore, fill: 0)
    let channels = input[0]
    let perTap = synapses(weights, taps: kernel.0 * kernel.1)
    let hitsRow = (0..<height).map {
      ConvolutionPlan.hits($0, kernel.0, strides.0, dilations.0, pads.0, rows)
    }
    let hitsColumn = (0..<width).map {
      ConvolutionPlan.hits($0, kernel.1, strides.1, dilations.1, pads.1, columns)
    }
    var result = [Int](repeating: 0, count: height * width * channels)
    for y in 0..<height {
      for x in 0..<width {
        let place = (y * width + x) * channels
        for ky in hitsRow[y] {
          for kx in hitsColumn[x] {
            let tap = (ky * kernel.1 + kx) * channels
            for channel in 0..<channels { result[place + channel] += perTap[tap + channel] }
          }
        }
      }
    }
    return result
  }

  /// Taps of a kernel through which an input position reaches an output position.
  private static func hits(
    _ position: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ pad: Int, _ outputs: Int
  ) -> [Int] {
    (0..<kernel).filter { tap in
      let start = position + pad - tap * dilation
      return start >= 0 && start % stride == 0 && start / stride < outputs
    }
  }

  /// Output channels that an input channel reaches through each tap: `[taps][channels]`.
  private func synapses(_ weights: [Float]?, taps: Int) -> [Int] {
    let inputs = input[0] / geometry.groups
    let outputs = output[0] / geometry.groups
    guard let weights else { return Array(repeating: outputs, count: taps * input[0]) }
    var result = [Int](repeating: 0, count: taps * input[0])
    var place = 0
    for group in 0..<geometry.groups {
      for tap in 0..<taps {
        for channel in 0..<inputs {
          let target = tap * input[0] + group * inputs + channel
          for weight in weights[place..<place + outputs] where weight != 0 { result[target] += 1 }
          place += outputs
        }
      }
    }
    return result
  }
}

extension LinearPlan: ProjectionPlan {
  func fanOut(_ weights: [Float]?) -> [Int] {
    let row = (0..<width).map { place in
      guard let weights else { return outputs }
      return weights[place * outputs..<(place + 1) * outputs].reduce(0) { $0 + ($1 == 0 ? 0 : 1) }
    }
    return Array((0..<rows).map { _ in row }.joined())
  }
}

extension Plan {
  /// Synapses of a projection for one sample and step.
  func denseOperations(_ projection: Projection) -> Int {
    guard let layer = operations[projection.operation].layer as? any ProjectionPlan else {
      return 0
    }
    return layer.fanOut(nil).reduce(0, +)
  }

  /// For each population, the mean number of synapses that one spike crosses on its way to the
  /// next populations, through pools and sums.
  func fanOuts() -> [Double] {
    populations.map { population in
      var reached = values.map { _ in false }
      reached[operations[population].output] = true
      var synapses = 0.0
      for (index, operation) in operations.enumerated()
      where index > population && operation.inputs.contains(where: { reached[$0] }) {
        if operation.layer is any ProjectionPlan {
          guard let projection = projections.first(where: { $0.operation == index }) else {
            continue
          }
          let places = values[projection.input].elements
          synapses += Double(denseOperations(projection)) / Double(max(places, 1))
        } else if !(operation.layer is NeuronPlan || operation.layer is RecurrentNeuronPlan) {
          reached[operation.output] = true
        }
      }
      return synapses
    }
  }
}
