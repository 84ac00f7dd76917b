public import SpikeBundle
public import SpikeDiagnostics
public import SpikeHardware

/// Which neuron of a bundle stands on which core.
///
/// Chips whose cores are crossbars with types of axons (RANC, TrueNorth) are packed by ``CorePacking`` with the
/// copies and splitters that fan-out needs; on every other chip whose spec says how many neurons a core holds,
/// neurons fill cores in their order, and each of several cores holds one population (as
/// `validate.cores` counts). A bundle keeps the map in its metadata.
public struct CoreMap: Hashable, Sendable {
  /// What a core holds of a population.
  public struct Part: Hashable, Sendable {
    /// Number of the core; on a grid of width w it is at x + y · w.
    public var core: Int
    /// Neurons of the population, ascending; one that stands there in several copies counts once.
    public var neurons: [Int]
    /// Places of the core that they take, splitters and copies included.
    public var rows: Int
  }

  /// Number of cores with neurons.
  public var coreCount: Int
  /// Columns and rows of the grid, or nil where cores have no places.
  public var grid: [Int]?
  /// Parts by population, ascending by core.
  public var populations: [(name: String, parts: [Part])] { zip(names, parts).map { ($0, $1) } }
  /// Wires that enter a core from another one or from the input, where that is known.
  public var wireCount: Int?
  /// Copies of neurons and splitters beyond the neurons themselves.
  public var extraNeurons: Int
  /// Whether no other packing has fewer cores, or as many and fewer wires; false if that is not known.
  public var isLeast: Bool

  private var names: [String]
  private var parts: [[Part]]

  /// The key in the metadata of a bundle.
  public static let metadataName = "cores"

  /// The map of a bundle, or nil if the spec does not say how many neurons a core holds.
  /// - Throws: why the chip's cores cannot hold the bundle; `export.limit-exceeded`,
  ///   `export.unsupported-neuron`, `export.unsupported-topology`.
  /// - Complexity: that of ``CorePacking``.
  public static func of(_ bundle: Bundle, spec: HardwareSpec) throws(ExportError) -> CoreMap? {
    guard let size = spec[.neuronsPerCore], size > 0 else { return nil }
    guard let types = spec.uniqueWeights, types.form == "axon-typed" else {
      return CoreMap(bundle, neuronsPerCore: size, hasOneCore: spec[.cores] == 1)
    }
    try WholeBundleCheck.check(bundle)
    var limits = CorePacking.Limits()
    limits.neurons = size
    limits.types = types.maximum.value
    limits.axons = spec[.fanIn] ?? limits.axons
    limits.cores = spec[.cores] ?? limits.cores
    let isRanc = spec.name == ExportTarget.ranc.name
    return CoreMap(
      try RancCores(bundle, limits, provesWords: isRanc), names: bundle.populations.map(\.name))
  }

  private init(_ bundle: Bundle, neuronsPerCore size: Int, hasOneCore: Bool) {
    names = bundle.populations.map(\.name)
    parts = []
    coreCount = hasOneCore ? 1 : 0
    for population in bundle.populations {
      let count = population.neuronCount
      var list: [Part] = []
      for start in stride(from: 0, to: count, by: hasOneCore ? count : size) {
        let range = start..<(hasOneCore ? count : min(count, start + size))
        list.append(
          Part(core: hasOneCore ? 0 : coreCount, neurons: Array(range), rows: range.count))
        if !hasOneCore { coreCount += 1 }
      }
      parts.append(list)
    }
    (grid, wireCount, extraNeurons) = (nil, nil, 0)
    // Where a core holds one population only, no fewer cores hold them.
    isLeast = true
  }

  private init(_ arranged: RancCores, names: [String]) {
    self.names = names
    let network = arranged.network
    coreCount = arranged.cores.count
    grid = [arranged.width, arranged.height]
    wireCount = arranged.packing.wireCount
    isLeast = arranged.packing.isLeast
    var rows = Array(repeating: [Int: Int](), count: names.count)
    var neurons = Array(repeating: [Int: Set<Int>](), count: names.count)
    var own: Set<Int> = []
    var copies = 0
    for (core, content) in arranged.cores.enumerated() {
      let place = arranged.places[core]
      for member in content.members {
        let population = network.neurons[member.neuron].population
        copies += 1
        rows[population][place, default: 0] += 1
        guard member.neuron < network.ownCount else { continue }
        own.insert(member.neuron)
        neurons[population][place, default: []].insert(
          member.neuron - network.layers[population].lowerBound)
      }
    }
    extraNeurons = copies - own.count
    parts = zip(rows, neurons).map { rows, neurons in
      rows.keys.sorted().map { place in
        Part(core: place, neurons: (neurons[place] ?? []).sorted(), rows: rows[place] ?? 0)
      }
    }
  }

  /// The map as one line: for each population its name in quotes, then for each core its number and ranges of
  /// neurons; a core with splitters of the population only has no ranges. For example
  /// `4x3 "hidden" 0:0-127 1:128-199,201; "out" 1:0-9`.
  public var text: String {
    let grid = grid.map { "\($0[0])x\($0[1]) " } ?? ""
    return grid
      + populations.map { name, parts in
        ([JSONRenderer.string(name)] + parts.map { "\($0.core):\(CoreMap.ranges($0.neurons))" })
          .joined(separator: " ")
      }.joined(separator: "; ")
  }

  /// Ascending numbers as ranges: `0-3,7`.
  private static func ranges(_ numbers: [Int]) -> String {
    var result: [String] = []
    var index = 0
    while index < numbers.count {
      var end = index
      while end + 1 < numbers.count, numbers[end + 1] == numbers[end] + 1 { end += 1 }
      result.append(index == end ? "\(numbers[index])" : "\(numbers[index])-\(numbers[end])")
      index = end + 1
    }
    return result.joined(separator: ",")
  }
}
