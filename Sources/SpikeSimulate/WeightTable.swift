import SpikeCompute

/// Weights laid out for the kernels, with what can be counted once.
struct WeightTable {
  /// Weight rows by source element, ``SimulateKernels/rowStride(_:)`` apart.
  let rows: IntegerBuffer
  /// Non-zero synapses behind each source element.
  let fanOut: IntegerBuffer
  /// Synapses behind all source elements, zero weights too.
  let denseSynapses: Int64
  /// Smallest sum of negative and largest sum of positive weights into one target neuron.
  let lowest: Int64, highest: Int64

  /// `[out, in]`, both in C, H, W order.
  init(dense values: [Int32], from source: MapLayout, to target: MapLayout) {
    let stride = SimulateKernels.rowStride(target.count)
    var table = [Int32](repeating: 0, count: source.count * stride)
    var reach = [Int32](repeating: 0, count: source.count)
    var bounds: (Int64, Int64) = (0, 0)
    for output in 0..<target.count {
      var low: Int64 = 0
      var high: Int64 = 0
      let column = target.mapIndex(output)
      for input in 0..<source.count {
        let weight = values[output * source.count + input]
        let row = source.mapIndex(input)
        table[row * stride + column] = weight
        if weight != 0 { reach[row] += 1 }
        if weight < 0 { low += Int64(weight) } else { high += Int64(weight) }
      }
      bounds = (min(bounds.0, low), max(bounds.1, high))
    }
    rows = IntegerBuffer(table)
    fanOut = IntegerBuffer(reach)
    denseSynapses = Int64(source.count) * Int64(target.count)
    (lowest, highest) = bounds
  }

  /// `[out, in / groups, kH, kW]`.
  init(convolution values: [Int32], _ geometry: EventConvolution) {
    let taps = geometry.kernel[0] * geometry.kernel[1]
    let inputs = geometry.inputChannels / geometry.groups
    let outputs = geometry.outputChannels / geometry.groups
    let stride = geometry.rowStride
    var table = [Int32](repeating: 0, count: taps * geometry.inputChannels * stride)
    // Non-zero weights of each tap and input channel.
    var tapReach = [Int32](repeating: 0, count: taps * geometry.inputChannels)
    var bounds: (Int64, Int64) = (0, 0)
    for output in 0..<geometry.outputChannels {
      let group = output / outputs
      var low: Int64 = 0
      var high: Int64 = 0
      for input in 0..<inputs {
        for tap in 0..<taps {
          let weight = values[(output * inputs + input) * taps + tap]
          let row = tap * geometry.inputChannels + group * inputs + input
          table[row * stride + output % outputs] = weight
          if weight != 0 { tapReach[row] += 1 }
          if weight < 0 { low += Int64(weight) } else { high += Int64(weight) }
        }
      }
      bounds = (min(bounds.0, low), max(bounds.1, high))
    }
    rows = IntegerBuffer(table)
    (lowest, highest) = bounds
    var reach = [Int32](
      repeating: 0, count: geometry.inputSize[0] * geometry.inputSize[1] * geometry.inputChannels)
    var all: Int64 = 0
    for y in 0..<geometry.inputSize[0] {
      let rowsHit = WeightTable.taps(reaching: y, axis: 0, geometry)
      for x in 0..<geometry.inputSize[1] {
        let columnsHit = WeightTable.taps(reaching: x, axis: 1, geometry)
        all += Int64(rowsHit.count * columnsHit.count * geometry.inputChannels * outputs)
        for channel in 0..<geometry.inputChannels {
          var count: Int32 = 0
          for i in rowsHit {
            for j in columnsHit {
              count +=
                tapReach[
                  (i * geometry.kernel[1] + j) * geometry.inputChannels + channel]
            }
          }
          reach[(y * geometry.inputSize[1] + x) * geometry.inputChannels + channel] = count
        }
      }
    }
    fanOut = IntegerBuffer(reach)
    denseSynapses = all
  }

  /// Kernel taps along one axis through which the element at `position` reaches an output.
  private static func taps(
    reaching position: Int, axis: Int, _ geometry: EventConvolution
  ) -> [Int] {
    (0..<geometry.kernel[axis]).filter { tap in
      let reach = position + geometry.padsBefore[axis] - tap * geometry.dilations[axis]
      return reach >= 0 && reach % geometry.strides[axis] == 0
        && reach / geometry.strides[axis] < geometry.outputSize[axis]
    }
  }

  /// The geometry of a convolution between two maps, or nil where it does not fit them.
  static func geometry(
    _ weight: [Int], _ strides: [Int], _ before: [Int], _ after: [Int], _ dilations: [Int],
    _ groups: Int, _ source: MapLayout, _ target: MapLayout
  ) -> EventConvolution? {
    let lists = [strides, before, after, dilations]
    guard weight.count == 4, lists.allSatisfy({ $0.count == 2 }),
      lists.allSatisfy({ $0.allSatisfy { $0 >= 0 && $0 <= 1 << 16 } }),
      (strides + dilations).allSatisfy({ $0 > 0 }), groups > 0, groups <= source.channels,
      weight[2] <= 1 << 16, weight[3] <= 1 << 16,
      weight[0] == target.channels, weight[0] % groups == 0,
      source.channels % groups == 0, weight[1] == source.channels / groups
    else { return nil }
    let sizes = [source.height, source.width]
    let kernel = [weight[2], weight[3]]
    for axis in 0..<2 {
      let reach = (kernel[axis] - 1) * dilations[axis] + 1
      let room = sizes[axis] + before[axis] + after[axis] - reach
      guard room >= 0, room / strides[axis] + 1 == [target.height, target.width][axis] else {
        return nil
      }
    }
    return EventConvolution(
      inputSize: sizes, outputSize: [target.height, target.width],
      inputChannels: source.channels, outputChannels: target.channels, kernel: kernel,
      strides: strides, padsBefore: before, dilations: dilations, groups: groups)
  }
}

extension MapLayout: CustomStringConvertible {
  var description: String { "[\(channels), \(height), \(width)]" }
}
