import SpikeBytes

/// In what order neurons of a layer come to cores, and which core they take.
struct PackingRule {
  enum Order {
    /// As they are numbered.
    case given
    /// Most synapses first.
    case largest
    /// By the sources that they read, so that neurons with the same ones meet.
    case bySources
    /// Shuffled from a seed.
    case shuffled(UInt64)
  }

  var order: Order
  /// Whether a neuron takes the core on which it needs the fewest new axons, not the first with room.
  var takesBest: Bool

  /// The rules, cheap and simple ones first. First fit in the given order is what small chips' tools do.
  static let all: [PackingRule] = [
    PackingRule(order: .given, takesBest: false), PackingRule(order: .given, takesBest: true),
    PackingRule(order: .largest, takesBest: true), PackingRule(order: .bySources, takesBest: false),
    PackingRule(order: .bySources, takesBest: true),
    PackingRule(order: .shuffled(1), takesBest: true),
    PackingRule(order: .shuffled(2), takesBest: true),
    PackingRule(order: .shuffled(3), takesBest: true),
  ]

  /// The neurons of a layer in this order.
  func ordered(_ layer: [Int], _ problem: PackingProblem) -> [Int] {
    func sources(_ neuron: Int) -> [Int] { problem.synapses[neuron].map(\.source) }
    switch order {
    case .given: return layer
    case .largest:
      return layer.sorted {
        (-problem.synapses[$0].count, $0) < (-problem.synapses[$1].count, $1)
      }
    case .bySources:
      return layer.sorted {
        let (first, second) = (sources($0), sources($1))
        return first == second ? $0 < $1 : first.lexicographicallyPrecedes(second)
      }
    case .shuffled(let seed):
      var random = SplitMix64(seed: seed)
      var result = layer
      for index in result.indices.dropFirst() {
        result.swapAt(index, random.integer(below: index + 1))
      }
      return result
    }
  }
}
