import SpikeCompute

/// What a shard of a batch found.
struct ShardResult: Sendable {
  var loss = 0.0
  var correct = 0
  var pieces = 0
  /// Spikes of each population.
  var spikes: [Int]

  mutating func add(_ found: LossSum) {
    loss += found.loss
    correct += found.correct
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
    let count = plan.parameters.count
    let (gradients, shardGradients, threads) = (gradients, shardGradients, workers.count)
    // The sum of the processes before this one counts as its first shard.
    let isFirst = processes.isFirst
    let shards = own + (isFirst ? 0 : 1)
    processes.fold(
      gradients.all, incoming: isFirst ? nil : shardGradients.view(0..<count),
      chunk: processes.count == 1 ? count : 131_072
    ) { range in
      let chunk = 16_384
      Shards.run(count: (range.count + chunk - 1) / chunk, threads: threads) { index, _ in
        let first = range.lowerBound + index * chunk
        let part = first..<min(first + chunk, range.upperBound)
        let end = (shards - 1) * count + part.upperBound
        Kernels.sumShards(
          shardGradients.view(part.lowerBound..<end), shards: shards, stride: count,
          into: gradients.view(part))
      }
    }
  }

  /// The results of the shards of all processes, in their order.
  func exchange(_ own: [ShardResult]) -> [ShardResult] {
    guard processes.count > 1 else { return own }
    let words = own.flatMap { result in
      [result.loss.bitPattern, UInt64(result.correct), UInt64(result.pieces)]
        + result.spikes.map { UInt64($0) }
    }
    guard let all = processes.gather(words) else { return own }
    let populations = plan.populations.count
    let joined = Array(all.joined())
    return stride(from: 0, to: joined.count, by: 3 + populations).map { start in
      ShardResult(
        loss: Double(bitPattern: joined[start]), correct: Int(joined[start + 1]),
        pieces: Int(joined[start + 2]),
        spikes: joined[start + 3..<start + 3 + populations].map { Int($0) })
    }
  }
}
