package import SpikeContainers
import SpikeDiagnostics

/// A folder of PNG and JPEG images as labelled samples (``LabelledFolder``).
package struct ImageFolder {
  private let folder: LabelledFolder

  /// How the names of image files end.
  static let endings: Set<String> = ["png", "jpg", "jpeg"]
  /// Bytes of one file.
  private static let fileLimit = 1 << 28
  /// Bytes of all samples.
  private static let sampleLimit = 1 << 34

  /// The folder, if it has images; nil otherwise.
  init?(_ path: String) {
    guard let folder = LabelledFolder(path, endings: ImageFolder.endings) else { return nil }
    self.folder = folder
  }

  /// Reads a split.
  /// - Parameter inputShape: what the network takes, `[C, H, W]`, `[H, W]` or as many numbers as the
  ///   first image has; images are made grey or coloured and resized to it. Without it all are made
  ///   like the first one.
  /// - Throws: any `data.…` code.
  /// - Complexity: O(pixels of all images).
  func load(_ split: DataSplit, name: String, inputShape: [Int]?) throws(DataError) -> Dataset {
    let (items, notes) = try folder.items(split)
    let first = try ImageFolder.read(items[0].file)
    let form = try ImageFolder.form(inputShape, first, in: folder.path)
    let size = form.reduce(1, *)
    guard items.count <= ImageFolder.sampleLimit / size else {
      throw DataError(
        .tooLarge,
        "\(items.count) images of shape \(form) need more than \(ImageFolder.sampleLimit) bytes.",
        at: Location(file: folder.path), fix: "take a part of them")
    }
    var changes = ImageChanges()
    var samples: [UInt8] = []
    samples.reserveCapacity(items.count * size)
    for (index, item) in items.enumerated() {
      let image = index == 0 ? first : try ImageFolder.read(item.file)
      changes.add(image, form)
      // Grey before fewer pixels: that is one rounding in the order of the sentence in the notes.
      samples +=
        image.converted(channels: form[0]).resized(width: form[2], height: form[1])
        .channelsFirst
    }
    return try Dataset(
      name: "\(name) (\(split.rawValue))", sampleShape: inputShape ?? form,
      samples: .bytes(samples), labels: items.map(\.label)
    ).noting(notes + changes.notes(form, Location(file: folder.path)))
  }

  /// Channels, rows and columns that the images are given.
  private static func form(
    _ inputShape: [Int]?, _ first: PixelImage, in path: String
  ) throws(DataError) -> [Int] {
    let own = [first.channels, first.height, first.width]
    let pixels = first.height * first.width
    let form: [Int]? =
      switch inputShape?.count {
      case nil: own
      case 3: inputShape
      case 2: inputShape.map { [1] + $0 }
      case 1 where inputShape == [pixels]: [1, first.height, first.width]
      case 1 where inputShape == [3 * pixels]: [3, first.height, first.width]
      default: nil
      }
    guard let form, [1, 3].contains(form[0]), form.allSatisfy({ (1...4096).contains($0) }) else {
      throw DataError(
        .shapeMismatch,
        "The first image has shape \(own); the network takes \(inputShape ?? []), which images cannot "
          + "be brought to.", at: Location(file: path),
        fix: "give a network for 1 or 3 channels, rows and columns")
    }
    return form
  }

  private static func read(_ path: String) throws(DataError) -> PixelImage {
    do throws(DataError) {
      return try image(DataFile.bytes(of: path, limit: fileLimit))
    } catch {
      throw error.located(in: Location(file: path))
    }
  }

  /// Reads the bytes of a file.
  package static func image(_ bytes: [UInt8]) throws(DataError) -> PixelImage {
    do throws(ImageError) {
      // What a file is, its first bytes say, not its name.
      return try PNGImage.recognises(bytes) ? PNGImage.image(bytes) : JPEGImage.image(bytes)
    } catch {
      let code: DataErrorCode =
        switch error.code {
        case .badMagic: .badMagic
        case .corrupt: .corrupt
        case .tooLarge: .tooLarge
        }
      throw DataError(code, "The image cannot be read.", fix: error.fix, cause: error)
    }
  }
}

/// What was done to images, to be said once.
struct ImageChanges {
  private var counts: [String: Int] = [:]
  private var total = 0

  /// Counts what an image needs to have a form.
  mutating func add(_ image: PixelImage, _ form: [Int]) {
    total += 1
    let shrinks = image.width > form[2] || image.height > form[1]
    let grows = image.width < form[2] || image.height < form[1]
    let facts: [(String, Bool)] = [
      ("resized to \(form[2]) x \(form[1]) by the mean of areas", shrinks),
      ("resized to \(form[2]) x \(form[1]) by linear interpolation", grows),
      ("made grey (ITU-R BT.601)", image.channels == 3 && form[0] == 1),
      ("repeated in 3 channels", image.channels == 1 && form[0] == 3),
      ("freed of transparency", image.hadAlpha),
      ("scaled from 16 bits to 8", image.wasDeep),
    ]
    for (what, holds) in facts where holds { counts[what, default: 0] += 1 }
  }

  /// One note, or none where nothing was done.
  func notes(_ form: [Int], _ place: Location) -> [Finding] {
    guard !counts.isEmpty else { return [] }
    let parts = counts.sorted { $0.key < $1.key }.map {
      "\($0.value == total ? "all" : "\($0.value)") \($0.key)"
    }
    return [
      Finding(
        .note, code: "data.images-changed",
        message: "Of \(total) images were " + parts.joined(separator: ", ") + ".", location: place)
    ]
  }
}
