/// Places buffers with known lifetimes in one piece of memory, so that buffers whose lifetimes do
/// not meet share the same place.
///
/// Greedy by size: the largest buffer first, each at the lowest place where it meets no other
/// (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020).
struct ArenaLayout {
  /// Number of a buffer.
  typealias Buffer = Int
  private struct Request {
    var floats: Int
    var lifetime: ClosedRange<Int>
  }
  private var requests: [Request] = []
  private(set) var offsets: [Int] = []
  /// Floats of the whole arena.
  private(set) var count = 0

  /// Asks for a buffer that is in use from its first to its last moment.
  mutating func request(floats: Int, lifetime: ClosedRange<Int>) -> Buffer {
    requests.append(Request(floats: (floats + 15) / 16 * 16, lifetime: lifetime))
    return requests.count - 1
  }

  /// Finds a place for every buffer.
  /// - Complexity: O(buffers²).
  mutating func place() {
    offsets = requests.map { _ in 0 }
    let order = requests.indices.sorted {
      (requests[$1].floats, $0) < (requests[$0].floats, $1)
    }
    var placed: [Buffer] = []
    for buffer in order where requests[buffer].floats > 0 {
      let rivals = placed.filter { requests[$0].lifetime.overlaps(requests[buffer].lifetime) }
        .sorted { (offsets[$0], $0) < (offsets[$1], $1) }
      var offset = 0
      for rival in rivals {
        if offset + requests[buffer].floats <= offsets[rival] { break }
        offset = max(offset, offsets[rival] + requests[rival].floats)
      }
      offsets[buffer] = offset
      count = max(count, offset + requests[buffer].floats)
      placed.append(buffer)
    }
  }
}
