import SpikeBundle

/// A population as the program computes it.
struct CPopulation {
  enum Update: Hashable {
    /// Synapses add to the potential itself.
    case potential
    /// Synapses add to the current, which is kept from step to step.
    case current
    /// Synapses add to a scratch sum; Loihi's fixed point with its wraps and its clip.
    case loihi
  }

  let index: Int
  let name: String
  let map: CMap
  let update: Update
  /// Units of the state per integer of the bundle: 1, or Loihi's 64.
  let unit: Int32
  let spikes: Bool
  let spikesAboveOnly: Bool
  /// nil for a reset by subtraction, in units of the state.
  let resetValue: Int32?
  /// One value, or one per channel, in units of the state.
  let thresholds: [Int32]
  let biases: [Int32]
  let initial: [Int32]
  let membraneKeep: Int32
  let currentKeep: Int32
  let range: CStateRange
  let potential: CInteger
  /// nil where no current is kept.
  let current: CInteger?
  /// Of the sums that the input brings, kept for the window; nil where there are none.
  let constant: CInteger?
  /// Of the scratch sums; nil where there are none.
  let scratch: CInteger?
  /// Maps of spikes that are kept: the longest delay of a reader and 1.
  let ring: Int

  var leaks: Bool { membraneKeep != 4096 }
  /// Whether it compares with a threshold: Loihi's read-out does too, where it could pass it.
  var fires: Bool { spikes || (update == .loihi && range.compared.upperBound > 131_071 * 64) }
}
