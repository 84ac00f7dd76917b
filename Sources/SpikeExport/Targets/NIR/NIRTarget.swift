import SpikeBundle

extension ExportTarget {
  /// NIR in the dialect that most readers take, which is norse's.
  static let nir = nir("nir", .norse)

  /// NIR in the dialect of each reader, by name.
  static let nirDialects = NIRDialect.allCases.map { nir("nir-\($0.rawValue)", $0) }

  private static func nir(_ name: String, _ dialect: NIRDialect) -> ExportTarget {
    ExportTarget(
      name: name, summary: "Neuromorphic Intermediate Representation, for \(dialect.rawValue)",
      arithmetic: .plain, limits: TargetLimits(), nativeFormat: "NIR (.nir)",
      takesEveryArithmetic: true,
      encode: { bundle throws(ExportError) in try NIREncoder(bundle, dialect).files() })
  }
}
