package import SpikeBundle
import SpikeDiagnostics

/// Writes a bundle as a program of RANC (docs/formats/ranc.md).
package enum RancEncoder {
  /// - Throws: `export.invalid-bundle`, `export.limit-exceeded`, `export.unsupported-neuron`,
  ///   `export.unsupported-topology`.
  /// - Parameter core: axons and neurons of a core, at most 256 each, which RANC lets its user choose.
  package static func files(
    _ bundle: Bundle, core: CorePacking.Limits = CorePacking.Limits()
  ) throws(ExportError) -> [NativeFile] {
    try WholeBundleCheck.check(bundle)
    let program = try RancProgram(RancCores(bundle, core), bundle)
    var files = [
      file("network.json", program.networkJSON),
      file("config.json", RancLayout.config(width: program.width, height: program.height, core)),
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
