import SpikeBundle
import SpikeDiagnostics
import SpikeExport
import SpikeHardware

/// Which neuron of a bundle stands on which core, for reports.
struct CoreReport {
  /// The map; nil if the cores do not hold the network.
  let map: CoreMap?
  /// Why there is no map.
  let problem: ExportError?

  /// Nil where the spec does not say how many neurons a core holds.
  init?(_ bundle: Bundle, spec: HardwareSpec) {
    do throws(ExportError) {
      guard let found = try CoreMap.of(bundle, spec: spec) else { return nil }
      (map, problem) = (found, nil)
    } catch {
      (map, problem) = (nil, error)
    }
  }

  /// The map in a cell of a table.
  var line: String {
    guard let map else { return "not placed: \(problem?.message ?? "")" }
    var words = [Figure.grouped(map.coreCount)]
    if let grid = map.grid { words.append("on a grid of \(grid[0]) x \(grid[1])") }
    if let wires = map.wireCount { words.append("\(Figure.grouped(wires)) wires") }
    if map.extraNeurons > 0 { words.append("\(Figure.grouped(map.extraNeurons)) copies") }
    return words.joined(separator: ", ")
  }

  /// The map for machines.
  var summary: Summary {
    guard let map else {
      return .members(["count": nil, "problem": problem.map { .text($0.message) }])
    }
    return .members([
      "count": .integer(map.coreCount), "grid": map.grid.map { .list($0.map { .integer($0) }) },
      "wires": map.wireCount.map { .integer($0) }, "extraNeurons": .integer(map.extraNeurons),
      "isLeast": .flag(map.isLeast),
      "populations": .list(
        map.populations.map { name, parts in
          .members([
            "name": .text(name),
            "cores": .list(
              parts.map {
                .members([
                  "core": .integer($0.core), "neurons": .integer($0.neurons.count),
                  "rows": .integer($0.rows),
                ])
              }),
          ])
        }),
      "map": .text(map.text),
    ])
  }
}
