import SpikeDiagnostics

/// A folder with the four files of MNIST's family.
struct IDXFolder {
  let path: String

  /// The folder, if it has the images of a split.
  init?(_ path: String, split: DataSplit) {
    self.path = path
    guard file("images", 3, split) != nil else { return nil }
  }

  /// Reads one split; images become samples of shape `[1, H, W]`.
  func load(_ split: DataSplit, name: String) throws(DataError) -> Dataset {
    guard let imagePath = file("images", 3, split) else { throw missing("images", 3, split) }
    guard let labelPath = file("labels", 1, split) else { throw missing("labels", 1, split) }
    let images = try IDXFile(path: imagePath, axes: 2...4)
    let labels = try IDXFile(path: labelPath, axes: 1...1)
    guard images.sizes[0] == labels.sizes[0] else {
      throw DataError(
        .countMismatch,
        "'\(imagePath)' has \(images.sizes[0]) images, '\(labelPath)' \(labels.sizes[0]) labels.",
        at: Location(file: path), fix: "take both files from the same distribution")
    }
    // [N, L] are vectors, [N, H, W] one-channel images, [N, C, H, W] images.
    let sizes = Array(images.sizes.dropFirst())
    do throws(DataError) {
      return try Dataset(
        name: "\(name) (\(split.rawValue))", sampleShape: sizes.count == 2 ? [1] + sizes : sizes,
        samples: .bytes(Array(images.elements)), labels: labels.elements.map { Int($0) })
    } catch {
      throw error.located(in: Location(file: imagePath))
    }
  }

  /// `train-images-idx3-ubyte.gz` and the spellings seen in the wild.
  static func names(_ kind: String, _ axes: Int, _ split: DataSplit) -> [String] {
    let prefix = split == .train ? "train" : "t10k"
    return ["\(prefix)-\(kind)-idx\(axes)-ubyte", "\(prefix)-\(kind).idx\(axes)-ubyte"]
      .flatMap { ["\($0).gz", $0] }
  }

  private func file(_ kind: String, _ axes: Int, _ split: DataSplit) -> String? {
    IDXFolder.names(kind, axes, split).map { "\(path)/\($0)" }.first(where: DataFile.exists)
  }

  private func missing(_ kind: String, _ axes: Int, _ split: DataSplit) -> DataError {
    let names = IDXFolder.names(kind, axes, split)
    return DataError(
      .notFound, "The folder has no \(split.rawValue) \(kind): none of \(names).",
      at: Location(file: path), fix: "put '\(names[0])' there")
  }
}
