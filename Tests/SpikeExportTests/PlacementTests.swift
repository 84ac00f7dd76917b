import SpikeExport
import SpikeTestSupport
import Testing

@Suite("Placement")
struct PlacementTests {
  @Test("small grids get an arrangement of least traffic", arguments: 0..<30)
  func leastTraffic(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let count = Int.random(in: 1...4, using: &random)
    let places = Array(0..<Int.random(in: count...6, using: &random))
    let traffic = (0..<count).map { _ in
      (0..<count).map { _ in Int.random(in: 0...9, using: &random) }
    }
    let found = GridPlacement.places(traffic: traffic, places: places, width: 3)
    #expect(Set(found).count == count)
    // Every way to choose places, counted through.
    var least = Int.max
    let ways = (0..<count).reduce(1) { product, _ in product * places.count }
    for way in 0..<ways {
      var rest = way
      var order: [Int] = []
      for _ in 0..<count {
        order.append(places[rest % places.count])
        rest /= places.count
      }
      guard Set(order).count == count else { continue }
      var total = 0
      for a in 0..<count {
        for b in 0..<count {
          total +=
            traffic[a][b] * (abs(order[a] % 3 - order[b] % 3) + abs(order[a] / 3 - order[b] / 3))
        }
      }
      least = min(least, total)
    }
    #expect(GridPlacement.cost(traffic, found, 3) == least, "seed \(seed)")
  }

  @Test("grids of eight places get an arrangement of least traffic", arguments: 0..<4)
  func eightPlaces(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed) + 90)
    let count = 6 + seed % 3
    let traffic = (0..<count).map { _ in
      (0..<count).map { _ in Int.random(in: 0...9, using: &random) }
    }
    let found = GridPlacement.places(traffic: traffic, places: Array(0..<8), width: 3)
    #expect(Set(found).count == count)
    var least = Int.max
    func choose(_ order: [Int]) {
      if order.count == count {
        least = min(least, GridPlacement.cost(traffic, order, 3))
        return
      }
      for place in 0..<8 where !order.contains(place) { choose(order + [place]) }
    }
    choose([])
    #expect(GridPlacement.cost(traffic, found, 3) == least)
  }

  @Test("cores that form a chain or a ring lie side by side on grids too large to try everything")
  func structured() {
    for count in [9, 12, 16, 24] {
      for isRing in [false, true] {
        var traffic = Array(repeating: Array(repeating: 0, count: count), count: count)
        // A chain visits the cores in an order that has nothing to do with their numbers.
        let step = count % 5 == 0 ? 7 : 5
        let chain = (0..<count).map { $0 * step % count }
        for (from, to) in zip(chain, chain.dropFirst()) { traffic[from][to] = 1 }
        if isRing { traffic[chain[count - 1]][chain[0]] = 1 }
        let width = 5
        let found = GridPlacement.places(traffic: traffic, places: Array(0..<25), width: width)
        let wires = isRing ? count : count - 1
        // A ring of an odd number cannot be closed on a grid; local search may leave a few detours.
        #expect(GridPlacement.cost(traffic, found, width) <= wires + wires / 2)
      }
    }
  }

  @Test("large grids get a permutation, the same each time, no worse than the order of the cores")
  func large() {
    var random = SeededGenerator(seed: 3)
    let traffic = (0..<20).map { _ in
      (0..<20).map { _ in Int.random(in: 0...5, using: &random) }
    }
    let places = Array(0..<24)
    let found = GridPlacement.places(traffic: traffic, places: places, width: 5)
    #expect(Set(found).count == 20 && Set(found).isSubset(of: places))
    #expect(found == GridPlacement.places(traffic: traffic, places: places, width: 5))
    #expect(
      GridPlacement.cost(traffic, found, 5)
        <= GridPlacement.cost(traffic, Array(0..<20), 5))
  }

  @Test("cores respect their limits, and every axon of a neuron is fed once", arguments: 0..<40)
  func packing(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    var limits = CorePacking.Limits()
    limits.axons = 14
    limits.neurons = 12
    limits.types = 3
    // Lines are sources -1, -2, …; neurons are their own numbers.
    let first = Array(0..<Int.random(in: 1...10, using: &random))
    let second = Array(first.count..<first.count + Int.random(in: 1...10, using: &random))
    let synapses = (first + second).map { neuron -> [(source: Int, weight: Int32)] in
      let sources = neuron < first.count ? (1...8).map { -$0 } : first
      return sources.filter { _ in random.chance(1, in: 2) }
        .map { ($0, [-2, 1, 3][Int.random(in: 0..<3, using: &random)]) }
    }
    let packing = try CorePacking(
      layers: [first, second], synapses: synapses, keeps: Set(second), limits: limits,
      owner: { $0 < 0 ? nil : $0 })
    var fed: [[Int]: Int] = [:]
    for core in packing.cores {
      #expect(core.axons.count <= 14 && core.members.count <= 12)
      for member in core.members {
        // Every copy has exactly the synapses of its neuron.
        let found = member.axons.map { axon in
          [core.axons[axon].source, Int(member.weights[core.axons[axon].type])]
        }
        let expected = synapses[member.neuron].map { [$0.source, Int($0.weight)] }
        #expect(Set(found) == Set(expected) && found.count == expected.count, "seed \(seed)")
        if let target = member.core, let axon = member.axon {
          fed[[target, axon], default: 0] += 1
          #expect(packing.cores[target].axons[axon].source == member.neuron)
        }
      }
    }
    for (index, core) in packing.cores.enumerated() {
      for (axon, wire) in core.axons.enumerated() where wire.source >= 0 {
        #expect(fed[[index, axon]] == 1, "seed \(seed)")
      }
    }
    #expect(
      second.allSatisfy { n in packing.cores.contains { $0.members.contains { $0.neuron == n } } })
  }
}
