import SpikeBundle
import SpikeTestSupport

/// Makes bundles for the cores of DYNAP-CNN at random.
struct RandomSpeck {
  /// Numbers at the ends of what the chip stores.
  enum Edge { case none, floor, largest, manySpikes }

  var seed: UInt64
  var uniqueWeights = 0
  var input = [2, 9, 9]
  /// Layers, the read-out included.
  var layers = 3
  var convolves = true
  /// Whether kernels may be oblong, dilated, grouped, or have unequal borders.
  var isOdd = false
  /// Whether the third layer also reads what the first one sends.
  var isResidual = false
  var biases = true
  var readsPotential = true
  var timeSteps = 12
  var edge = Edge.none

  func bundle() -> Bundle {
    var random = SeededGenerator(seed: seed)
    var result = Bundle(
      name: "speck-\(seed)", producer: "test", target: "speck2f", arithmetic: .speck,
      timeSteps: timeSteps, input: InputPort(shape: input, bits: 1), populations: [],
      projections: [], codebooks: [], readout: readsPotential ? .largestPotential : .mostSpikes)
    for layer in 0..<layers {
      let isLast = layer == layers - 1
      var attempts = 0
      repeat {
        result.populations.removeSubrange(layer...)
        result.projections.removeSubrange(layer...)
        addLayer(layer, isLast: isLast, to: &result, &random)
        attempts += 1
      } while attempts < 100 && !fits(layer, result)
    }
    return result
  }

  /// Whether the layer is one that a core takes, as docs/formats/speck.md says.
  private func fits(_ layer: Int, _ bundle: Bundle) -> Bool {
    let limits = SpeckLimits(
      kernel: 16, padding: 7, channels: 1024, strides: [1, 2, 4, 8], pools: [1, 2, 4],
      inputSide: 128, outputSide: 64)
    return (try? SpeckLayer(layer, of: bundle))?.excesses(over: limits).isEmpty == true
  }

  private func addLayer(
    _ layer: Int, isLast: Bool, to bundle: inout Bundle, _ random: inout SeededGenerator
  ) {
    var sources: [Source] = [layer == 0 ? .input : .population(layer - 1)]
    let from = layer == 0 ? input : bundle.populations[layer - 1].shape
    if isResidual, layer > 1, bundle.populations[layer - 2].shape == from {
      sources.append(.population(layer - 2))
    }
    var map = from
    var pooling: PoolingWindow?
    if layer > 0, from.count == 3, from[1] >= 4, from[2] >= 4, random.chance(2, in: 3) {
      let side = min(from[1], from[2]) >= 8 && random.chance(1, in: 2) ? 4 : 2
      pooling = PoolingWindow(size: [side, side])
      map = [from[0], from[1] / side, from[2] / side]
    }
    var kind = Projection.Kind.dense
    var shape = [Int.random(in: isLast ? 2...10 : 3...30, using: &random)]
    var weight = [shape[0], map.reduce(1, *)]
    if isResidual, layer == 1, from.count == 3 {
      // The same shape again, so that the next layer can read both.
      (pooling, shape, weight) = (nil, from, [from[0], from[0], 3, 3])
      kind = .convolution(
        strides: [1, 1], padsBefore: [1, 1], padsAfter: [1, 1], dilations: [1, 1], groups: 1)
    } else if convolves, !isLast, map.count == 3 {
      (kind, weight, shape) = convolution(from: map, &random)
    }
    if bundle.codebooks.count <= layer { bundle.codebooks.append(codebook(&random)) }
    let entries = bundle.codebooks[layer].entries.count
    bundle.projections.append(
      Projection(
        name: "p\(layer)", sources: sources, target: layer, pooling: pooling, kind: kind,
        weightShape: weight, codebooks: [layer],
        indices: (0..<weight.reduce(1, *)).map { _ in
          UInt8(Int.random(in: 0..<entries, using: &random))
        }))
    let fanIn = weight.dropFirst().reduce(1, *) * (pooling?.size.reduce(1, *) ?? 1)
    bundle.populations.append(population(layer, shape, fanIn, isLast: isLast, &random))
  }

  private func convolution(
    from map: [Int], _ random: inout SeededGenerator
  ) -> (Projection.Kind, [Int], [Int]) {
    let groups = isOdd && map[0] > 1 && random.chance(1, in: 3) ? map[0] : 1
    let outputs = Int.random(in: 1...6, using: &random) * groups
    var sizes: [[Int]] = []
    let isDilated = isOdd && random.chance(1, in: 3)
    let same = Int.random(in: 1...5, using: &random)
    let stride = [1, 1, 2, 4].randomElement(using: &random) ?? 1
    for axis in 1...2 {
      let dilation = isDilated ? 2 : 1
      let kernel = min(
        isOdd ? [1, 3, 5].randomElement(using: &random) ?? 1 : same, (map[axis] - 1) / dilation + 1)
      let before = Int.random(in: 0...2, using: &random)
      let after = isOdd ? Int.random(in: 0...2, using: &random) : before
      let room = map[axis] + before + after - ((kernel - 1) * dilation + 1)
      sizes.append([kernel, stride, before, after, dilation, room / stride + 1])
    }
    let (y, x) = (sizes[0], sizes[1])
    return (
      .convolution(
        strides: [y[1], x[1]], padsBefore: [y[2], x[2]], padsAfter: [y[3], x[3]],
        dilations: [y[4], x[4]], groups: groups),
      [outputs, map[0] / groups, y[0], x[0]], [outputs, y[5], x[5]]
    )
  }

  private func codebook(_ random: inout SeededGenerator) -> Codebook {
    let drawn = [2, 4, 16, 256][Int.random(in: 0..<4, using: &random)]
    let unique = min(uniqueWeights > 0 ? uniqueWeights : drawn, edge == .floor ? 100 : 256)
    var entries: Set<Int32> = edge == .floor ? [-128, -127] : [127, -128]
    while entries.count < unique {
      entries.insert(Int32.random(in: edge == .floor ? -128 ... -1 : -128...127, using: &random))
    }
    return Codebook(entries: entries.sorted(), zeroIsAbsent: false, scale: 1)
  }

  private func population(
    _ layer: Int, _ shape: [Int], _ fanIn: Int, isLast: Bool, _ random: inout SeededGenerator
  ) -> Population {
    let isReadout = isLast && readsPotential
    let typical = max(4, Int(40 * Double(fanIn).squareRoot()))
    // Spikes must not multiply from layer to layer.
    let least = layers > 3 ? 2 * typical : typical
    let threshold: Int32
    let initial: [Int32]
    switch edge {
    case .none:
      threshold = Int32(Int.random(in: least...2 * least, using: &random))
      initial =
        isReadout || random.chance(1, in: 2)
        ? [0] : (0..<shape[0]).map { _ in Int32.random(in: -50...50, using: &random) }
    case .floor: (threshold, initial) = (32767, (0..<shape[0]).map { _ in -32768 })
    case .largest: (threshold, initial) = (32767, (0..<shape[0]).map { _ in 32700 })
    case .manySpikes: (threshold, initial) = (layer == 0 ? 11 : 32767, [0])
    }
    return Population(
      name: "n\(layer)", shape: shape, model: isReadout ? "LI" : "IF",
      reset: isReadout ? nil : (random.chance(1, in: 3) ? .toValue(0) : .bySubtraction),
      spikesAboveOnly: false, thresholds: isReadout ? [] : [threshold],
      biases: biases
        ? (0..<shape[0]).map { $0 == 0 ? -128 : Int32.random(in: -60...127, using: &random) } : [],
      initialPotentials: initial)
  }
}
