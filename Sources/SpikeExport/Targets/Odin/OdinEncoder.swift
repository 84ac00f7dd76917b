import SpikeBundle
import SpikeDiagnostics

/// Writes a bundle as the memories of tinyODIN or ODIN, the SPI words that fill them, and a script of
/// events for one inference (docs/formats/odin.md).
enum OdinEncoder {
  /// - Throws: `export.invalid-bundle`, `export.limit-exceeded`, `export.unsupported-neuron`,
  ///   `export.unsupported-topology`.
  static func files(_ bundle: Bundle, _ chip: CrossbarChip) throws(ExportError) -> [NativeFile] {
    try WholeBundleCheck.check(bundle)
    let crossbar: EventCrossbar
    do throws(CrossbarProblem) {
      crossbar = try EventCrossbar(bundle, on: chip)
    } catch {
      let code: ExportErrorCode =
        switch error.kind {
        case .number: .limitExceeded
        case .neuron: .unsupportedNeuron
        case .wiring: .unsupportedTopology
        }
      throw ExportError(code, error.message, at: Location(node: error.node), fix: error.fix)
    }
    let image = OdinImage(crossbar)
    let script = OdinScript(bundle: bundle, crossbar: crossbar, layout: image.layout)
    return [
      file("neurons.hex", image.neuronLines), file("synapses.hex", image.synapseLines),
      file("spi.txt", image.programWords), file("spi-reset.txt", image.resetWords),
      file("events.txt", script.lines), file("run.json", script.notes),
    ]
  }

  private static func file(_ name: String, _ lines: [String]) -> NativeFile {
    NativeFile(name: name, bytes: Array((lines.joined(separator: "\n") + "\n").utf8))
  }
}

/// The two memories of the chip and the SPI words that write them.
struct OdinImage {
  let layout: OdinLayout
  private let crossbar: EventCrossbar
  /// By address, byte 0 first.
  private let neurons: [[UInt8]]
  /// By word {pre, post / 8}.
  private let synapses: [UInt32]

  init(_ crossbar: EventCrossbar) {
    self.crossbar = crossbar
    let layout = OdinLayout(chip: crossbar.chip)
    self.layout = layout
    neurons = (0..<OdinLayout.addresses).map { address in
      guard address < crossbar.neurons.count else { return layout.idleWord }
      let neuron = crossbar.neurons[address]
      return layout.neuronWord(
        potential: neuron.initial, threshold: neuron.threshold, leak: neuron.leak,
        isDisabled: !neuron.spikes)
    }
    var words = [UInt32](repeating: 0, count: OdinLayout.synapseWords)
    for (source, row) in crossbar.rows.enumerated() {
      for (target, weight) in row.enumerated() {
        words[source << 5 | target >> 3] |= layout.synapse(weight) << UInt32(4 * (target & 7))
      }
    }
    synapses = words
  }

  /// One word a line, most significant digit first, as `$readmemh` reads it.
  var neuronLines: [String] {
    neurons.map { word in word.reversed().map { OdinLayout.hex(UInt64($0), 2) }.joined() }
  }

  /// One word a line.
  var synapseLines: [String] { synapses.map { OdinLayout.hex(UInt64($0), 8) } }

  /// SPI words, address and data, that program the chip from power-up: registers, every neuron word
  /// that is visited, every synapse word that is read.
  var programWords: [String] {
    var lines = [word(OdinLayout.gateActivity, 1)]
    lines += layout.registers(crossbar).map { word($0.address, $0.value) }
    // tinyODIN stops at its highest neuron; ODIN visits all.
    let visited =
      layout.chip == .tinyOdin ? max(1, crossbar.neurons.count) : OdinLayout.addresses
    for neuron in 0..<visited {
      for byte in 0..<layout.neuronBytes {
        lines.append(
          word(layout.neuronAddress(neuron, byte: byte), layout.data(neurons[neuron][byte])))
      }
    }
    for source in crossbar.rows.indices {
      for group in 0..<(visited + 7) / 8 {
        let index = source << 5 | group
        for byte in 0..<4 {
          let value = UInt8(synapses[index] >> UInt32(8 * byte) & 0xFF)
          lines.append(word(layout.synapseAddress(index, byte: byte), layout.data(value)))
        }
      }
    }
    return lines + [word(OdinLayout.gateActivity, 0)]
  }

  /// SPI words that put every potential back to where it is before an inference.
  var resetWords: [String] {
    var lines = [word(OdinLayout.gateActivity, 1)]
    for neuron in crossbar.neurons.indices {
      for (byte, keep) in layout.potentialBytes {
        lines.append(
          word(
            layout.neuronAddress(neuron, byte: byte),
            layout.data(neurons[neuron][byte] & ~keep, keep: keep)))
      }
    }
    return lines + [word(OdinLayout.gateActivity, 0)]
  }

  private func word(_ address: UInt32, _ data: UInt32) -> String {
    OdinLayout.hex(UInt64(address), 5) + " " + OdinLayout.hex(UInt64(data), 5)
  }
}
