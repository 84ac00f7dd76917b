/// The numbers of a chip that is one crossbar whose inputs and neurons share addresses, and that
/// works on one spike after the other.
///
/// Sources: ChFrenkel/tinyODIN and ChFrenkel/ODIN, documentation (`doc/README.md`) and Verilog
/// sources (`lif_neuron`, `scheduler`, `fifo`, `controller`); docs/formats/odin.md.
package struct CrossbarChip: Hashable, Sendable {
  /// Name of its target.
  package let name: String
  /// Integer weights.
  package let weights: ClosedRange<Int>
  /// Potentials, which saturate at both ends.
  package let potentials: ClosedRange<Int>
  /// Thresholds of neurons that spike.
  package let thresholds: ClosedRange<Int>
  /// Threshold of a neuron that is not to spike; the potential may reach it or not.
  package let silentThreshold: Int
  /// What a leak event may take off a potential.
  package var leaks: ClosedRange<Int> { 0...127 }
  /// Addresses of inputs and neurons together.
  package var addresses: Int { 256 }
  /// Spikes that the queue holds, the one in work included; more are dropped.
  package let queue: Int
  /// Whether all synapses of a source have one sign, so that sources of both signs take two
  /// addresses.
  package let hasRowSigns: Bool

  /// tinyODIN: potentials of 12 bits, weights of 4 bits with their sign, a queue of 128.
  package static let tinyOdin = CrossbarChip(
    name: "tinyodin", weights: -8...7, potentials: -2048...2047, thresholds: 1...2047,
    silentThreshold: 4095, queue: 128, hasRowSigns: false)

  /// ODIN: potentials of 8 bits without sign, weights of 3 bits, a queue of 32.
  package static let odin = CrossbarChip(
    name: "odin", weights: -7...7, potentials: 0...255, thresholds: 1...255,
    silentThreshold: 255, queue: 32, hasRowSigns: true)

  /// The chip of an arithmetic, or nil where neurons sum up what a step brings.
  package init?(_ arithmetic: Arithmetic) {
    switch arithmetic {
    case .tinyOdin: self = .tinyOdin
    case .odin: self = .odin
    case .plain, .loihiCuba, .xylo, .speck: return nil
    }
  }

  private init(
    name: String, weights: ClosedRange<Int>, potentials: ClosedRange<Int>,
    thresholds: ClosedRange<Int>, silentThreshold: Int, queue: Int, hasRowSigns: Bool
  ) {
    self.name = name
    self.weights = weights
    self.potentials = potentials
    self.thresholds = thresholds
    self.silentThreshold = silentThreshold
    self.queue = queue
    self.hasRowSigns = hasRowSigns
  }
}

/// Why a bundle is no program of a ``CrossbarChip``.
package struct CrossbarProblem: Error {
  /// What kind of thing does not fit.
  package enum Kind: Sendable { case number, neuron, wiring }
  package let kind: Kind
  /// Value found and value allowed.
  package let message: String
  /// Population or projection.
  package let node: String
  /// What to do.
  package let fix: String
}
