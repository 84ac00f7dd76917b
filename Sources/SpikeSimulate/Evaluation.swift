import SpikeCompute
public import SpikeDiagnostics
import Synchronization

extension IntegerSimulator {
  /// Predictions for many samples; the same on any number of threads.
  /// - Parameters:
  ///   - samples: raw bytes, one sample after the other, each in C, H, W order.
  ///   - labels: true classes, as many as samples.
  ///   - threads: how many to use, at least 1.
  ///   - inputPerStep: whether a sample has a map for each time step instead of one for all.
  /// - Throws: `simulate.wrong-sample`.
  public func evaluate(
    samples: [UInt8], labels: [Int], threads: Int, inputPerStep: Bool = false
  ) throws(SimulateError) -> Evaluation {
    try check(byteCount: samples.count, samples: labels.count, inputPerStep)
    let size = byteCount(inputPerStep)
    let perShard = 64
    let shards = (labels.count + perShard - 1) / perShard
    let results = Mutex([Int: Part]())
    Shards.run(count: shards, threads: max(1, min(threads, shards))) { shard, _ in
      let state = SimulationState(network)
      var part = Part(populations: network.populations.count)
      for index in shard * perShard..<min(labels.count, (shard + 1) * perShard) {
        let sample = samples[index * size..<(index + 1) * size]
        part.add(outcome(of: sample, state))
      }
      let finished = part
      results.withLock { $0[shard] = finished }
    }
    var whole = Part(populations: network.populations.count)
    results.withLock { parts in
      for shard in 0..<shards {
        if let part = parts[shard] { whole.append(part) }
      }
    }
    return Evaluation(
      outcomes: whole.outcomes, labels: labels, counts: whole.counts,
      populationSpikes: whole.spikes)
  }

  private struct Part: Sendable {
    var outcomes: [Outcome] = []
    var counts = OperationCounts()
    var spikes: [Int64]

    init(populations: Int) { spikes = Array(repeating: 0, count: populations) }

    mutating func add(_ outcome: Outcome) {
      outcomes.append(outcome)
      counts += outcome.counts
      for index in spikes.indices { spikes[index] += outcome.populationSpikes[index] }
    }

    mutating func append(_ other: Part) {
      outcomes += other.outcomes
      counts += other.counts
      for index in spikes.indices { spikes[index] += other.spikes[index] }
    }
  }
}

/// Predictions and costs over a data set.
public struct Evaluation: Hashable, Sendable {
  /// The answer to each sample.
  public let outcomes: [Outcome]
  /// Samples whose prediction is their label.
  public let correct: Int
  /// Operations of all samples together.
  public let counts: OperationCounts
  /// Spikes of each population over all samples.
  public let populationSpikes: [Int64]

  init(
    outcomes: [Outcome], labels: [Int], counts: OperationCounts, populationSpikes: [Int64]
  ) {
    self.outcomes = outcomes
    correct = zip(outcomes, labels).count { $0.prediction == $1 }
    self.counts = counts
    self.populationSpikes = populationSpikes
  }

  /// Predicted class of each sample.
  public var predictions: [Int] { outcomes.map(\.prediction) }

  /// Share of correct predictions, 0 for no samples.
  public var accuracy: Double {
    outcomes.isEmpty ? 0 : Double(correct) / Double(outcomes.count)
  }

  /// Mean of a count per sample, for example `perSample(\.accumulates)`.
  public func perSample(_ count: KeyPath<OperationCounts, Int64>) -> Double {
    outcomes.isEmpty ? 0 : Double(counts[keyPath: count]) / Double(outcomes.count)
  }
}
