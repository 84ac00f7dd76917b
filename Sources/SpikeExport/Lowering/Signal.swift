import SpikeBundle

/// What a value of the graph is on the chip: spikes on their way to synapses, or currents on their
/// way to neurons.
enum Signal {
  case spikes(Spikes)
  case currents(Currents)
  /// Made by a node that could not be lowered; readers stay silent about it.
  case broken
}

/// Spikes of one or several sources of one shape, perhaps pooled.
struct Spikes {
  var sources: [Source]
  /// Shape of each source: `[N]` or `[C, H, W]`.
  var shape: [Int]
  /// Sum-pooling window, `[1, 1]` for none.
  var window = [1, 1]
  /// Number by which the sums were divided (mean pooling); thresholds and biases behind it are
  /// multiplied by it instead.
  var divisor = 1
  /// Whether a reshape to a vector has been passed.
  var isFlat = false
  /// What 1 means in the units of the model.
  var unit: Float = 1

  /// Steps by which each element of a source is late; none for no delay.
  var delays: [Int] = []

  /// Shape behind the pooling.
  var mapShape: [Int] {
    shape.count == 3 ? [shape[0], shape[1] / window[0], shape[2] / window[1]] : shape
  }

  var pooling: PoolingWindow? { window == [1, 1] ? nil : PoolingWindow(size: window) }

  /// The delay of a projection, and those of its source elements where they differ.
  var projectionDelays: (longest: Int, each: [Int]) {
    let longest = delays.max() ?? 0
    return (longest, delays.allSatisfy { $0 == longest } ? [] : delays)
  }

  /// Whether spikes of both arrive at the same synapses.
  func canAdd(_ other: Spikes) -> Bool {
    shape == other.shape && window == other.window && divisor == other.divisor
      && isFlat == other.isFlat && delays == other.delays
  }
}

/// Sums of synapses into a map of neurons.
struct Currents {
  /// Projections without their target, which is not known yet.
  var projections: [Projection]
  /// `[N]` or `[C, H, W]`.
  var shape: [Int]
  /// Bias per channel.
  var biases: [Int32]
  /// See ``Spikes/divisor``.
  var divisor: Int
  /// What 1 means in the units of the model.
  var unit: Float
}
