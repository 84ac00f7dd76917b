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

  init(_ arranged: RancCores, _ bundle: Bundle) throws(ExportError) {
    let network = arranged.network
    let cores = arranged.cores
    let places = arranged.places
    self.network = network
    (width, height) = (arranged.width, arranged.height)
    busPlace = width * height - 1
    let last = network.layers[network.layers.count - 1]
    let sendsToBus = bundle.readout == .mostSpikes
    guard last.count <= RancLayout.outputs || !sendsToBus else {
      throw RancNetwork.error(
        .limitExceeded, "There are \(last.count) outputs; the bus has \(RancLayout.outputs).",
        bundle.name, "use fewer classes")
    }
    lines = Array(repeating: [], count: network.lineCount)
    let size = arranged.size
    let idle = Array(repeating: RancLayout.Row(axons: size.axons), count: size.neurons)
    for place in 0..<busPlace {
      rows[place] = idle
      types[place] = Array(repeating: 0, count: size.axons)
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
        var content = self.row(of: member, size.axons)
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

  private func row(of member: CorePacking.Member, _ axons: Int) -> RancLayout.Row {
    let neuron = network.neurons[member.neuron]
    var row = RancLayout.Row(axons: axons)
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
      + "\"num_outputs\":\(RancLayout.outputs)},\n\"cores\":[\n"
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
