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
    stride(from: range.lowerBound, to: range.upperBound, by: max(size, 1)).map {
      Piece(samples: $0..<min($0 + size, range.upperBound))
    }
  }
}
