public import SpikeCompute

/// What processes do together, made of messages to the next one in the ring.
extension ProcessRing {
  /// Whether this is the process that writes files and talks to the user.
  public var isFirst: Bool { rank == 0 }

  /// The part of `count` things that a process owns: contiguous, in the order of the processes, sizes
  /// that differ by at most one. The first process has at least one thing if there is any.
  public func share(of count: Int, rank: Int) -> Range<Int> {
    func start(_ rank: Int) -> Int { (rank * count + self.count - 1) / self.count }
    return start(rank)..<start(rank + 1)
  }

  /// The part of this process.
  public func share(of count: Int) -> Range<Int> { share(of: count, rank: rank) }

  /// Goes on with a sum from process to process and gives every process the total.
  ///
  /// The first process calls `add` for a chunk, sends `total` of that chunk to the next one, which
  /// finds it in `incoming`, and so on; the total of the last one goes around the ring. So floats
  /// are added in the order of the processes, as one process would add them, for any number of
  /// processes; and because there are chunks, all processes work at the same time.
  ///
  /// - Parameters:
  ///   - total: the sum; whole on return.
  ///   - incoming: room for what the process before this one has summed, as large as `total`; not
  ///     used in the first process.
  ///   - chunk: floats that are sent at once.
  ///   - add: writes `total` for a range of floats: the shares of this process, added in their order
  ///     to `incoming` where there is a process before this one.
  public func fold(
    _ total: FloatView, incoming: FloatView?, chunk: Int = 65_536, _ add: (Range<Int>) -> Void
  ) {
    let chunk = max(1, chunk)
    let last = count - 1
    for start in stride(from: 0, to: total.count, by: chunk) {
      let range = start..<min(start + chunk, total.count)
      if rank > 0, let incoming { receive(into: incoming.slice(range)) }
      add(range)
      // From the last process this is the total already, and goes to the first one.
      if count > 1 { send(total.slice(range)) }
    }
    guard count > 1 else { return }
    // What was sent has been read before the total takes its place.
    flush()
    guard rank < last else { return }
    for start in stride(from: 0, to: total.count, by: chunk) {
      let range = start..<min(start + chunk, total.count)
      receive(into: total.slice(range))
      if rank < last - 1 { send(total.slice(range)) }
    }
    flush()
  }

  /// Gives every process all floats, of which each process has made some.
  /// - Parameter parts: what each process has made, in the order of the processes.
  public func exchange(_ floats: FloatView, parts: [Range<Int>]) {
    precondition(parts.count == count, "\(parts.count) parts of \(count) processes")
    for round in 0..<count - 1 {
      let outgoing = parts[(rank - round + count) % count]
      let incoming = parts[(rank - round - 1 + count) % count]
      if !outgoing.isEmpty { send(floats.slice(outgoing)) }
      if !incoming.isEmpty { receive(into: floats.slice(incoming)) }
    }
    flush()
  }

  /// What every process has to say, in the order of the processes. Empty for some of them in a
  /// broken ring.
  public func gather(_ own: [UInt8]) -> [[UInt8]] {
    var all = [[UInt8]](repeating: [], count: count)
    all[rank] = own
    for round in 0..<count - 1 {
      let outgoing = all[(rank - round + count) % count]
      send(ProcessMessage.bytes(of: [UInt64(outgoing.count)]))
      if !outgoing.isEmpty { send(outgoing) }
      let size = Int(ProcessMessage.words(of: receive(count: 8))[0])
      all[(rank - round - 1 + count) % count] = size == 0 ? [] : receive(count: size)
    }
    flush()
    return all
  }

  /// What every process has to say, as numbers; nil in a broken ring.
  public func gather(_ own: [UInt64]) -> [[UInt64]]? {
    let all = gather(ProcessMessage.bytes(of: own))
    return isBroken ? nil : all.map(ProcessMessage.words)
  }

  /// Whether something is so in any process.
  public func any(_ condition: Bool) -> Bool {
    guard count > 1 else { return condition }
    return gather([UInt8(condition ? 1 : 0)]).contains([1])
  }

  /// What differs between the first process and another one, in words; nil where all agree.
  /// - Parameter facts: what must be the same, by name.
  public func disagreement(_ facts: [String: String]) -> String? {
    guard count > 1 else { return nil }
    let all = gather(ProcessMessage.bytes(of: facts)).map(ProcessMessage.facts)
    guard !isBroken else { return nil }
    for rank in 1..<count where all[rank] != all[0] {
      let names = Set(all[0].keys).union(all[rank].keys).sorted()
      let differences = names.filter { all[0][$0] != all[rank][$0] }.prefix(5).map {
        "\($0) is \(all[0][$0] ?? "absent") in process 0 and \(all[rank][$0] ?? "absent") in "
          + "process \(rank)"
      }
      return differences.joined(separator: "; ")
    }
    return nil
  }
}

/// Numbers and texts as bytes between processes.
enum ProcessMessage {
  static func bytes(of words: [UInt64]) -> [UInt8] {
    words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
  }

  static func words(of bytes: [UInt8]) -> [UInt64] {
    stride(from: 0, to: bytes.count, by: 8).map { start in
      (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << ($1 * 8) }
    }
  }

  /// Names and values, each with a zero byte behind it.
  static func bytes(of facts: [String: String]) -> [UInt8] {
    facts.sorted { $0.key < $1.key }.flatMap {
      Array($0.key.utf8) + [0] + Array($0.value.utf8) + [0]
    }
  }

  static func facts(of bytes: [UInt8]) -> [String: String] {
    let texts = bytes.split(separator: 0, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    var facts: [String: String] = [:]
    for index in stride(from: 0, to: texts.count - 1, by: 2) {
      facts[texts[index]] = texts[index + 1]
    }
    return facts
  }
}
