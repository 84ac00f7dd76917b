import SpikeBundle
import SpikeDiagnostics

/// A bundle as single neurons with single synapses, proven to stay inside 9 bits.
///
/// A neuron that feeds many cores may get a splitter: a neuron with one synapse of weight 1 and threshold 1
/// that spikes whenever it does, a tick later, and is read in its place. Copies of a splitter need one axon,
/// copies of the neuron all axons that it reads.
struct RancNetwork {
  /// A neuron of the bundle.
  struct Neuron {
    var population: Int
    var threshold: Int32 = 255
    var initial: Int32
    var bias: Int32
    var reset: Population.Reset?
    /// Merged synapses, ascending by source (see ``RancNetwork/source(_:late:)``); no weight is 0.
    var synapses: [(source: Int, weight: Int32)] = []
  }

  let lineCount: Int
  /// The neurons of the bundle, then splitters.
  private(set) var neurons: [Neuron] = []
  /// The splitter of every neuron that has one.
  private(set) var splitters: [Int: Int] = [:]
  /// Ticks from the first step of the input to the first step of a population.
  private(set) var depths: [Int] = []
  /// Neurons of every population.
  private(set) var layers: [Range<Int>] = []

  /// Neurons by layer for packing: every population, then its splitters.
  var packingLayers: [[Int]] {
    layers.flatMap { layer in [Array(layer), layer.compactMap { splitters[$0] }] }
  }
  /// Neurons of the bundle itself.
  var ownCount: Int { layers.last?.upperBound ?? 0 }

  /// Most neurons and lines of a bundle.
  private static let most = 1 << 14

  /// A line (0…) or a neuron (`lineCount`…) whose spikes are read `late` ticks later than the one
  /// tick that every spike takes; lines count from the first tick of the input.
  private static func source(_ element: Int, late: Int) -> Int { late << 20 | element }
  /// The element of a source.
  static func element(_ source: Int) -> Int { source & (1 << 20 - 1) }
  /// The lateness of a source.
  static func late(_ source: Int) -> Int { source >> 20 }

  /// - Throws: `export.limit-exceeded`, `export.unsupported-neuron`, `export.unsupported-topology`.
  ///   The bundle must be whole (``WholeBundleCheck``).
  /// - Parameters:
  ///   - split: neurons that get a splitter.
  ///   - provesWords: whether numbers and potentials are held against 9 bits, as RANC's are.
  init(
    _ bundle: Bundle, split: Set<Int> = [], provesWords: Bool = true
  ) throws(ExportError) {
    lineCount = bundle.input.shape.reduce(1, *)
    let total = bundle.populations.reduce(0) { $0 + $1.neuronCount }
    guard bundle.input.bits == 1 else {
      throw RancNetwork.error(
        .limitExceeded, "Input spikes have \(bundle.input.bits) bits; RANC's are 1 bit.",
        bundle.name, "fit with --target ranc or --input-bits 1")
    }
    guard total <= RancNetwork.most, lineCount <= RancNetwork.most else {
      throw RancNetwork.error(
        .limitExceeded,
        "There are \(total) neurons and \(lineCount) input lines; up to \(RancNetwork.most) each are "
          + "placed.", bundle.name, "use a smaller network or input")
    }
    for (index, population) in bundle.populations.enumerated() {
      layers.append(neurons.count..<neurons.count + population.neuronCount)
      neurons += try RancNetwork.neurons(population, index, provesWords)
    }
    let latencies = layers.map { split.isDisjoint(with: $0) ? 1 : 2 }
    depths = try RancNetwork.depths(bundle, latencies)
    for neuron in split.sorted() {
      splitters[neuron] = neurons.count
      var splitter = Neuron(
        population: neurons[neuron].population, initial: 0, bias: 0, reset: .toValue(0))
      splitter.threshold = 1
      splitter.synapses = [(RancNetwork.source(lineCount + neuron, late: 0), 1)]
      neurons.append(splitter)
    }
    connect(bundle)
    if provesWords { for neuron in neurons.indices { try check(neuron, bundle) } }
  }

  /// - Parameter latencies: ticks from a population's spikes to its readers.
  private static func depths(
    _ bundle: Bundle, _ latencies: [Int]
  ) throws(ExportError) -> [Int] {
    var depths = Array(repeating: 0, count: bundle.populations.count)
    for index in bundle.populations.indices {
      for projection in bundle.projections where projection.target == index {
        guard projection.delay == 0 else {
          throw error(
            .unsupportedTopology, "The synapses are delayed by \(projection.delay) steps.",
            projection.name, "remove the delay")
        }
        for case .population(let source) in projection.sources {
          depths[index] = max(depths[index], depths[source] + latencies[source])
        }
      }
    }
    for projection in bundle.projections {
      for case .population(let source) in projection.sources {
        let late = depths[projection.target] - depths[source] - 1
        guard RancLayout.delays.contains(late) else {
          throw error(
            .unsupportedTopology,
            "Spikes skip \(late) layers; RANC delays them by \(RancLayout.delays.upperBound) ticks "
              + "at most.", projection.name, "use shorter branches")
        }
      }
    }
    return depths
  }

  private static func neurons(
    _ population: Population, _ index: Int, _ provesWords: Bool
  ) throws(ExportError) -> [Neuron] {
    let refit = "convert and fit with --target ranc"
    func refuse(_ message: String) -> ExportError {
      error(.unsupportedNeuron, message, population.name, refit)
    }
    guard population.membraneDecay == 0, population.currentDecay == 4096 else {
      throw refuse("The neurons leak or keep currents; RANC's leak is a constant.")
    }
    let spikes = population.model != "LI"
    guard !spikes || population.reset != nil else { throw refuse("The neurons have no reset.") }
    if population.reset == .bySubtraction && population.spikesAboveOnly && spikes {
      throw refuse(
        "The neurons spike above their threshold and subtract it; RANC's spike at it.")
    }
    let channels = population.shape[0]
    func value(_ values: [Int32], _ channel: Int) -> Int32 {
      values.isEmpty ? 0 : values[values.count == 1 ? 0 : channel]
    }
    var result: [Neuron] = []
    for channel in 0..<channels {
      var neuron = Neuron(
        population: index, initial: value(population.initialPotentials, channel),
        bias: value(population.biases, channel), reset: spikes ? population.reset : nil)
      if spikes {
        let threshold = value(population.thresholds, channel)
        neuron.threshold =
          population.spikesAboveOnly && threshold < Int32.max ? threshold + 1 : threshold
      }
      var words = [neuron.initial, neuron.bias]
      if case .toValue(let value)? = neuron.reset { words.append(value) }
      guard
        !provesWords
          || words.allSatisfy({ RancLayout.words.contains($0) })
            && RancLayout.thresholds.contains(neuron.threshold)
      else {
        throw error(
          .limitExceeded,
          "A neuron has threshold \(neuron.threshold), bias \(neuron.bias) and potential "
            + "\(neuron.initial) at first; RANC holds thresholds of 1…255 and words of -256…255.",
          population.name, refit)
      }
      result += Array(repeating: neuron, count: population.neuronCount / channels)
    }
    return result
  }

  private mutating func connect(_ bundle: Bundle) {
    var sums = Array(repeating: [Int: Int](), count: ownCount)
    for projection in bundle.projections {
      let first = layers[projection.target].lowerBound
      for source in projection.sources {
        var (shape, start, late) = (bundle.input.shape, 0, depths[projection.target])
        if case .population(let index) = source {
          shape = bundle.populations[index].shape
          start = lineCount + layers[index].lowerBound
          late -= depths[index] + 1
        }
        projection.forEachSynapse(
          from: shape, to: bundle.populations[projection.target].shape, codebooks: bundle.codebooks
        ) {
          let key = nearest(start + $0.source, late: late)
          sums[first + $0.target][key, default: 0] += Int($0.weight)
        }
      }
    }
    for neuron in sums.indices {
      neurons[neuron].synapses = sums[neuron].sorted { $0.key < $1.key }
        .map { ($0.key, Int32(clamping: $0.value)) }.filter { $0.weight != 0 }
    }
  }

  /// What is read of a line or neuron: its splitter, which is a tick nearer, where it has one.
  private func nearest(_ element: Int, late: Int) -> Int {
    guard element >= lineCount, let splitter = splitters[element - lineCount] else {
      return RancNetwork.source(element, late: late)
    }
    return RancNetwork.source(lineCount + splitter, late: late - 1)
  }

  /// Potential that makes the first step start where the bundle says, after the ticks in which only the
  /// leak works.
  func start(of neuron: Int) -> Int {
    Int(neurons[neuron].initial) - depths[neurons[neuron].population] * Int(neurons[neuron].bias)
  }

  /// Proves by intervals that no potential leaves 9 bits, whatever the input.
  private func check(_ index: Int, _ bundle: Bundle) throws(ExportError) {
    let neuron = neurons[index]
    let population = bundle.populations[neuron.population]
    func tooFar(_ what: String, _ value: Int) -> ExportError {
      RancNetwork.error(
        .limitExceeded, "\(what) can reach \(value); RANC's words of 9 bits hold -256…255.",
        population.name,
        "fit with --target ranc, fewer --bits, fewer time steps, or prune more")
    }
    let words = -256...255
    if let bad = neuron.synapses.first(where: { !RancLayout.words.contains($0.weight) }) {
      throw tooFar("A weight", Int(bad.weight))
    }
    let depth = depths[neuron.population]
    let bias = Int(neuron.bias)
    // Before the first step: only the leak.
    for tick in 0...depth {
      let value = start(of: index) + tick * bias
      guard words.contains(value) else {
        throw tooFar("The potential before the first step", value)
      }
      guard tick == 0 || value < Int(neuron.threshold) else {
        throw RancNetwork.error(
          .unsupportedNeuron,
          "The bias \(bias) makes a neuron spike \(depth) ticks before its first step.",
          population.name, "fit with --target ranc")
      }
    }
    let low = neuron.synapses.reduce(bias) { $0 + min(0, Int($1.weight)) }
    let high = neuron.synapses.reduce(bias) { $0 + max(0, Int($1.weight)) }
    let threshold = Int(neuron.threshold)
    var range = (low: Int(neuron.initial), high: Int(neuron.initial))
    for _ in 0..<bundle.timeSteps {
      let reached = (low: range.low + low, high: range.high + high)
      guard reached.low >= words.lowerBound else { throw tooFar("A potential", reached.low) }
      // A read-out must stay below its threshold, the highest there is.
      guard reached.high <= words.upperBound - (neuron.reset == nil ? 1 : 0) else {
        throw tooFar("A potential", reached.high)
      }
      range = reached
      guard let reset = neuron.reset, reached.high >= threshold else { continue }
      range.high = threshold - 1
      switch reset {
      case .bySubtraction:
        range.high = max(range.high, reached.high - threshold)
        range.low = min(range.low, max(0, reached.low - threshold))
      case .toValue(let value):
        range = (min(range.low, Int(value)), max(range.high, Int(value)))
      }
    }
  }

  static func error(
    _ code: ExportErrorCode, _ message: String, _ node: String, _ fix: String
  ) -> ExportError {
    ExportError(code, message, at: Location(node: node), fix: fix)
  }
}
