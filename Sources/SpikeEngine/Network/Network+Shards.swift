import SpikeCompute

/// What a shard of a batch found.
struct ShardResult: Sendable {
  var loss = 0.0
  var correct = 0
  var pieces = 0
  /// Spikes of each population.
  var spikes: [Int]

  init(populations: Int) { spikes = Array(repeating: 0, count: populations) }

  mutating func add(_ found: LossSum) {
    loss += found.loss
    correct += found.correct
  }

  mutating func add(_ other: ShardResult) {
    loss += other.loss
    correct += other.correct
    pieces += other.pieces
    for index in spikes.indices { spikes[index] += other.spikes[index] }
  }

  /// Nothing found yet.
  mutating func clear() {
    (loss, correct, pieces) = (0, 0, 0)
    for index in spikes.indices { spikes[index] = 0 }
  }
}

extension Network {
  /// Room for the gradients of a shard of this process.
  func gradients(ofShardAt index: Int) -> FloatView {
    let count = plan.parameters.count
    let place = index + (processes.isFirst ? 0 : 1)
    return shardGradients.view(place * count..<(place + 1) * count)
  }

  /// Adds up the gradients of all shards, in their order, on all threads of all processes.
  /// - Parameter own: shards of this process.
  func sumShards(_ own: Int) {
    // The sum of the processes before this one counts as its first shard.
    let isFirst = processes.isFirst
    let shards = own + (isFirst ? 0 : 1)
    let count = gradients.count
    processes.fold(
      gradients.all, incoming: isFirst ? nil : shardGradients.view(0..<count),
      chunk: processes.count == 1 ? count : 131_072
    ) { range in shardSum.sum(range, shards: shards, threads: workers.count) }
  }

  /// Adds up what the shards of all processes found, in their order.
  func sumResults(_ own: Int, into total: inout ShardResult) {
    total.clear()
    if processes.count > 1, let all = gatherResults(own) {
      for result in all { total.add(result) }
    } else {
      for index in 0..<own { total.add(stepMemory.tallies[index].found) }
    }
  }

  /// The results of the shards of all processes, in their order; nil in a broken ring.
  private func gatherResults(_ own: Int) -> [ShardResult]? {
    let words = stepMemory.tallies[..<own].flatMap { tally in
      let result = tally.found
      return [result.loss.bitPattern, UInt64(result.correct), UInt64(result.pieces)]
        + result.spikes.map { UInt64($0) }
    }
    guard let all = processes.gather(words) else { return nil }
    let populations = plan.populations.count
    let joined = Array(all.joined())
    return stride(from: 0, to: joined.count, by: 3 + populations).map { start in
      var result = ShardResult(populations: populations)
      result.loss = Double(bitPattern: joined[start])
      result.correct = Int(joined[start + 1])
      result.pieces = Int(joined[start + 2])
      result.spikes = joined[start + 3..<start + 3 + populations].map { Int($0) }
      return result
    }
  }
}
