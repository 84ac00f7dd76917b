import SpikeBundle
import SpikeDiagnostics

/// The images of Xylo's memories, one hexadecimal number a line, as xylosim's
/// `save_to_RAM_files_V2` writes them: weights of inputs (`iwtram`), of hidden neurons (`rwtram`, with
/// targets `rforam` and counts `refocram`) and of outputs (`owtram`), dashes (`ndmram`, `ndsram`),
/// thresholds (`nthram`), biases (`nbram`), aliases (`raram`, `rcram`).
enum XyloImages {
  /// Why there can be no images; nil where there can.
  static func obstacle(_ core: XyloCore) -> String? {
    if let neuron = core.neurons.first(where: { !XyloLayout.ramBiases.contains($0.bias) }) {
      return "a bias is \(neuron.bias); images hold -128…127"
    }
    let fanOut = core.hidden.map { row in row.count { $0 != 0 } }.max() ?? 0
    return fanOut <= 255 ? nil : "a neuron has \(fanOut) targets; images count to 255"
  }

  /// Says that there are no images, and why.
  static func warnings(_ bundle: Bundle) -> [Finding] {
    guard let core = try? XyloCore(bundle), let obstacle = obstacle(core) else { return [] }
    return [
      Finding(
        .warning, code: "export.no-ram-images",
        message: "No RAM images are written: \(obstacle). The specification holds everything.",
        location: Location(node: bundle.name), fix: "use the specification (.json, .npz)")
    ]
  }

  /// None where there is an obstacle.
  static func files(_ specification: XyloSpecification) -> [NativeFile] {
    let core = specification.core
    guard obstacle(core) == nil else { return [] }
    let hidden = core.neurons.prefix(core.hiddenCount)
    var files: [(name: String, text: String)] = []
    func add(_ name: String, _ text: String) { files.append((name, text)) }
    func lines(_ values: [Int32], _ digits: Int) -> String {
      values.map { hex($0, digits) + "\n" }.joined()
    }

    var input = ""
    var second = ""
    for (line, row) in specification.input.enumerated() {
      let full = row + [Int32](repeating: 0, count: core.hiddenCount - row.count)
      input += "// iwt for IN\(line) \n" + lines(full, 2)
      second += "// iwt2 for IN\(line) \n" + lines(full.map { _ in 0 }, 2)
    }
    add("iwtram", input)
    add("iwt2ram", second)

    var weights = ""
    var secondWeights = ""
    var targets = ""
    var counts = ""
    for (neuron, row) in specification.hidden.enumerated() {
      weights += "// rwt of RSN\(neuron) \n"
      secondWeights += "// rwt2 of RSN\(neuron) \n"
      targets += "// rfo of RSN\(neuron) \n"
      let synapses = row.enumerated().filter { $0.element != 0 }
      for synapse in synapses {
        targets += hex(Int32(synapse.offset), 3) + "\n"
        weights += hex(synapse.element, 2) + "\n"
        secondWeights += hex(0, 2) + "\n"
      }
      counts += hex(Int32(synapses.count), 2) + "\n"
    }
    add("rwtram", weights)
    add("rwt2ram", secondWeights)
    add("rforam", targets)
    add("refocram", counts)

    var output = ""
    let silent = core.hiddenCount - specification.output.count
    for neuron in 0..<core.hiddenCount {
      let row =
        neuron < silent
        ? [Int32](repeating: 0, count: core.outputCount)
        : specification.output[neuron - silent]
      output += "// owt for RSN\(neuron) \n" + lines(row, 2)
    }
    add("owtram", output)
    add("ndmram", lines(core.neurons.map(\.membraneDash), 1))
    add("ndsram", lines(core.neurons.map(\.currentDash), 1))
    add("rds2ram", lines(hidden.map { _ in 0 }, 1))
    add("nthram", lines(core.neurons.map(\.threshold), 4))
    add("nbram", lines(core.neurons.map(\.bias), 2))
    add("raram", lines(hidden.map { _ in -1 }, 3))
    add("rcram", lines(hidden.map { _ in 0 }, 1))
    return files.map { NativeFile(name: "\($0.name).ini", bytes: Array($0.text.utf8)) }
      + [NativeFile(name: "basic_config.json", bytes: Array(configuration(specification).utf8))]
  }

  /// Sizes and shifts; the time step is that of rockpool's examples, 1 ms.
  private static func configuration(_ specification: XyloSpecification) -> String {
    let core = specification.core
    let shifts = specification.shifts
    let hasBias = core.neurons.contains { $0.bias != 0 }
    return """
      {"IN": \(core.input.count), "RSN": \(core.hiddenCount), "ON": \(core.outputCount), \
      "IWBS": \(shifts[0]), "RWBS": \(shifts[1]), "OWBS": \(shifts[2]), \
      "time_resolution_wrap": 0, "DT": 0.001, "N_SYNS": 1, "RA": false, "BIAS": \(hasBias)}

      """
  }

  /// The last digits of a number in two's complement.
  private static func hex(_ value: Int32, _ digits: Int) -> String {
    let text = String(UInt32(bitPattern: value), radix: 16)
    return String((String(repeating: "0", count: 8) + text).suffix(digits))
  }
}
