import SpikeBundle
public import SpikeDiagnostics

/// All targets that lowering or encoding knows by name. To add one: a folder in `Targets/` and a
/// row here (docs/adding-a-target.md).
public enum TargetTable {
  /// The rows, in the order of listings.
  public static let rows: [ExportTarget] = [
    .c, .dynapcnn, .loihi2, .odin, .ranc, .speck2e, .speck2f, .tinyOdin, .xyloAudio2, .xyloAudio3,
    .xyloIMU,
  ]

  /// Formats of no chip, which take the bundle of every chip (`--format`).
  static let formats: [ExportTarget] = [.nir, .onnx] + ExportTarget.nirDialects

  /// The row of a name, or nil.
  public static func row(named name: String) -> ExportTarget? {
    rows.first { $0.name == name }
  }

  /// The row of a name, or a target of plain integers for a chip that has only a hardware spec.
  public static func rowOrPlain(named name: String) -> ExportTarget {
    row(named: name)
      ?? ExportTarget(name: name, summary: "bundle only", arithmetic: .plain)
  }

  /// The row of a name.
  /// - Throws: `export.unknown-target` with the nearest known name.
  public static func requireRow(named name: String) throws(ExportError) -> ExportTarget {
    let all = rows + formats
    if let row = all.first(where: { $0.name == name }) { return row }
    let known = all.map(\.name)
    let nearest = Suggestion.nearest(to: name, among: known)
    throw ExportError(
      .unknownTarget, "There is no target '\(name)' with files of its own.",
      fix: nearest.map { "did you mean '\($0)'?" } ?? "known are: \(known.joined(separator: ", "))")
  }
}
