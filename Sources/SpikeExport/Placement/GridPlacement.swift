/// Cores on the places of a grid so that spikes travel little: the sum of traffic times distance
/// (columns plus rows) is small; on grids of few places it is the least there is.
package enum GridPlacement {
  /// Up to this many cores all arrangements are tried.
  package static let exhaustive = 6

  /// Place of every core: `x + y · width`.
  /// - Parameters:
  ///   - traffic: spikes, or wires, from core to core; square.
  ///   - places: free places, at least as many as cores.
  ///   - width: of the grid.
  /// - Complexity: places! / (places - cores)! up to ``exhaustive`` places; else rounds of
  ///   O(cores · places · cores), at most 64.
  package static func places(traffic: [[Int]], places: [Int], width: Int) -> [Int] {
    let count = traffic.count
    precondition(count <= places.count && width > 0, "every core needs a place")
    if places.count <= exhaustive {
      var best = (cost: Int.max, order: Array(places.prefix(count)))
      func choose(_ order: [Int]) {
        if order.count == count {
          let cost = cost(traffic, order, width)
          if cost < best.cost { best = (cost, order) }
          return
        }
        for place in places where !order.contains(place) { choose(order + [place]) }
      }
      choose([])
      return best.order
    }
    // Free places are cores without traffic; pairs are exchanged while that shortens the way.
    var order = places
    for _ in 0..<64 {
      var changed = false
      for first in 0..<count {
        for second in first + 1..<places.count {
          let before = share(traffic, order, first, second, width)
          order.swapAt(first, second)
          if share(traffic, order, first, second, width) < before {
            changed = true
          } else {
            order.swapAt(first, second)
          }
        }
      }
      if !changed { break }
    }
    return Array(order.prefix(count))
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
    _ traffic: [[Int]], _ order: [Int], _ first: Int, _ second: Int, _ width: Int
  ) -> Int {
    var total = 0
    for core in Set([first, second]).sorted() where core < traffic.count {
      for other in traffic.indices {
        let amount = traffic[core][other] + traffic[other][core]
        if amount > 0 { total += amount * distance(order[core], order[other], width) }
      }
    }
    return total
  }

  private static func distance(_ a: Int, _ b: Int, _ width: Int) -> Int {
    abs(a % width - b % width) + abs(a / width - b / width)
  }
}
