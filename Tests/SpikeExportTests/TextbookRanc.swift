import Foundation

/// The oracle for RANC: reads the exported files, either the simulator's JSON or the RTL's memory
/// images, and runs them tick by tick (docs/formats/ranc.md). It knows nothing of bundles.
final class TextbookRanc {
  struct Neuron {
    var axons: [Int] = []
    var weights = [0, 0, 0, 0]
    var leak = 0, positive = 0, negative = 0, reset = 0, mode = 0, potential = 0
    var dx = 0, dy = 0, axon = 0, tick = 0
  }
  struct Core {
    var types: [Int] = []
    var neurons: [Neuron] = []
  }
  struct Wire: Hashable {
    var x: Int, y: Int, axon: Int
  }

  /// By x, y.
  private var cores: [[Int]: Core] = [:]
  private var bus = [0, 0]
  /// The RTL wraps every sum to 9 bits; the simulator has no limit.
  private let wraps: Bool
  private let notes: [String: Any]
  private(set) var merged = 0

  private static func object(_ text: String?) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data((text ?? "").utf8)) as? [String: Any] ?? [:]
  }

  /// The simulator's JSON.
  init(json files: [String: String]) throws {
    wraps = false
    notes = try Self.object(files["inputs.json"])
    let network = try Self.object(files["network.json"])
    bus = (network["output_bus"] as? [String: Any])?["coordinates"] as? [Int] ?? []
    for entry in network["cores"] as? [[String: Any]] ?? [] {
      var core = Core(types: entry["axons"] as? [Int] ?? [])
      let wires = entry["connections"] as? [[Int]] ?? []
      for (index, row) in (entry["neurons"] as? [[String: Any]] ?? []).enumerated() {
        func number(_ name: String) -> Int { row[name] as? Int ?? .min }
        var neuron = Neuron()
        neuron.axons = wires[index].indices.filter { wires[index][$0] == 1 }
        neuron.weights = row["weights"] as? [Int] ?? []
        neuron.leak = number("leak")
        neuron.positive = number("positive_threshold")
        neuron.negative = number("negative_threshold")
        neuron.reset = number("reset_potential")
        neuron.mode = number("reset_mode")
        neuron.potential = number("current_potential")
        let offset = row["destination_core_offset"] as? [Int] ?? []
        (neuron.dx, neuron.dy) = (offset[0], offset[1])
        neuron.axon = number("destination_axon")
        neuron.tick = number("destination_tick")
        core.neurons.append(neuron)
      }
      cores[entry["coordinates"] as? [Int] ?? []] = core
    }
  }

  /// The RTL's memories.
  init(images files: [String: String]) throws {
    wraps = true
    notes = try Self.object(files["inputs.json"])
    let width = notes["grid_width"] as? Int ?? 1
    let network = try Self.object(files["network.json"])
    let wires = try Self.object(files["config.json"])["num_axons"] as? Int ?? 256
    bus = (network["output_bus"] as? [String: Any])?["coordinates"] as? [Int] ?? []
    for (name, text) in files where name.hasPrefix("csram_") {
      let number = name.dropFirst("csram_".count).prefix { $0 != "." }
      let place = Int(number) ?? -1
      var core = Core()
      core.types = (files["tc_\(number).mem"] ?? "").split(separator: "\n").map {
        Int($0, radix: 2) ?? -1
      }
      for line in text.split(separator: "\n") {
        var bits = line.map { $0 == "1" ? 1 : 0 }[...]
        precondition(bits.count == wires + 112)
        func take(_ width: Int, signed: Bool = true) -> Int {
          let value = bits.prefix(width).reduce(0) { $0 * 2 + $1 }
          bits = bits.dropFirst(width)
          return signed && value >= 1 << (width - 1) ? value - 1 << width : value
        }
        var neuron = Neuron()
        neuron.axons = (0..<wires).filter { bits[wires - 1 - $0] == 1 }
        bits = bits.dropFirst(wires)
        neuron.potential = take(9)
        neuron.reset = take(9)
        neuron.weights = (0..<4).map { _ in take(9) }
        neuron.leak = take(9)
        neuron.positive = take(9)
        neuron.negative = take(9)
        neuron.mode = take(1, signed: false)
        neuron.dx = take(9)
        neuron.dy = take(9)
        neuron.axon = take(8, signed: false)
        neuron.tick = take(4, signed: false)
        precondition(bits.isEmpty)
        core.neurons.append(neuron)
      }
      cores[[place % width, place / width]] = core
    }
  }

  var coreCount: Int { cores.count }

  /// Neurons with one axon, weight 1 there, threshold 1 and no leak: they repeat what they get.
  var repeaterCount: Int {
    cores.values.reduce(0) { sum, core in
      sum
        + core.neurons.count {
          $0.axons.count == 1 && $0.weights[core.types[$0.axons[0]]] == 1 && $0.positive == 1
            && $0.leak == 0
        }
    }
  }

  private func word(_ value: Int) -> Int {
    guard wraps else { return value }
    return ((value + 256) % 512 + 512) % 512 - 256
  }

  /// One inference: the value of every class.
  func run(sample: [UInt8]) -> [Int] {
    var cores = self.cores
    var schedule: [Int: Set<Wire>] = [:]
    let steps = notes["time_steps"] as? Int ?? 0
    let ticks = notes["ticks"] as? Int ?? 0
    for (line, wires) in (notes["lines"] as? [[[String: Any]]] ?? []).enumerated()
    where sample[line] >= 128 {
      for wire in wires {
        let core = wire["core"] as? [Int] ?? []
        let first = wire["first_tick"] as? Int ?? 0
        for tick in first..<first + steps {
          let one = Wire(x: core[0], y: core[1], axon: wire["axon"] as? Int ?? 0)
          if !schedule[tick, default: []].insert(one).inserted { merged += 1 }
        }
      }
    }
    var counts = Array(repeating: 0, count: 256)
    let firstOutput = notes["first_output_tick"] as? Int ?? 0
    for tick in 0..<ticks {
      let arrived = schedule.removeValue(forKey: tick) ?? []
      for place in cores.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
        guard var core = cores[place] else { continue }
        let active = Set(arrived.filter { [$0.x, $0.y] == place }.map(\.axon))
        for index in core.neurons.indices {
          var neuron = core.neurons[index]
          var v = neuron.potential
          for axon in neuron.axons where active.contains(axon) {
            v = word(v + neuron.weights[core.types[axon]])
          }
          v = word(v + neuron.leak)
          if v >= neuron.positive {
            v = word(neuron.mode == 0 ? neuron.reset : v - neuron.positive)
            let wire = Wire(
              x: place[0] + neuron.dx, y: place[1] + neuron.dy, axon: neuron.axon)
            if [wire.x, wire.y] == bus {
              if tick >= firstOutput { counts[wire.axon] += 1 }
            } else {
              precondition(cores[[wire.x, wire.y]] != nil, "a spike leaves the grid")
              let when = tick + 1 + neuron.tick
              if !schedule[when, default: []].insert(wire).inserted { merged += 1 }
            }
          } else if v < neuron.negative {
            v = word(neuron.mode == 0 ? -neuron.reset : v - neuron.negative)
          }
          neuron.potential = v
          core.neurons[index] = neuron
        }
        cores[place] = core
      }
    }
    let outputs = notes["outputs"] as? [[String: Any]] ?? []
    if notes["readout"] as? String == "most-spikes" { return Array(counts.prefix(outputs.count)) }
    return outputs.map {
      cores[$0["core"] as? [Int] ?? []]?.neurons[$0["neuron"] as? Int ?? 0].potential ?? .min
    }
  }
}
