import SpikeBundle
import SpikeDiagnostics

/// Cores on their places with everything that their memories hold.
struct RancProgram {
  let width: Int, height: Int
  /// Place of the output bus, the last one.
  private let busPlace: Int
  /// Rows of 256 neurons and types of 256 axons by place; every place but the bus has some.
  private(set) var rows: [Int: [RancLayout.Row]] = [:]
  private(set) var types: [Int: [Int32]] = [:]
  /// Wires of every input line: place, axon, first tick.
  private var lines: [[(place: Int, axon: Int, tick: Int)]]
  /// Place and row of every read-out neuron.
  private var outputs: [(place: Int, row: Int)] = []
  private let network: RancNetwork

  init(_ network: RancNetwork, _ bundle: Bundle) throws(ExportError) {
    self.network = network
    let last = network.layers[network.layers.count - 1]
    let sendsToBus = bundle.readout == .mostSpikes
    guard last.count <= RancLayout.axons || !sendsToBus else {
      throw RancNetwork.error(
        .limitExceeded, "There are \(last.count) outputs; the bus has \(RancLayout.axons).",
        bundle.name, "use fewer classes")
    }
    let cores = try RancProgram.pack(network, bundle, keeps: last)
    var side = 1
    while side * side < cores.count + 1 { side += 1 }
    width = side
    height = (cores.count + side) / side
    busPlace = width * height - 1
    var traffic = Array(repeating: Array(repeating: 0, count: cores.count), count: cores.count)
    for (core, content) in cores.enumerated() {
      for member in content.members {
        if let target = member.core { traffic[core][target] += 1 }
      }
    }
    let places = GridPlacement.places(
      traffic: traffic, places: Array(0..<busPlace), width: width)
    lines = Array(repeating: [], count: network.lineCount)
    let idle = Array(repeating: RancLayout.Row(), count: RancLayout.neurons)
    for place in 0..<busPlace {
      rows[place] = idle
      types[place] = Array(repeating: 0, count: RancLayout.axons)
    }
    var positions: [Int: (place: Int, row: Int)] = [:]
    for (core, content) in cores.enumerated() {
      let place = places[core]
      for (axon, wire) in content.axons.enumerated() {
        types[place]?[axon] = Int32(wire.type)
        let element = RancNetwork.element(wire.source)
        if element < network.lineCount {
          lines[element].append((place, axon, RancNetwork.late(wire.source)))
        }
      }
      for (row, member) in content.members.enumerated() {
        var content = self.row(of: member)
        if let target = member.core, let axon = member.axon {
          let wire = cores[target].axons[axon]
          send(&content, from: place, to: places[target], axon, RancNetwork.late(wire.source))
        } else if sendsToBus {
          send(&content, from: place, to: busPlace, member.neuron - last.lowerBound, 0)
        }
        rows[place]?[row] = content
        if last.contains(member.neuron) { positions[member.neuron] = (place, row) }
      }
    }
    outputs = last.compactMap { positions[$0] }
  }

  private static func pack(
    _ network: RancNetwork, _ bundle: Bundle, keeps last: Range<Int>
  ) throws(ExportError) -> [CorePacking.Core] {
    do throws(CorePacking.Overflow) {
      return try CorePacking(
        layers: network.layers.map { Array($0) }, synapses: network.neurons.map(\.synapses),
        keeps: Set(last),
        owner: {
          let element = RancNetwork.element($0)
          return element < network.lineCount ? nil : element - network.lineCount
        }
      ).cores
    } catch {
      throw RancNetwork.error(
        .limitExceeded, error.message,
        bundle.populations[network.neurons[error.neuron].population].name,
        "fit with --target ranc (at most 4 unique weights a neuron), or prune more")
    }
  }

  private func row(of member: CorePacking.Member) -> RancLayout.Row {
    let neuron = network.neurons[member.neuron]
    var row = RancLayout.Row()
    for axon in member.axons { row.connections[axon] = true }
    row.potential = Int32(network.start(of: member.neuron))
    row.weights = member.weights
    row.leak = neuron.bias
    row.threshold = neuron.threshold
    switch neuron.reset {
    case .bySubtraction: row.resetMode = 1
    case .toValue(let value): row.resetValue = value
    case nil: break
    }
    return row
  }

  private func send(
    _ row: inout RancLayout.Row, from place: Int, to target: Int, _ axon: Int, _ late: Int
  ) {
    row.dx = Int32(target % width - place % width)
    row.dy = Int32(target / width - place / width)
    row.axon = Int32(axon)
    row.tick = Int32(late)
  }

  /// The network as the simulator reads it, without packets.
  var networkJSON: String {
    var cores: [String] = []
    for place in 0..<busPlace {
      let rows = rows[place] ?? []
      let neurons = rows.map(\.json).joined(separator: ",\n")
      let wires = rows.map { row in
        "[" + row.connections.map { $0 ? "1" : "0" }.joined(separator: ",") + "]"
      }.joined(separator: ",\n")
      cores.append(
        "{\"coordinates\":\(coordinates(place)),\"axons\":\(RancLayout.list(types[place] ?? [])),\n"
          + "\"neurons\":[\(neurons)],\n\"connections\":[\(wires)]}")
    }
    return "{\"packets\":[[]],\n\"output_bus\":{\"coordinates\":\(coordinates(busPlace)),"
      + "\"num_outputs\":\(RancLayout.axons)},\n\"cores\":[\n"
      + cores.joined(separator: ",\n") + "]}\n"
  }

  /// How samples enter and answers leave.
  func inputsJSON(_ bundle: Bundle) -> String {
    let depth = network.depths[network.depths.count - 1]
    let wires = lines.map { line in
      "["
        + line.map {
          "{\"core\":\(coordinates($0.place)),\"axon\":\($0.axon),\"first_tick\":\($0.tick)}"
        }.joined(separator: ",") + "]"
    }
    let places = outputs.map {
      "{\"core\":\(coordinates($0.place)),\"neuron\":\($0.row)}"
    }
    let members = [
      ("network", JSONRenderer.string(bundle.name)),
      ("producer", JSONRenderer.string(bundle.producer)),
      ("grid_width", "\(width)"),
      ("time_steps", "\(bundle.timeSteps)"),
      ("ticks", "\(depth + bundle.timeSteps)"),
      ("first_output_tick", "\(depth)"),
      ("readout", JSONRenderer.string(bundle.readout.rawValue)),
      ("input_line_is_active_from", "128"),
      ("lines", "[\n" + wires.joined(separator: ",\n") + "]"),
      ("outputs", "[\n" + places.joined(separator: ",\n") + "]"),
    ]
    return "{\n"
      + members.map { "\(JSONRenderer.string($0.0)): \($0.1)" }.joined(separator: ",\n") + "\n}\n"
  }

  private func coordinates(_ place: Int) -> String { "[\(place % width),\(place / width)]" }
}
