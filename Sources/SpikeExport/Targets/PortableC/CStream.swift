import SpikeBundle

/// One source of one projection. Sums are linear, so the sources of a residual connection are
/// walked one after the other, and nothing has to be merged in RAM.
struct CStream {
  /// Position of the projection in the bundle, which names table and functions.
  let projection: Int
  /// Position among the streams of the projection.
  let number: Int
  let name: String
  let source: Source
  let target: Int
  /// Steps back; a population reads its own spikes of the step before.
  let delay: Int
  /// Map of the source, the pooling window on it (1 x 1 for none), and the map of pooled cells.
  let sourceMap: CMap
  let window: [Int]
  let map: CMap
  let kind: Projection.Kind
  let kernel: [Int]
  /// Largest value of a cell.
  let largest: Int64
  /// Smallest and largest sum of one step.
  let sums: ClosedRange<Int64>

  var readsInput: Bool { source == .input }
  /// Whether it brings the same in every step of a window.
  var isConstant: Bool { readsInput && delay == 0 }
  /// Whether synapses are walked once per cell, with the cell's value, rather than once per spike:
  /// for bytes, and for pools so large that several spikes often share a cell.
  var visitsCells: Bool { readsInput || window[0] * window[1] >= 16 }
  /// Whether the synapses need a factor.
  var isGraded: Bool { visitsCells && largest > 1 }
  var suffix: String { number == 0 ? "\(projection)" : "\(projection)_\(number)" }
}
