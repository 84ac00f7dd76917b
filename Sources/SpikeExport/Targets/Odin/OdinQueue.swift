import SpikeBundle

/// How long the chip's queue can get, whatever the input and the potentials.
enum OdinQueue {
  /// No bound is told apart above this.
  private static let most = 1 << 30

  /// Most spikes in the queue at one time, the one in work included, over all events that a host
  /// sends with an empty queue.
  ///
  /// A neuron that starts below its threshold θ and gets positive weights of sum P spikes at most
  /// (θ - 1 + P) / θ times: every spike takes θ and the potential starts again at 0. Spikes of
  /// the sources bound those of their readers, in the order of populations. In a chain the queue
  /// holds spikes of two successive populations at most; else all spikes are added.
  static func bound(_ crossbar: EventCrossbar, isChain: Bool) -> Int {
    var longest = 1
    let neurons = crossbar.neurons
    // Positive synapses by reader: sources with their weights.
    var positive = Array(repeating: [(source: Int, weight: Int)](), count: neurons.count)
    for source in neurons.indices where neurons[source].spikes {
      for (target, weight) in crossbar.rows[source].enumerated() where weight > 0 {
        positive[target].append((source, Int(weight)))
      }
    }
    func follow(_ row: [Int32]?) -> Int {
      var spikes = [Int](repeating: 0, count: neurons.count)
      var byPopulation = [Int](repeating: 0, count: (neurons.last?.population ?? 0) + 1)
      for (index, neuron) in neurons.enumerated() where neuron.spikes {
        var sum = max(0, Int(row?[index] ?? 0))
        for synapse in positive[index] {
          sum = min(most, sum + synapse.weight * spikes[synapse.source])
        }
        let threshold = max(1, Int(neuron.threshold))
        spikes[index] = (max(Int(neuron.initial), threshold - 1) + sum) / threshold
        byPopulation[neuron.population] = min(
          most, byPopulation[neuron.population] + spikes[index])
      }
      guard isChain else { return min(most, byPopulation.reduce(1) { min(most, $0 + $1) }) }
      let generations = (row == nil ? [] : [1]) + byPopulation
      var longest = generations.first ?? 0
      for index in generations.indices.dropFirst() {
        longest = max(longest, generations[index - 1] + generations[index])
      }
      return longest
    }
    for input in crossbar.inputs { longest = max(longest, follow(crossbar.rows[input.address])) }
    if crossbar.leaks { longest = max(longest, follow(nil)) }
    return longest
  }
}
