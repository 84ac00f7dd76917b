public import SpikeBundle

/// Seeded random numbers for tests (SplitMix64, public-domain constants by S. Vigna).
public struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// Makes a generator.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// True with a probability of `numerator` in `denominator`.
  public mutating func chance(_ numerator: Int, in denominator: Int) -> Bool {
    Int.random(in: 0..<denominator, using: &self) < numerator
  }
}

/// What a random bundle may contain.
public struct RandomBundleOptions: Sendable {
  /// Integer arithmetic.
  public var arithmetic: Arithmetic = .loihiCuba
  /// Shape of the input.
  public var inputShape: [Int] = [2, 8, 7]
  /// Bits of the input.
  public var inputBits = 1
  /// Number of populations, the read-out included.
  public var layers = 3
  /// Unique weights of each layer; 0 draws a number for each layer.
  public var uniqueWeights = 0
  /// Smallest and largest weight.
  public var weights: ClosedRange<Int32> = -128...127
  /// Only what a chain of a netx file can say: one source, one projection a layer, hard reset to
  /// 0, one threshold a layer, strict comparison, start at 0.
  public var isChain = true
  /// Whether convolutions may occur (the input must have three axes).
  public var convolves = true
  /// Whether projections may have pools in front.
  public var pools = true
  /// Whether neurons leak.
  public var leaks = false
  /// Whether dense projections are delayed.
  public var delays = false
  /// Whether elements of sources of dense projections have delays of their own.
  public var sourceDelays = false
  /// Whether vectors of neurons that spike have recurrent synapses.
  public var recurs = false
  /// Whether the last population is a read-out that never spikes.
  public var readsPotential = true
  /// Time steps.
  public var timeSteps = 4

  /// The default options.
  public init() {}
}

/// Makes bundles at random: every choice is drawn from the seed.
public struct RandomBundle {
  private var random: SeededGenerator
  private let options: RandomBundleOptions
  private var bundle: Bundle

  /// A bundle drawn from `seed`.
  public static func make(seed: UInt64, _ options: RandomBundleOptions = .init()) -> Bundle {
    var maker = RandomBundle(seed: seed, options)
    return maker.made()
  }

  private init(seed: UInt64, _ options: RandomBundleOptions) {
    random = SeededGenerator(seed: seed)
    self.options = options
    bundle = Bundle(
      name: "random-\(seed)", producer: "test", target: "loihi2", arithmetic: options.arithmetic,
      timeSteps: options.timeSteps,
      input: InputPort(shape: options.inputShape, bits: options.inputBits), populations: [],
      projections: [], codebooks: [],
      readout: options.readsPotential ? .largestPotential : .mostSpikes)
  }

  private mutating func made() -> Bundle {
    for layer in 0..<options.layers { addLayer(isLast: layer == options.layers - 1) }
    return bundle
  }

  private mutating func draw(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &random)
  }

  private func shape(of source: Source) -> [Int] {
    switch source {
    case .input: options.inputShape
    case .population(let index): bundle.populations[index].shape
    }
  }

  private mutating func addLayer(isLast: Bool) {
    let position = bundle.populations.count
    var sources: [Source] = [position == 0 ? .input : .population(position - 1)]
    let from = shape(of: sources[0])
    if !options.isChain {
      for other in 0..<position where shape(of: .population(other)) == from {
        if sources[0] != .population(other), random.chance(1, in: 2) {
          sources.append(.population(other))
        }
      }
    }
    var sizes = Array(from.dropFirst())
    var pooling: PoolingWindow?
    if options.pools, sizes.count == 2, sizes.allSatisfy({ $0 >= 4 }), random.chance(1, in: 2) {
      // A chain needs windows that tile the map; otherwise rows may be left over.
      let window = sizes.map { size in
        let allowed = (1...3).filter { !options.isChain || size % $0 == 0 }
        return allowed[Int.random(in: 0..<allowed.count, using: &random)]
      }
      pooling = PoolingWindow(size: window)
      sizes = sizes.indices.map { sizes[$0] / window[$0] }
    }
    let inputs = [from[0]] + sizes
    let shape: [Int]
    var projections: [Projection] = []
    if !isLast, options.convolves, sizes.count == 2, sizes.allSatisfy({ $0 >= 2 }),
      random.chance(3, in: 4)
    {
      let first = convolution(inputs, sources, position, pooling)
      shape = first.1
      projections.append(first.0)
    } else {
      shape = [isLast ? draw(2...7) : draw(3...20)]
      projections.append(dense(inputs, sources, position, pooling, outputs: shape[0]))
    }
    if !options.isChain, shape.count == 1, random.chance(1, in: 2) {
      let source: Source =
        position > 0 && random.chance(1, in: 2)
        ? .population(draw(0...position - 1)) : .input
      projections.append(
        dense(self.shape(of: source), [source], position, nil, outputs: shape[0]))
    }
    if options.recurs, shape.count == 1, !(isLast && options.readsPotential) {
      let (books, indices) = weights([shape[0], shape[0]])
      projections.append(
        Projection(
          name: "recurrent-\(position)", sources: [.population(position)], target: position,
          kind: .dense, weightShape: [shape[0], shape[0]], codebooks: books, indices: indices,
          delay: options.delays && random.chance(1, in: 2) ? draw(1...3) : 0))
    }
    if options.sourceDelays {
      for index in projections.indices where projections[index].kind == .dense {
        let source = projections[index].sources[0]
        let count =
          source == .population(position) ? shape[0] : self.shape(of: source).reduce(1, *)
        let delays = [0] + (1..<max(2, count)).map { _ in draw(0...4) }
        guard count > 1, let longest = delays.max(), longest > 0 else { continue }
        projections[index].delay = longest
        projections[index].sourceDelays = delays
      }
    }
    let fanIn = projections.reduce(0) { $0 + $1.weightShape.dropFirst().reduce(1, *) }
    bundle.projections += projections
    bundle.populations.append(population(shape, fanIn, isLast: isLast))
  }

  private mutating func population(_ shape: [Int], _ fanIn: Int, isLast: Bool) -> Population {
    let isReadout = isLast && options.readsPotential
    let largest = Double(max(options.weights.upperBound, -options.weights.lowerBound))
    // Near the standard deviation of the sum, so that some neurons spike and some do not.
    let typical = max(
      2, Int(largest * Double(fanIn).squareRoot() * (options.inputBits > 1 ? 8 : 0.4)))
    let thresholds = (0..<(options.isChain ? 1 : shape[0])).map { _ in
      Int32(min(131_071, draw(1...typical)))
    }
    let limit = min(4095, max(1, typical / 4))
    let biases: [Int32] =
      random.chance(2, in: 3) ? (0..<shape[0]).map { _ in Int32(draw(-limit...limit)) } : []
    let leaks = options.leaks && random.chance(3, in: 4)
    let hasCurrent = leaks && random.chance(1, in: 2)
    let soft = !options.isChain && random.chance(1, in: 2)
    let initial =
      options.isChain ? [0] : (0..<shape[0]).map { _ in Int32(draw(0...typical / 2)) }
    return Population(
      name: "population-\(bundle.populations.count)", shape: shape,
      model: isReadout ? "LI" : hasCurrent ? "CubaLIF" : leaks ? "LIF" : "IF",
      reset: isReadout
        ? nil : soft ? .bySubtraction : .toValue(options.isChain ? 0 : Int32(draw(-3...3))),
      spikesAboveOnly: options.isChain || random.chance(1, in: 2),
      thresholds: isReadout ? [] : thresholds, biases: biases, initialPotentials: initial,
      membraneDecay: leaks ? Int32(draw(0...2000)) : 0,
      currentDecay: hasCurrent ? Int32(draw(500...4095)) : 4096)
  }

  private mutating func dense(
    _ inputs: [Int], _ sources: [Source], _ position: Int, _ pooling: PoolingWindow?, outputs: Int
  ) -> Projection {
    let shape = [outputs, inputs.reduce(1, *)]
    let (books, indices) = weights(shape)
    return Projection(
      name: "to-\(position)-with-\(books[0])", sources: sources,
      target: position, pooling: pooling, kind: .dense, weightShape: shape, codebooks: books,
      indices: indices, delay: options.delays && random.chance(1, in: 2) ? draw(1...3) : 0)
  }

  private mutating func convolution(
    _ inputs: [Int], _ sources: [Source], _ position: Int, _ pooling: PoolingWindow?
  ) -> (Projection, [Int]) {
    let groups = inputs[0] > 1 && random.chance(1, in: 4) ? inputs[0] : 1
    let channels = groups > 1 ? groups * draw(1...2) : draw(1...20)
    var kernel: [Int] = []
    var strides: [Int] = []
    var before: [Int] = []
    var after: [Int] = []
    var dilations: [Int] = []
    var sizes: [Int] = []
    for size in inputs.dropFirst() {
      let dilation = size >= 5 && random.chance(1, in: 4) ? 2 : 1
      let tap = draw(1...min(3, (size - 1) / dilation + 1))
      let stride = draw(1...2)
      let pad = draw(0...1)
      kernel.append(tap)
      dilations.append(dilation)
      strides.append(stride)
      before.append(pad)
      after.append(random.chance(3, in: 4) ? pad : draw(0...1))
      let reach = (tap - 1) * dilation + 1
      sizes.append((size + pad + (after.last ?? 0) - reach) / stride + 1)
    }
    let shape = [channels, inputs[0] / groups] + kernel
    let (books, indices) = weights(shape)
    let projection = Projection(
      name: "to-\(position)-with-\(books[0])", sources: sources, target: position, pooling: pooling,
      kind: .convolution(
        strides: strides, padsBefore: before, padsAfter: after, dilations: dilations,
        groups: groups),
      weightShape: shape, codebooks: books, indices: indices)
    return (projection, [channels] + sizes)
  }

  /// Codebooks and indices; every entry of a book occurs if there is room.
  private mutating func weights(_ shape: [Int]) -> ([Int], [UInt8]) {
    let count = shape.reduce(1, *)
    let perChannel = !options.isChain && random.chance(1, in: 3)
    var books: [Int] = []
    for _ in 0..<(perChannel ? shape[0] : 1) {
      let all = Int(options.weights.upperBound) - Int(options.weights.lowerBound) + 1
      let wanted = options.uniqueWeights > 0 ? options.uniqueWeights : [2, 4, 16, 256][draw(0...3)]
      var entries: Set<Int32> = []
      // One of each sign keeps small codebooks inside every chip's rules.
      entries.insert(Int32.random(in: 1...options.weights.upperBound, using: &random))
      if options.weights.lowerBound < 0 {
        entries.insert(Int32.random(in: options.weights.lowerBound...(-1), using: &random))
      }
      while entries.count < min(wanted, all) {
        entries.insert(Int32.random(in: options.weights, using: &random))
      }
      bundle.codebooks.append(
        Codebook(
          entries: entries.sorted(), zeroIsAbsent: entries.contains(0) && random.chance(1, in: 2),
          scale: 1))
      books.append(bundle.codebooks.count - 1)
    }
    let perBook = count / books.count
    let indices = (0..<count).map { index in
      let entries = bundle.codebooks[books[index / perBook]].entries.count
      // The first weights walk the book from its largest entry, so that both signs occur.
      let drawn = Int.random(in: 0..<entries, using: &random)
      return UInt8(index % perBook < entries ? entries - 1 - index % perBook : drawn)
    }
    return (books, indices)
  }
}
