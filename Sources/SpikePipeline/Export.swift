import SpikeBundle
import SpikeBytes
import SpikeDiagnostics
import SpikeExport
import SpikeGraph
import SpikeHardware

extension Pipeline {
  /// Writes a fitted model as a bundle, and as the vendor's own files where asked.
  /// - Throws: any `model.…`, `spec.…`, `export.…` or `bundle.…` code.
  public func export(_ request: ExportRequest) throws -> Outcome {
    let spec = try HardwareCatalog.spec(request.target)
    let loaded = try load(request.input, stages: [.fitted], for: "export")
    let exported = try export(
      loaded, spec: spec, output: request.output, native: request.native, format: request.format,
      options: NativeOptions(onnx: request.onnx.options()))
    var table = TextTable("figure", "value")
    table.add("bundle", "\(Figure.grouped(exported.sizes.total)) bytes")
    table.add("index streams", "\(Figure.grouped(exported.sizes.indexBytes)) bytes")
    table.add("index streams / order-0 entropy", exported.sizes.entropyText)
    table.add("float32 parameters", "\(Figure.grouped(exported.floatBytes)) bytes")
    if let cores = exported.cores { table.add("cores", cores.line) }
    for path in exported.nativeFiles { table.add("native", path) }
    for warning in exported.warnings {
      table.add(
        "warning",
        "\(warning.code) at \(warning.location.node ?? "the network"): \(warning.message)")
    }
    return Outcome(
      summary: exported.summary(output: request.output),
      text: ["\(request.output): for \(spec.title)", "", table.text].joined(separator: "\n"))
  }

  /// What an export made.
  struct Exported {
    var bundle: Bundle
    var sizes: BundleFigures
    var floatBytes: Int
    var nativeFiles: [String]
    var warnings: [Finding] = []
    /// Which neuron stands on which core; nil where the chip's spec does not say what a core holds.
    var cores: CoreReport?

    func summary(output: String) -> Summary {
      .members([
        "output": .text(output), "bytes": .integer(sizes.total),
        "indexBytes": .integer(sizes.indexBytes),
        "entropyRatio": sizes.entropyRatio.map { .number($0) },
        "floatBytes": .integer(floatBytes),
        "native": .list(nativeFiles.map { .text($0) }),
        "cores": cores?.summary,
        "warnings": .list(warnings.map { .text("\($0.code): \($0.message)") }),
      ])
    }
  }

  func export(
    _ loaded: LoadedModel, spec: HardwareSpec, output: String, native: String?,
    format: String? = nil, options: NativeOptions = NativeOptions()
  ) throws -> Exported {
    var bundle = try Lowering.lower(
      loaded.model, target: Pipeline.exportTarget(spec), producer: SfconvVersion.producer)
    bundle.metadata["model.sha256"] = loaded.hash
    let cores = CoreReport(bundle, spec: spec)
    bundle.metadata[CoreMap.metadataName] = cores?.map?.text
    let nativeFiles =
      try native.map {
        try NativeExport.write(
          bundle, target: format ?? spec.name, directory: $0, options: options)
      } ?? []
    try BundleFile.write(bundle, to: output)
    return Exported(
      bundle: bundle, sizes: try BundleFigures(path: output),
      floatBytes: loaded.model.graph.parameterCount * 4, nativeFiles: nativeFiles,
      warnings: native == nil ? [] : NativeExport.warnings(bundle, target: format ?? spec.name),
      cores: cores)
  }

  /// The row of a known chip; for a user's own spec, its arithmetic without files of its own.
  static func exportTarget(_ spec: HardwareSpec) -> ExportTarget {
    TargetTable.row(named: spec.name)
      ?? ExportTarget(
        name: spec.name, summary: spec.title,
        arithmetic: spec.arithmetic.flatMap(Arithmetic.init) ?? .plain)
  }
}
