/// A stated fact of a chip and where it is written.
public struct Fact<Value: Hashable & Sendable>: Hashable, Sendable {
  /// What is stated.
  public var value: Value
  /// Position in ``HardwareSpec/sources`` by id; nil where the fact is assumed.
  public var source: String?
  /// Place inside the source.
  public var section: String?
  /// True if no document was found and the value is our assumption.
  public var isAssumed: Bool
  /// What the user should know about it.
  public var note: String?

  /// Makes a fact.
  public init(
    _ value: Value, source: String? = nil, section: String? = nil, isAssumed: Bool = false,
    note: String? = nil
  ) {
    self.value = value
    self.source = source
    self.section = section
    self.isAssumed = isAssumed
    self.note = note
  }
}

/// A document that facts of a spec come from.
public struct SpecSource: Hashable, Sendable {
  /// Short name that facts refer to.
  public var id: String
  /// Title, with version where it has one.
  public var document: String
  /// Date as far as known, for example `2021-09`.
  public var date: String?
}

/// How many different weights a chip can hold, and where.
public struct UniqueWeightLimit: Hashable, Sendable {
  /// The neurons that share one table of weights.
  public enum Scope: String, Hashable, Sendable, CaseIterable {
    case neuron, layer, core, network
  }
  /// Largest number of unique values in the scope.
  public var maximum: Fact<Int>
  /// Where the limit holds.
  public var scope: Scope
  /// True if an absent synapse costs no value, so that 0 does not count.
  public var zeroIsFree: Bool
  /// How values are formed: `free`, `axon-typed`, `subset-sum`, `uniform`.
  public var form: String

  /// Makes a limit.
  package init(maximum: Fact<Int>, scope: Scope, zeroIsFree: Bool, form: String) {
    self.maximum = maximum
    self.scope = scope
    self.zeroIsFree = zeroIsFree
    self.form = form
  }
}

/// Memory of one core that holds one layer, in words.
public struct CoreMemory: Hashable, Sendable {
  /// Words for kernels.
  public var kernelWords: Int
  /// Words for the states of neurons.
  public var neuronWords: Int
  /// Words for biases.
  public var biasWords: Int

  /// Makes a memory.
  public init(kernelWords: Int, neuronWords: Int, biasWords: Int) {
    self.kernelWords = kernelWords
    self.neuronWords = neuronWords
    self.biasWords = biasWords
  }

  /// Whether this memory has room for another.
  public func holds(_ need: CoreMemory) -> Bool {
    need.kernelWords <= kernelWords && need.neuronWords <= neuronWords
      && need.biasWords <= biasWords
  }
}

/// A published energy figure.
public struct EnergyFigure: Hashable, Sendable {
  /// Energy of one synaptic operation, in picojoules.
  public var picojoulesPerSynapticOperation: Double
  /// Source id.
  public var source: String
  /// Place inside the source.
  public var section: String?
  /// What the figure covers.
  public var note: String?
}

/// What a neuromorphic chip can hold and how its neurons work.
///
/// A missing limit is *unknown*, not infinite: its check answers "not checked".
public struct HardwareSpec: Hashable, Sendable {
  /// Name for `--target`.
  public var name: String
  /// Name for people.
  public var title: String
  /// Who makes it.
  public var vendor: String
  /// One paragraph.
  public var summary: String
  /// Integer arithmetic, as a bundle names it: one of ``arithmetics``.
  public var arithmetic: String?
  /// Known limits.
  public var limits: [LimitName: Fact<Int>]
  /// Neuron models as NIR spells them.
  public var neuronModels: Fact<[String]>?
  /// Kinds of reset: `to-zero`, `to-value`, `by-subtraction`.
  public var resets: Fact<[String]>?
  /// Comparators: `>`, `>=`.
  public var comparators: Fact<[String]>?
  /// Layouts of synapses: `dense`, `convolution`.
  public var connections: Fact<[String]>?
  /// Strides of convolutions that the chip has.
  public var strides: Fact<[Int]>?
  /// Sides of the square sum pools that the chip has; 1 is none.
  public var pools: Fact<[Int]>?
  /// What may have a threshold of its own: `layer`, `channel`, `neuron`.
  public var thresholdScope: Fact<String>?
  /// True if every potential is 0 before the first step.
  public var startsAtZero: Fact<Bool>?
  /// How potentials leak: one of ``leakKinds``.
  public var leak: Fact<String>?
  /// Limit on unique weights, where there is one.
  public var uniqueWeights: UniqueWeightLimit?
  /// Memory of each core, where cores differ and hold one layer each; else empty.
  public var coreMemories: [CoreMemory]
  /// Published energy figures.
  public var energy: [EnergyFigure]
  /// What the user should know.
  public var notes: [String]
  /// Documents.
  public var sources: [SpecSource]

  /// Makes a spec; reading a file is the usual way (``HardwareSpecReader``).
  package init(
    name: String, title: String, vendor: String, summary: String, arithmetic: String?,
    limits: [LimitName: Fact<Int>], neuronModels: Fact<[String]>?, resets: Fact<[String]>?,
    comparators: Fact<[String]>?, connections: Fact<[String]>?, thresholdScope: Fact<String>?,
    startsAtZero: Fact<Bool>?, uniqueWeights: UniqueWeightLimit?,
    coreMemories: [CoreMemory] = [], energy: [EnergyFigure], notes: [String],
    sources: [SpecSource], leak: Fact<String>? = nil, strides: Fact<[Int]>? = nil,
    pools: Fact<[Int]>? = nil
  ) {
    self.name = name
    self.title = title
    self.vendor = vendor
    self.summary = summary
    self.arithmetic = arithmetic
    self.limits = limits
    self.neuronModels = neuronModels
    self.resets = resets
    self.comparators = comparators
    self.connections = connections
    self.thresholdScope = thresholdScope
    self.startsAtZero = startsAtZero
    self.uniqueWeights = uniqueWeights
    self.coreMemories = coreMemories
    self.energy = energy
    self.notes = notes
    self.sources = sources
    self.leak = leak
    self.strides = strides
    self.pools = pools
  }

  /// Integer arithmetics, as bundles name them.
  public static let arithmetics = [
    "loihi-cuba", "odin", "plain", "speck", "tinyodin", "xylo",
  ]

  /// Kinds of leak, per step and potential v: `exponential` keeps k/4096 of v; `shift` takes v >> d
  /// off; `linear` moves v by a constant towards 0; `constant` adds a constant to v; `none`.
  public static let leakKinds = ["exponential", "shift", "linear", "constant", "none"]

  /// The value of a limit, or nil if it is unknown.
  public subscript(limit: LimitName) -> Int? { limits[limit]?.value }

  /// "Document, section" of a fact for messages; "assumed" where there is no document.
  public func citation<Value>(of fact: Fact<Value>) -> String {
    guard let id = fact.source, let source = sources.first(where: { $0.id == id }) else {
      return "assumed"
    }
    return source.document + (fact.section.map { ", \($0)" } ?? "")
  }
}
