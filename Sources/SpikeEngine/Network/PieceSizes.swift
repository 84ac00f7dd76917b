/// How many samples a thread works on at once: the share of a shard, or fewer where memory asks for
/// it. Depends on the plan and the configuration, never on the number of threads.
struct PieceSizes: Sendable {
  private var sizes: [LayerExtent.Purpose: Int] = [:]

  init(_ plans: PlanPair, _ configuration: EngineConfiguration) {
    let share = (configuration.batch + configuration.shards - 1) / configuration.shards
    let limit = configuration.memoryLimit / MemoryLayout<Float>.size
    for purpose in LayerExtent.Purpose.allCases {
      var images = max(share, 1)
      while images > 1,
        ProgramLayout(plans[purpose], images: images, purpose: purpose).count > limit
      {
        images = (images + 1) / 2
      }
      sizes[purpose] = images
    }
  }

  subscript(purpose: LayerExtent.Purpose) -> Int { sizes[purpose] ?? 1 }
}

/// A run of samples that a thread works on at once.
struct Piece: Sendable {
  var samples: Range<Int>

  /// Cuts a range into pieces of at most `size`.
  static func cut(_ range: Range<Int>, size: Int) -> [Piece] {
    (0..<count(in: range, size: size)).map { Piece($0, of: range, size: size) }
  }

  /// Pieces that ``cut(_:size:)`` makes.
  static func count(in range: Range<Int>, size: Int) -> Int {
    (range.count + max(size, 1) - 1) / max(size, 1)
  }

  init(samples: Range<Int>) { self.samples = samples }

  /// One of the pieces that ``cut(_:size:)`` makes.
  init(_ index: Int, of range: Range<Int>, size: Int) {
    let start = range.lowerBound + index * max(size, 1)
    samples = start..<min(start + max(size, 1), range.upperBound)
  }
}
