import SpikeBytes

/// Random valid bundles from a seed: for tests, for fuzzing, and for authors of other readers.
///
/// Every seed gives a bundle that `docs/format.md` allows; together they use every field, coding,
/// width from 0 to 8 and codebook scope. They do nothing useful when run.
package struct BundleCorpus {
  private var random: SplitMix64
  private var bundle: Bundle

  /// The bundle number `seed`.
  package static func bundle(seed: UInt64) -> Bundle {
    var corpus = BundleCorpus(seed: seed)
    return corpus.made(seed: seed)
  }

  private init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    bundle = Bundle(
      name: "corpus \(seed)", producer: "corpus", target: "none", arithmetic: .plain,
      timeSteps: 1, input: InputPort(shape: [1], bits: 1), populations: [], projections: [],
      codebooks: [], readout: .largestPotential)
  }

  private mutating func made(seed: UInt64) -> Bundle {
    bundle.arithmetic = pick([.loihiCuba, .plain])
    bundle.readout = pick(Readout.allCases)
    bundle.timeSteps = number(1...64)
    let isImage = coin()
    bundle.input = InputPort(
      shape: isImage ? [number(1...3), number(4...9), number(4...9)] : [number(1...20)],
      bits: number(1...8))
    var shape = bundle.input.shape
    for layer in 0..<number(1...4) { shape = addLayer(layer, from: shape) }
    addShortcut()
    // Arithmetics of manifest version 2; drawn from the seed itself, so that older seeds stay.
    if seed % 8 == 4 { bundle.arithmetic = .tinyOdin }
    if seed % 8 == 5 { bundle.arithmetic = .odin }
    if seed % 8 == 6 { bundle.arithmetic = .xylo }
    if seed % 8 == 2 { bundle.arithmetic = .speck }
    // Wiring of manifest version 3, likewise.
    if seed % 8 == 2 || seed % 32 == 6 { addRecurrence() }
    if seed % 8 == 0 || seed % 16 == 2 { addSourceDelays() }
    if coin() { bundle.labels = (0..<number(1...3)).map { "class \($0) ✓" } }
    if coin() { bundle.metadata = ["hash": "00ff", "accuracy": "\(random.uniform())"] }
    return bundle
  }

  /// One population and the projection from the one before; returns the population's shape.
  private mutating func addLayer(_ layer: Int, from source: [Int]) -> [Int] {
    var pooling: PoolingWindow?
    var input = source
    if source.count == 3, coin(), source[1] >= 2, source[2] >= 2 {
      pooling = PoolingWindow(size: [number(1...2), 2])
      input = [source[0], source[1] / (pooling?.size[0] ?? 1), source[2] / 2]
    }
    let kind: Projection.Kind
    let weightShape: [Int]
    let target: [Int]
    if input.count == 3, number(0...3) > 0 {
      let groups = coin() ? input[0] : 1
      let kernel = [number(1...min(3, input[1])), number(1...min(3, input[2]))]
      let strides = [number(1...2), number(1...2)]
      let before = [number(0...1), number(0...1)]
      let after = [number(0...1), number(0...1)]
      let outputs = groups * number(1...4)
      weightShape = [outputs, input[0] / groups] + kernel
      target =
        [outputs]
        + (0..<2).map { (input[$0 + 1] + before[$0] + after[$0] - kernel[$0]) / strides[$0] + 1 }
      kind = .convolution(
        strides: strides, padsBefore: before, padsAfter: after, dilations: [1, 1],
        groups: groups)
    } else {
      target = [number(1...30)]
      weightShape = [target[0], input.reduce(1, *)]
      kind = .dense
    }
    bundle.populations.append(population("layer \(layer)", target))
    let sources: [Source] = [layer == 0 ? .input : .population(layer - 1)]
    append(
      Projection(
        name: "to layer \(layer)", sources: coin() ? sources : sources + sources, target: layer,
        pooling: pooling, kind: kind, weightShape: weightShape, codebooks: [], indices: [],
        delay: number(0...3) == 0 ? number(1...60) : 0))
    return target
  }

  /// A dense projection around the last layer, where there are enough layers.
  private mutating func addShortcut() {
    guard bundle.populations.count >= 2, coin() else { return }
    let target = bundle.populations.count - 1
    append(
      Projection(
        name: "shortcut", sources: [.input], target: target, kind: .dense,
        weightShape: [
          bundle.populations[target].neuronCount, bundle.input.shape.reduce(1, *),
        ], codebooks: [], indices: []))
  }

  /// A dense projection from the first population that spikes to itself, where there is one.
  private mutating func addRecurrence() {
    guard let target = bundle.populations.firstIndex(where: { $0.model != "LI" }) else { return }
    let count = bundle.populations[target].neuronCount
    append(
      Projection(
        name: "recurrent", sources: [.population(target)], target: target, kind: .dense,
        weightShape: [count, count], codebooks: [], indices: [], delay: number(0...3)))
    let last = bundle.projections.removeLast()
    let place = bundle.projections.firstIndex { $0.target > target } ?? bundle.projections.count
    bundle.projections.insert(last, at: place)
  }

  /// Delays of their own for the source elements of the last projection, where there are several.
  private mutating func addSourceDelays() {
    let place = bundle.projections.count - 1
    let shape =
      switch bundle.projections[place].sources[0] {
      case .input: bundle.input.shape
      case .population(let index): bundle.populations[index].shape
      }
    let count = shape.reduce(1, *)
    guard count > 1 else { return }
    let delay = number(1...60)
    bundle.projections[place].delay = delay
    bundle.projections[place].sourceDelays =
      [delay, 0] + (0..<count - 2).map { _ in number(0...delay) }
  }

  /// Adds a projection with codebooks and indices of its own.
  private mutating func append(_ projection: Projection) {
    var projection = projection
    let channels = coin() ? 1 : projection.weightShape[0]
    let size = pick([1, 2, 3, 4, 5, 8, 9, 16, 17, 33, 65, 129, 256])
    for _ in 0..<channels {
      projection.codebooks.append(bundle.codebooks.count)
      bundle.codebooks.append(codebook(size))
    }
    let length = projection.weightCount / channels
    let zeroShare = pick([0, 0.3, 0.7, 0.95, 1])
    for channel in 0..<channels {
      let entries = bundle.codebooks[projection.codebooks[channel]].entries
      let zero = entries.firstIndex(of: 0)
      for _ in 0..<length {
        let index = random.integer(below: entries.count)
        let isZero = random.uniform() < zeroShare
        projection.indices.append(
          UInt8(truncatingIfNeeded: isZero ? zero ?? index : index))
      }
    }
    bundle.projections.append(projection)
  }

  private mutating func codebook(_ size: Int) -> Codebook {
    var entries: Set<Int32> = coin() ? [0] : []
    let reach = pick([140, 100_000, Int(Int32.max)])
    while entries.count < size {
      entries.insert(Int32(clamping: random.integer(below: 2 * reach) - reach))
    }
    return Codebook(
      entries: entries.sorted(), zeroIsAbsent: entries.contains(0) && coin(),
      scale: Float(random.uniform()))
  }

  private mutating func population(_ name: String, _ shape: [Int]) -> Population {
    let model = pick(["IF", "LIF", "CubaLIF", "LI"])
    let spikes = model != "LI"
    let reset: Population.Reset? =
      spikes ? (coin() ? .bySubtraction : .toValue(Int32(number(0...9)) - 5)) : nil
    return Population(
      name: name, shape: shape, model: model, reset: reset, spikesAboveOnly: coin(),
      thresholds: spikes ? integers(coin() ? 1 : shape[0], below: 1 << 17) : [],
      biases: coin() ? [] : integers(shape[0], below: 8192),
      initialPotentials: integers(coin() ? 1 : shape[0], below: 100),
      membraneDecay: Int32(number(0...4096)), currentDecay: Int32(number(0...4096)),
      scale: Float(random.uniform()))
  }

  private mutating func integers(_ count: Int, below bound: Int) -> [Int32] {
    (0..<count).map { _ in Int32(random.integer(below: bound) - bound / 4) }
  }

  private mutating func coin() -> Bool { random.next() & 1 == 1 }

  private mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + random.integer(below: range.count)
  }

  private mutating func pick<Element>(_ list: [Element]) -> Element {
    list[random.integer(below: list.count)]
  }
}
