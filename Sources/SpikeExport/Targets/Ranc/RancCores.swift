import SpikeBundle
import SpikeDiagnostics

/// A network on cores, and the cores on a grid.
///
/// Splitters are put in where they save cores: neurons whose copies stand on several cores are tried.
struct RancCores {
  private(set) var network: RancNetwork
  private(set) var packing: CorePacking
  let size: CorePacking.Limits
  let width: Int, height: Int
  /// Place of every core, `x + y · width`; the last place of the grid stays free for the output bus.
  let places: [Int]

  var cores: [CorePacking.Core] { packing.cores }

  /// Rounds of splitters; each may make the neurons before it need some.
  private static let rounds = 4

  /// - Parameters:
  ///   - size: of a core.
  ///   - provesWords: whether numbers and potentials are held against RANC's 9 bits.
  /// - Throws: `export.limit-exceeded`, `export.unsupported-neuron`, `export.unsupported-topology`.
  init(
    _ bundle: Bundle, _ size: CorePacking.Limits, provesWords: Bool = true
  ) throws(ExportError) {
    self.size = size
    let plain = try RancNetwork(bundle, provesWords: provesWords)
    var split: Set<Int> = []
    var found: (network: RancNetwork, packing: CorePacking)?
    var failure: ExportError?
    do throws(ExportError) {
      found = (plain, try RancCores.pack(plain, bundle, size))
    } catch {
      // Too many copies, perhaps: then every neuron that others read gets a splitter.
      failure = error
      let readers = Set(
        plain.neurons.joinedSources.map { RancNetwork.element($0) - plain.lineCount })
      split = readers.filter { $0 >= 0 }
    }
    for _ in 0..<RancCores.rounds {
      if let found {
        let more = RancCores.spread(found.packing.cores).filter { $0 < found.network.ownCount }
        if split.isSuperset(of: more) { break }
        split.formUnion(more)
      }
      guard let network = try? RancNetwork(bundle, split: split, provesWords: provesWords),
        let packing = try? RancCores.pack(network, bundle, size),
        found.map({ packing.cores.count < $0.packing.cores.count }) ?? true
      else { break }
      found = (network, packing)
    }
    guard let found else {
      throw failure
        ?? RancNetwork.error(
          .limitExceeded, "The network does not fit.", bundle.name, "use a smaller network")
    }
    (network, packing) = found
    var side = 1
    while side * side < packing.cores.count + 1 { side += 1 }
    width = side
    height = (packing.cores.count + side) / side
    places = GridPlacement.places(
      traffic: RancCores.traffic(packing.cores), places: Array(0..<width * height - 1),
      width: width)
  }

  /// Wires from core to core.
  private static func traffic(_ cores: [CorePacking.Core]) -> [[Int]] {
    var traffic = Array(repeating: Array(repeating: 0, count: cores.count), count: cores.count)
    for (core, content) in cores.enumerated() {
      for member in content.members {
        if let target = member.core { traffic[core][target] += 1 }
      }
    }
    return traffic
  }

  /// Neurons whose copies stand on several cores.
  private static func spread(_ cores: [CorePacking.Core]) -> Set<Int> {
    var counts: [Int: Int] = [:]
    for core in cores {
      for neuron in Set(core.members.map(\.neuron)) { counts[neuron, default: 0] += 1 }
    }
    return Set(counts.filter { $0.value > 1 }.keys)
  }

  private static func pack(
    _ network: RancNetwork, _ bundle: Bundle, _ size: CorePacking.Limits
  ) throws(ExportError) -> CorePacking {
    do throws(CorePacking.Overflow) {
      return try CorePacking(
        layers: network.packingLayers, synapses: network.neurons.map(\.synapses),
        keeps: Set(network.layers[network.layers.count - 1]), limits: size,
        owner: {
          let element = RancNetwork.element($0)
          return element < network.lineCount ? nil : element - network.lineCount
        })
    } catch {
      throw RancNetwork.error(
        .limitExceeded, error.message,
        bundle.populations[network.neurons[error.neuron].population].name,
        "fit with --target ranc (at most 4 unique weights a neuron), or prune more")
    }
  }
}

extension [RancNetwork.Neuron] {
  /// Sources of all synapses.
  fileprivate var joinedSources: [Int] { flatMap { $0.synapses.map(\.source) } }
}
