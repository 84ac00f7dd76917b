/// What a chip of the Xylo family holds.
///
/// Sources: rockpool 3.1.0, `rockpool.devices.xylo` (`syns61201`, `syns65302`, `syns63300`), and
/// xylosim 0.1.3; docs/formats/xylo.md.
package struct XyloChip: Hashable, Sendable {
  /// Name of its target.
  package let name: String
  /// Input lines.
  package let inputs: Int
  /// Hidden neurons.
  package let hidden: Int
  /// Output neurons.
  package let outputs: Int
  /// Hidden neurons that the input may reach, and that may reach the outputs; nil for all.
  package let expansion: Int?

  /// Xylo Audio 2, SYNS61201.
  package static let audio2 = XyloChip(
    name: "xylo-audio2", inputs: 16, hidden: 1000, outputs: 8, expansion: nil)
  /// Xylo Audio 3, SYNS65302.
  package static let audio3 = XyloChip(
    name: "xylo-audio3", inputs: 16, hidden: 992, outputs: 32, expansion: 128)
  /// Xylo IMU, SYNS63300.
  package static let imu = XyloChip(
    name: "xylo-imu", inputs: 16, hidden: 496, outputs: 16, expansion: 128)

  /// All chips.
  package static let all = [audio2, audio3, imu]

  /// Spikes of an input line in one step.
  package static let mostInputSpikes = 15
  /// Bits to shift a state by for what it loses in a step.
  package static let dashes: ClosedRange<Int32> = 0...15
  /// Weights before the shift of their group.
  package static let weights: ClosedRange<Int32> = -128...127
  /// Thresholds; at or above spikes.
  package static let thresholds: ClosedRange<Int32> = 1...32767
  /// Biases, currents and potentials, which saturate.
  package static let states: ClosedRange<Int32> = -32768...32767
  /// Threshold of an output that is not to spike.
  package static let silentThreshold: Int32 = 32767
  /// Largest shift of a group of weights.
  package static let mostShift = 7
}

/// Why a bundle is no program of a ``XyloChip``.
package struct XyloProblem: Error {
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
