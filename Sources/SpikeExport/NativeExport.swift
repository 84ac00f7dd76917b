public import SpikeBundle
import SpikeBytes
public import SpikeDiagnostics

/// Writes a bundle in a chip's own file format.
public enum NativeExport {
  /// Writes the files of `target` into `directory`, which is made where it is missing; each file
  /// is whole or not there.
  /// - Returns: the paths that were written.
  /// - Throws: `export.unknown-target`, `export.no-native-format`, `export.unwritable`, and what
  ///   the target's encoder says.
  public static func write(
    _ bundle: Bundle, target: String, directory: String, options: NativeOptions = NativeOptions()
  ) throws(ExportError) -> [String] {
    let files = try files(bundle, target: target, options: options)
    do throws(FileError) {
      try AtomicFile.makeDirectory(directory)
    } catch {
      throw unwritable(directory, error)
    }
    var paths: [String] = []
    for file in files {
      let path = directory.hasSuffix("/") ? directory + file.name : "\(directory)/\(file.name)"
      do throws(FileError) {
        try AtomicFile.write(file.bytes, to: path)
      } catch {
        throw unwritable(path, error)
      }
      paths.append(path)
    }
    return paths
  }

  /// The files of `target` in memory.
  /// - Throws: `export.unknown-target`, `export.no-native-format`, and what the target's encoder
  ///   says.
  public static func files(
    _ bundle: Bundle, target: String, options: NativeOptions = NativeOptions()
  ) throws(ExportError) -> [NativeFile] {
    let row = try TargetTable.requireRow(named: target)
    return try files(bundle, row, options)
  }

  /// What readers of the files of `target` do otherwise than the bundle says.
  public static func warnings(_ bundle: Bundle, target: String) -> [Finding] {
    if XyloChip.all.contains(where: { $0.name == target }) {
      return XyloImages.warnings(bundle)
    }
    if TargetTable.row(named: target)?.arithmetic == .speck { return SpeckFindings.of(bundle) }
    guard let dialect = NIRDialect(target: target) else { return [] }
    return NIRFindings.of(bundle, dialect)
  }

  static func files(
    _ bundle: Bundle, _ row: ExportTarget, _ options: NativeOptions = NativeOptions()
  ) throws(ExportError) -> [NativeFile] {
    guard let encode = row.encode else {
      throw ExportError(
        .noNativeFormat, "The target '\(row.name)' has no file format of its own.",
        fix: "leave out --native: the bundle is what this target takes")
    }
    // Formats of no chip hold sums of a step; in other arithmetics the same fields mean other things.
    let isSummed = bundle.arithmetic == .plain || bundle.arithmetic == .loihiCuba
    guard bundle.arithmetic == row.arithmetic || (row.takesEveryArithmetic && isSummed) else {
      throw ExportError(
        .wrongArithmetic,
        "The bundle was lowered for '\(bundle.target)' (\(bundle.arithmetic.rawValue)); "
          + "'\(row.name)' computes in \(row.arithmetic.rawValue).",
        fix: "export the fitted model again with --target \(row.name)")
    }
    return try encode(bundle, options)
  }

  private static func unwritable(_ path: String, _ cause: FileError) -> ExportError {
    ExportError(
      .unwritable, "The file cannot be written.", at: Location(file: path),
      fix: cause.fix ?? "check the directory", cause: cause)
  }
}
