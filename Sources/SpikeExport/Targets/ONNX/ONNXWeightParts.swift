/// A codebook as a sum of codebooks times powers of two, so that every sum of synapses is exact in
/// float32.
///
/// Sums of integers are exact in float32 as long as no partial sum passes 2^24, in whatever order a
/// runtime adds. Where the weights themselves could (large fan-in, 8-bit input), their low bits and
/// their high bits are summed apart and joined in int32. The indices stay the same.
struct ONNXWeightPart {
  /// Entries by codebook.
  var entries: [[Int32]]
  /// The part counts 2^shift-fold.
  var shift: Int

  /// How often each target neuron reads each entry.
  struct Usage {
    /// Codebook and number of weights by entry, for each output channel.
    var outputs: [(book: Int, counts: [Int64])]
    /// Largest value that arrives at a synapse.
    var largest: Int64

    /// Smallest and largest partial sum of one step with the given entries; nil beyond 2^62.
    func sums(_ entries: [[Int32]]) -> ClosedRange<Int64>? {
      var low = 0.0
      var high = 0.0
      var range: ClosedRange<Int64> = 0...0
      for output in outputs {
        var negative: Int64 = 0
        var positive: Int64 = 0
        for (entry, count) in zip(entries[output.book], output.counts) {
          let product = Int64(entry) * count
          if product < 0 { negative += product } else { positive += product }
        }
        low = min(low, Double(negative) * Double(largest))
        high = max(high, Double(positive) * Double(largest))
        guard low > -0x1p62, high < 0x1p62 else { return nil }
        range = range.union(negative * largest...positive * largest)
      }
      return range
    }
  }

  /// The parts of `entries`; nil where even single bits could pass 2^24.
  static func split(_ entries: [[Int32]], _ usage: Usage) -> [ONNXWeightPart]? {
    let limit = -ONNXLayout.largestExact...ONNXLayout.largestExact
    func isExact(_ entries: [[Int32]]) -> Bool {
      guard let sums = usage.sums(entries) else { return false }
      return limit.contains(sums)
        && entries.allSatisfy { $0.allSatisfy { limit.contains(Int64($0)) } }
    }
    var parts: [ONNXWeightPart] = []
    var rest = entries
    var shift = 0
    while !isExact(rest) {
      // The low bits, balanced around 0: as many as stay exact.
      func low(_ bits: Int) -> [[Int32]] {
        let half = Int64(1) << (bits - 1)
        return rest.map { $0.map { Int32(((Int64($0) + half) & (2 * half - 1)) - half) } }
      }
      guard let bits = (1...16).last(where: { isExact(low($0)) }) else { return nil }
      let part = low(bits)
      parts.append(ONNXWeightPart(entries: part, shift: shift))
      rest = zip(rest, part).map { pair in
        zip(pair.0, pair.1).map { Int32((Int64($0) - Int64($1)) >> Int64(bits)) }
      }
      shift += bits
      guard shift < 32 else { return nil }
    }
    parts.append(ONNXWeightPart(entries: rest, shift: shift))
    return parts.filter { part in
      part.shift == 0 || part.entries.contains { $0.contains { $0 != 0 } }
    }
  }
}
