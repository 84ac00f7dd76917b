import SpikeBundle
import SpikeDiagnostics

/// Writes a bundle as a specification for rockpool (docs/formats/xylo.md).
enum XyloEncoder {
  /// - Throws: `export.limit-exceeded`, `export.unsupported-neuron`, `export.unsupported-topology`,
  ///   `export.invalid-bundle`.
  static func files(_ bundle: Bundle, _ chip: XyloChip) throws(ExportError) -> [NativeFile] {
    try WholeBundleCheck.check(bundle, isRecurrent: true)
    let specification: XyloSpecification
    do throws(XyloProblem) {
      let core = try XyloCore(bundle)
      try core.check(on: chip, bundle.name)
      specification = try XyloSpecification(core, on: chip, bundle.name)
    } catch {
      throw XyloEncoder.error(error)
    }
    let name = CName.prefix(bundle.name)
    return [
      NativeFile(name: "\(name).json", bytes: Array(specification.json.utf8)),
      NativeFile(name: "\(name).npz", bytes: specification.npz),
    ] + XyloImages.files(specification)
  }

  static func error(_ problem: XyloProblem) -> ExportError {
    let code: ExportErrorCode
    switch problem.kind {
    case .number: code = .limitExceeded
    case .neuron: code = .unsupportedNeuron
    case .wiring: code = .unsupportedTopology
    }
    return ExportError(
      code, problem.message, at: Location(node: problem.node), fix: problem.fix)
  }
}
