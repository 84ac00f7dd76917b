import SpikeContainers
import SpikeDiagnostics

/// A `.npz` archive with arrays x and y (and x_test, y_test), as `numpy.savez` writes it.
struct NPZFile {
  let path: String
  private let archive: ZIPArchive

  /// Bytes that one array may have.
  static let maximumBytes = 1 << 33

  init(path: String) throws(DataError) {
    let file = try DataFile.map(path)
    self.path = path
    do throws(ZIPError) {
      archive = try ZIPArchive(file)
    } catch {
      throw DataError(
        error.code == .notAnArchive ? .badMagic : .corrupt,
        "This is not an .npz file that can be read.", at: Location(file: path),
        fix: "write it with numpy.savez(path, x=images, y=labels)", cause: error)
    }
  }

  /// Reads one split. x is `[N, C, H, W]`, `[N, H, W]` or `[N, F]`; y is `[N]` or `[N, 1]`.
  func load(_ split: DataSplit) throws(DataError) -> Dataset {
    let (xName, yName) = try names(for: split)
    let x = try array(xName)
    let y = try array(yName)
    guard (2...4).contains(x.shape.count) else {
      throw DataError(
        .shapeMismatch,
        "The array '\(xName)' has shape \(x.shape); allowed are [N, C, H, W], [N, H, W] and "
          + "[N, F].", at: Location(file: path, tensor: xName),
        fix: "reshape it before it is saved")
    }
    guard y.shape.count == 1 || (y.shape.count == 2 && y.shape[1] == 1) else {
      throw DataError(
        .shapeMismatch,
        "The array '\(yName)' has shape \(y.shape); allowed is [N], one class number for each "
          + "sample.", at: Location(file: path, tensor: yName),
        fix: y.shape.count == 2 ? "save y.argmax(1)" : "save one class number for each sample")
    }
    guard x.shape[0] == y.shape[0] else {
      throw DataError(
        .countMismatch,
        "'\(xName)' has \(x.shape[0]) samples, '\(yName)' has \(y.shape[0]) labels.",
        at: Location(file: path), fix: "make both equally long")
    }
    guard let labels = y.exactIntegers() else {
      throw DataError(
        .labelOutOfRange, "The array '\(yName)' holds numbers that are not whole.",
        at: Location(file: path, tensor: yName), fix: "save class numbers, 0, 1, 2, …")
    }
    let sizes = Array(x.shape.dropFirst())
    do throws(DataError) {
      return try Dataset(
        name: "\(path) (\(split.rawValue))", sampleShape: sizes.count == 2 ? [1] + sizes : sizes,
        samples: try samples(x, xName), labels: labels)
    } catch {
      throw error.located(in: Location(file: path, tensor: xName))
    }
  }

  private func samples(_ x: NPYArray, _ name: String) throws(DataError) -> Dataset.Samples {
    if x.element == .uint8 { return .bytes(x.bytes) }
    let values = x.floats()
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw DataError(
        .corrupt, "Element \(index) of '\(name)' is \(values[index]); all must be finite.",
        fix: "replace it before the array is saved")
    }
    return .floats(values)
  }

  /// Names of the arrays of a split: `x_test` and `y_test` where they exist, else `x` and `y`.
  private func names(for split: DataSplit) throws(DataError) -> (String, String) {
    let candidates =
      split == .test
      ? [("x_test", "y_test"), ("x", "y")] : [("x", "y"), ("x_train", "y_train")]
    for (x, y) in candidates where archive.entry(named: "\(x).npy") != nil {
      guard archive.entry(named: "\(y).npy") != nil else { throw missing(y) }
      return (x, y)
    }
    throw missing("x")
  }

  private func missing(_ name: String) -> DataError {
    let found = archive.entries.prefix(20).map(\.name).sorted()
    return DataError(
      .missingArray,
      "The archive has no array '\(name)'; it has "
        + (found.isEmpty ? "none." : found.joined(separator: ", ") + "."),
      at: Location(file: path), fix: "write it with numpy.savez(path, x=images, y=labels)")
  }

  private func array(_ name: String) throws(DataError) -> NPYArray {
    guard let entry = archive.entry(named: "\(name).npy") else { throw missing(name) }
    let place = Location(file: path, tensor: name)
    let bytes: [UInt8]
    do throws(ZIPError) {
      bytes = try archive.contents(of: entry, limit: NPZFile.maximumBytes)
    } catch {
      throw DataError(
        error.code == .tooLarge ? .tooLarge : .corrupt,
        "The array '\(name)' cannot be unpacked.", at: place, fix: error.fix, cause: error)
    }
    do throws(NPYError) {
      return try NPYArray(bytes)
    } catch {
      let code: DataErrorCode =
        switch error.code {
        case .badMagic: .badMagic
        case .unsupported: .unsupported
        case .sizeMismatch: .truncated
        case .badHeader: .corrupt
        }
      throw DataError(
        code, "The array '\(name)' cannot be read.", at: place, fix: error.fix, cause: error)
    }
  }
}
