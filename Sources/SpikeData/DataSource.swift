import Foundation
public import SpikeDiagnostics

/// Which part of a data set.
public enum DataSplit: String, Hashable, Sendable, CaseIterable {
  /// For calibration and training.
  case train
  /// For measuring accuracy.
  case test
}

/// Data by name or path: what `--data` takes.
public enum DataSource {
  /// Environment variable with a folder that is searched first for named data sets.
  public static let environmentVariable = "SFCONV_DATA"

  /// Reads a split of a data set.
  ///
  /// - Parameters:
  ///   - specification: `fashion-mnist`, a folder of IDX files (MNIST's names, gzipped or not), a
  ///     folder of PNG and JPEG images, or an `.npz` file with arrays x and y (optionally x_test and
  ///     y_test).
  ///   - split: Which part; an `.npz` without x_test gives x for both.
  ///   - inputShape: What the network takes, for example `[1, 28, 28]`; samples of another shape with
  ///     the same order of elements are given that shape, images are resized, others are an error.
  /// - Throws: any `data.…` code.
  public static func load(
    _ specification: String, split: DataSplit, inputShape: [Int]? = nil
  ) throws(DataError) -> Dataset {
    try load(
      specification, split: split, inputShape: inputShape,
      folder: ProcessInfo.processInfo.environment[environmentVariable])
  }

  /// As the public function, with the value of the environment variable given.
  package static func load(
    _ specification: String, split: DataSplit, inputShape: [Int]?, folder: String?
  ) throws(DataError) -> Dataset {
    let found = try read(specification, split, inputShape, folder)
    guard let inputShape else { return found }
    do throws(DataError) {
      return try found.reshaped(to: inputShape)
    } catch {
      throw error.located(in: Location(file: specification))
    }
  }

  private static func read(
    _ specification: String, _ split: DataSplit, _ inputShape: [Int]?, _ folder: String?
  ) throws(DataError) -> Dataset {
    if let known = NamedDataset.all.first(where: { $0.name == specification }) {
      return try known.load(split, folder: folder)
    }
    if DataFile.isDirectory(specification) {
      return try folderDataset(specification, split, inputShape)
    }
    guard DataFile.exists(specification) else { throw notFound(specification) }
    return try NPZFile(path: specification).load(split)
  }

  private static func folderDataset(
    _ path: String, _ split: DataSplit, _ inputShape: [Int]?
  ) throws(DataError) -> Dataset {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    if let images = ImageFolder(path) {
      return try images.load(split, name: name, inputShape: inputShape)
    }
    guard let folder = IDXFolder(path, split: split) else {
      throw DataError(
        .notFound,
        "The folder has no \(split.rawValue) images: none of "
          + "\(IDXFolder.names("images", 3, split)).",
        at: Location(file: path),
        fix: "name the files as MNIST does, give an .npz file, or images in a folder for each class"
      )
    }
    return try folder.load(split, name: name)
  }

  private static func notFound(_ specification: String) -> DataError {
    let names = NamedDataset.all.map(\.name)
    let meant = Suggestion.nearest(to: specification, among: names)
    return DataError(
      .notFound, "There is no data set, file or folder '\(specification)'.",
      at: Location(file: specification),
      fix: meant.map { "did you mean '\($0)'?" }
        ?? "give \(names.map { "'\($0)'" }.joined(separator: ", ")), a folder of IDX files or "
        + "images, or an .npz file with x and y")
  }
}

/// A data set that is known by name, and where packages put it.
struct NamedDataset: Sendable {
  let name: String
  let folders: [String]
  let hint: String

  static let all = [
    NamedDataset(
      name: "fashion-mnist", folders: ["/usr/share/datasets/fashion-mnist"],
      hint: "apt-get install dataset-fashion-mnist")
  ]

  func load(_ split: DataSplit, folder: String?) throws(DataError) -> Dataset {
    let searched = (folder.map { ["\($0)/\(name)", $0] } ?? []) + folders
    for path in searched {
      if let found = IDXFolder(path, split: split) { return try found.load(split, name: name) }
    }
    throw DataError(
      .notFound, "The data set '\(name)' is in none of \(searched).",
      fix: "\(hint), or set \(DataSource.environmentVariable) to its folder")
  }
}
