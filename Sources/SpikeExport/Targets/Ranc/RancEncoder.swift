import SpikeBundle
import SpikeDiagnostics

/// Writes a bundle as a program of RANC (docs/formats/ranc.md).
enum RancEncoder {
  /// - Throws: `export.invalid-bundle`, `export.limit-exceeded`, `export.unsupported-neuron`,
  ///   `export.unsupported-topology`.
  static func files(_ bundle: Bundle) throws(ExportError) -> [NativeFile] {
    try WholeBundleCheck.check(bundle)
    let network = try RancNetwork(bundle)
    let program = try RancProgram(network, bundle)
    var files = [
      file("network.json", program.networkJSON),
      file("config.json", RancLayout.config(width: program.width, height: program.height)),
      file("inputs.json", program.inputsJSON(bundle)),
    ]
    for place in program.rows.keys.sorted() {
      let number = String(repeating: "0", count: max(0, 3 - "\(place)".count)) + "\(place)"
      let rows = program.rows[place] ?? []
      let types = program.types[place] ?? []
      files.append(
        file("csram_\(number).mem", rows.map { $0.bits + "\n" }.joined()))
      files.append(
        file("tc_\(number).mem", types.map { RancLayout.bits($0, 2) + "\n" }.joined()))
    }
    return files
  }

  private static func file(_ name: String, _ text: String) -> NativeFile {
    NativeFile(name: name, bytes: Array(text.utf8))
  }
}
