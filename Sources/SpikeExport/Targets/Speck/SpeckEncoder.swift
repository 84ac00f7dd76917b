import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

/// Writes a bundle as layer configurations of sinabs (docs/formats/speck.md).
enum SpeckEncoder {
  /// - Throws: `export.limit-exceeded`, `export.unsupported-neuron`, `export.unsupported-topology`,
  ///   `export.invalid-bundle`.
  static func files(_ bundle: Bundle, chip: String) throws(ExportError) -> [NativeFile] {
    try WholeBundleCheck.check(bundle)
    let spec: HardwareSpec
    do throws(HardwareSpecError) {
      spec = try HardwareCatalog.spec(chip)
    } catch {
      throw ExportError(
        .unknownTarget, error.message, at: error.location,
        fix: error.fix ?? "name a chip that 'sfconv targets' lists", cause: error)
    }
    let network = try SpeckNetwork(bundle, on: spec)
    let document = SpeckDocument(network, of: bundle, chip: chip)
    return [
      NativeFile(name: "\(CName.prefix(bundle.name)).json", bytes: Array(document.json.utf8))
    ]
  }

  /// Refuses neurons that the arithmetic does not have, before a bundle is made of them.
  static func check(_ bundle: Bundle) throws(ExportError) {
    for population in bundle.populations {
      guard let message = SpeckNumbers.problem(of: population) else { continue }
      throw ExportError(
        .unsupportedNeuron, message, at: Location(node: population.name),
        fix: "convert and fit with --target \(bundle.target) --leak none")
    }
  }
}
