import SpikeBytes

/// Cores on the places of a grid so that spikes travel little: the sum of traffic times distance
/// (columns plus rows) is small; on grids of few places it is the least there is.
package enum GridPlacement {
  /// Up to this many places the arrangement is the best one.
  package static let exhaustive = 8
  /// Arrangements from which larger grids are improved: the order of the cores, then shuffled ones.
  private static let starts = 6

  /// Place of every core: `x + y · width`.
  /// - Parameters:
  ///   - traffic: spikes, or wires, from core to core; square.
  ///   - places: free places, at least as many as cores.
  ///   - width: of the grid.
  /// - Complexity: places! / (places - cores)! at most up to ``exhaustive`` places; else for each of six
  ///   starts at most 64 rounds of O(cores · places · wires of a core), fewer on grids of many places.
  package static func places(traffic: [[Int]], places: [Int], width: Int) -> [Int] {
    precondition(traffic.count <= places.count && width > 0, "every core needs a place")
    if places.count <= exhaustive { return least(traffic, places, width) }
    let wires = traffic.indices.map { core in
      traffic.indices.compactMap { other in
        let amount = traffic[core][other] + traffic[other][core]
        return amount > 0 && other != core ? Wire(other: other, amount: amount) : nil
      }
    }
    var random = SplitMix64(seed: UInt64(places.count))
    var best: (cost: Int, order: [Int])?
    for start in 0..<starts {
      var order = places
      if start > 0 {
        for index in order.indices.dropFirst() {
          order.swapAt(index, random.integer(below: index + 1))
        }
      }
      let improved = improved(order, wires, width)
      let cost = cost(traffic, improved, width)
      if best.map({ cost < $0.cost }) ?? true { best = (cost, improved) }
      // Rounds are dear on large grids, and the order of the cores is a good start.
      if places.count > 64 { break }
    }
    return Array((best?.order ?? places).prefix(traffic.count))
  }

  /// The best arrangement, by branch and bound.
  private static func least(_ traffic: [[Int]], _ places: [Int], _ width: Int) -> [Int] {
    var best = (cost: Int.max, order: Array(places.prefix(traffic.count)))
    func choose(_ order: [Int], _ cost: Int) {
      if cost >= best.cost { return }
      let core = order.count
      if core == traffic.count {
        best = (cost, order)
        return
      }
      for place in places where !order.contains(place) {
        let more = order.indices.reduce(0) {
          $0 + (traffic[core][$1] + traffic[$1][core]) * distance(place, order[$1], width)
        }
        choose(order + [place], cost + more)
      }
    }
    choose([], 0)
    return best.order
  }

  /// What a core exchanges with another one, both ways.
  private struct Wire {
    var other: Int, amount: Int
  }

  /// Free places are cores without wires; pairs are exchanged while that shortens the way.
  private static func improved(_ start: [Int], _ wires: [[Wire]], _ width: Int) -> [Int] {
    var order = start
    let rounds = max(1, min(64, (1 << 22) / (order.count * order.count)))
    for _ in 0..<rounds {
      var changed = false
      for first in wires.indices {
        for second in first + 1..<order.count {
          let before = share(wires, order, first, second, width)
          order.swapAt(first, second)
          if share(wires, order, first, second, width) < before {
            changed = true
          } else {
            order.swapAt(first, second)
          }
        }
      }
      if !changed { break }
    }
    return order
  }

  /// Traffic times distance of all pairs.
  package static func cost(_ traffic: [[Int]], _ order: [Int], _ width: Int) -> Int {
    var total = 0
    for (from, row) in traffic.enumerated() {
      for (to, amount) in row.enumerated() where amount > 0 {
        total += amount * distance(order[from], order[to], width)
      }
    }
    return total
  }

  /// The part of the cost that two cores have in; the second may be a free place.
  private static func share(
    _ wires: [[Wire]], _ order: [Int], _ first: Int, _ second: Int, _ width: Int
  ) -> Int {
    var total = 0
    for core in [first, second] where core < wires.count {
      for wire in wires[core] {
        total += wire.amount * distance(order[core], order[wire.other], width)
      }
    }
    return total
  }

  private static func distance(_ a: Int, _ b: Int, _ width: Int) -> Int {
    abs(a % width - b % width) + abs(a / width - b / width)
  }
}
