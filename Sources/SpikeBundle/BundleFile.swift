import SpikeBytes
public import SpikeDiagnostics

/// Reading and writing `.sfb` bundles, as docs/format.md specifies them.
///
/// The same bundle gives the same bytes with the same version of the zstd library.
public enum BundleFile {
  /// Writes `bundle` to `path`; the file is whole or not there.
  /// - Throws: `bundle.invalid-value`, `bundle.too-large`, `bundle.unwritable`.
  public static func write(_ bundle: Bundle, to path: String) throws(BundleError) {
    let bytes: [UInt8]
    do throws(BundleError) {
      bytes = try encode(bundle)
    } catch {
      throw error.located(in: Location(file: path))
    }
    do {
      try AtomicFile.write(bytes, to: path)
    } catch {
      throw BundleError(
        .unwritable, "The bundle was not written.", at: Location(file: path), fix: error.fix,
        cause: error)
    }
  }

  /// The bytes of `bundle`.
  ///
  /// The bundle is checked first, with the rules of the reader.
  /// - Throws: `bundle.invalid-value`, `bundle.too-large`.
  /// - Complexity: O(indices).
  public static func encode(_ bundle: Bundle) throws(BundleError) -> [UInt8] {
    let total = bundle.projections.reduce(0) { $0 + $1.indices.count }
    guard total <= BundleFormat.maximumIndices else {
      throw BundleError(
        .tooLarge, "There are \(total) weights; allowed are \(BundleFormat.maximumIndices).",
        fix: "prune the network")
    }
    let check = BundleCheck(bundle)
    try check.structure()
    try check.indices()
    return try BundleWriter.encode(bundle)
  }

  /// Reads the bundle at `path`.
  /// - Throws: every `bundle.…` code except `bundle.unwritable`.
  public static func read(path: String) throws(BundleError) -> Bundle {
    try decode(try bytes(path), name: path)
  }

  /// The bundle in `bytes`; `name` stands in errors in place of a path.
  /// - Throws: every `bundle.…` code except `bundle.unreadable` and `bundle.unwritable`.
  /// - Complexity: O(bytes + indices).
  public static func decode(_ bytes: [UInt8], name: String) throws(BundleError) -> Bundle {
    do throws(BundleError) {
      return try BundleReader(bytes).bundle().bundle
    } catch {
      throw error.located(in: Location(file: name))
    }
  }

  /// How the bytes of the bundle at `path` are spent.
  /// - Throws: every `bundle.…` code except `bundle.unwritable`.
  public static func sizes(path: String) throws(BundleError) -> BundleSizes {
    try sizes(try bytes(path), name: path)
  }

  /// How the bytes of an encoded bundle are spent; `name` stands in errors in place of a path.
  /// - Throws: every `bundle.…` code except `bundle.unreadable` and `bundle.unwritable`.
  public static func sizes(_ bytes: [UInt8], name: String) throws(BundleError) -> BundleSizes {
    do throws(BundleError) {
      let bundle = try BundleReader(bytes).bundle().bundle
      return BundleSizes(bundle, entries: try BundleSections(bytes).entries, byteCount: bytes.count)
    } catch {
      throw error.located(in: Location(file: name))
    }
  }

  private static func bytes(_ path: String) throws(BundleError) -> [UInt8] {
    let file: MappedFile
    do {
      file = try MappedFile(path: path)
    } catch {
      throw BundleError(
        .unreadable, "The bundle cannot be opened.", at: Location(file: path), fix: error.fix,
        cause: error)
    }
    guard file.count <= BundleFormat.maximumFileBytes else {
      throw BundleError(
        .tooLarge,
        "The file has \(file.count) bytes; allowed are \(BundleFormat.maximumFileBytes).",
        at: Location(file: path), fix: "give an .sfb file, as 'sfconv export' writes it")
    }
    return file.bytes(in: 0..<file.count)
  }
}
