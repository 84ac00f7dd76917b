import SpikeBundle

/// Writes a bundle as a C program: one header, one source (docs/formats/c.md).
enum CEncoder {
  /// - Throws: `export.invalid-bundle`, `export.limit-exceeded`, `export.unsupported-neuron`,
  ///   `export.unsupported-topology`.
  static func files(_ bundle: Bundle) throws(ExportError) -> [NativeFile] {
    let network = try CNetwork(bundle)
    return [
      NativeFile(
        name: "\(network.prefix).h", bytes: Array(CHeaderText(network: network).text.utf8)),
      NativeFile(
        name: "\(network.prefix).c", bytes: Array(CSourceText(network: network).text.utf8)),
    ]
  }
}
