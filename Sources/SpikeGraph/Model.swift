/// How far a model has travelled along the Line.
public enum ModelStage: String, Hashable, Sendable, CaseIterable {
  /// Read from a foreign file; an ANN or an SNN as its author made it.
  case imported
  /// Converted: activations are neuron populations.
  case spiking
  /// Fine-tuned to a codebook: weights, biases and thresholds are the chip's integers.
  case fitted
}

/// What one station did: kept in the file, so that a result can be reproduced.
public struct HistoryRecord: Hashable, Sendable {
  /// Station, for example `import`, `convert`, `fit`.
  public var station: String
  /// Version of sfconv that did it.
  public var version: String
  /// Options that matter, by name.
  public var options: [String: String]
  /// Seed of the random numbers, where any were drawn.
  public var seed: UInt64?
  /// SHA-256 of the input file in hexadecimal.
  public var inputHash: String
  /// Measured figures by name, for example `accuracy.T4`.
  public var metrics: [String: Double]

  /// Makes a record.
  public init(
    station: String, version: String, options: [String: String] = [:], seed: UInt64? = nil,
    inputHash: String = "", metrics: [String: Double] = [:]
  ) {
    self.station = station
    self.version = version
    self.options = options
    self.seed = seed
    self.inputHash = inputHash
    self.metrics = metrics
  }
}

/// How raw data become the values of the first layer: x = scale · raw + offset, the same in every
/// time step ("direct coding").
///
/// With `bits` set (fitted models), raw bytes 0…255 are first reduced to `raw >> (8 - bits)`, the
/// graded spike that the chip receives; `scale` and `offset` then apply to that integer.
public struct InputEncoding: Hashable, Sendable {
  /// One factor, or one per channel.
  public var scale: [Float]
  /// One summand, or one per channel.
  public var offset: [Float]
  /// Bits of the graded input spike, 1…8; nil where the input stays analog.
  public var bits: Int?

  /// Makes an encoding; the default maps bytes to 0…1.
  public init(scale: [Float] = [1 / 255], offset: [Float] = [0], bits: Int? = nil) {
    self.scale = scale
    self.offset = offset
    self.bits = bits
  }
}

/// Which weights share one codebook.
public enum CodebookScope: String, Hashable, Sendable, CaseIterable {
  /// One codebook for the whole network, with one scale per layer.
  case network
  /// One codebook per layer.
  case layer
  /// One codebook per output channel or neuron.
  case channel
}

/// How the integers of one weight tensor are meant: `real weight = scale · entries[index]`.
public struct WeightCodebook: Hashable, Sendable {
  /// Which weights share the entries.
  public var scope: CodebookScope
  /// Allowed integer values, ascending; one list, or one per output channel.
  public var entries: [[Int32]]
  /// Whether 0 is allowed besides the entries and stored as "no synapse".
  public var hasFreeZero: Bool
  /// Real value of integer 1 in the units of the layer.
  public var scale: Float
  /// Signed weight bits that the entries need.
  public var bits: Int

  /// Makes a codebook.
  public init(
    scope: CodebookScope, entries: [[Int32]], hasFreeZero: Bool, scale: Float, bits: Int
  ) {
    self.scope = scope
    self.entries = entries
    self.hasFreeZero = hasFreeZero
    self.scale = scale
    self.bits = bits
  }
}

/// A graph with its provenance: what an `.sfm` file holds.
public struct Model: Equatable, Sendable {
  /// The network.
  public var graph: Graph
  /// How far it has travelled.
  public var stage: ModelStage
  /// How raw data enter.
  public var encoding: InputEncoding
  /// Time steps per inference (the window) that the model is meant for; nil for an ANN.
  public var timeSteps: Int?
  /// Codebooks by weight name; for fitted models, where every weight constant holds integers.
  public var codebooks: [ValueName: WeightCodebook]
  /// What the stations did, oldest first.
  public var history: [HistoryRecord]

  /// Makes a model.
  public init(
    graph: Graph, stage: ModelStage, encoding: InputEncoding = InputEncoding(),
    timeSteps: Int? = nil, codebooks: [ValueName: WeightCodebook] = [:],
    history: [HistoryRecord] = []
  ) {
    self.graph = graph
    self.stage = stage
    self.encoding = encoding
    self.timeSteps = timeSteps
    self.codebooks = codebooks
    self.history = history
  }
}
