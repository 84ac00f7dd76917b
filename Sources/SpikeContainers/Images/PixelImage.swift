public import SpikeDiagnostics

/// An image of 8 bits a channel.
public struct PixelImage: Hashable, Sendable {
  /// Columns.
  public var width: Int
  /// Rows.
  public var height: Int
  /// 1 for grey, 3 for red, green, blue.
  public var channels: Int
  /// Row by row from the top, channels last.
  public var pixels: [UInt8]
  /// Whether the file has transparency, which was left out.
  public var hadAlpha = false
  /// Whether the file has 16 bits a channel, which were scaled to 8.
  public var wasDeep = false

  /// Makes an image.
  public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// Pixels on a side.
  public static let sideLimit = 16_384
  /// Pixels of an image.
  public static let pixelLimit = 1 << 26

  /// Bytes of the pixels that a header announces, before any of them is allocated.
  /// - Throws: `image.too-large`, `image.corrupt`.
  static func byteCount(
    _ width: UInt32, _ height: UInt32, _ channels: UInt32
  ) throws(ImageError) -> Int {
    let (width, height) = (Int(width), Int(height))
    guard width > 0, height > 0, [1, 3].contains(channels) else {
      throw ImageError(
        .corrupt, "The image has \(width) x \(height) pixels.", fix: "get a fresh copy of the file")
    }
    guard width <= sideLimit, height <= sideLimit, width * height <= pixelLimit else {
      throw ImageError(
        .tooLarge,
        "The image has \(width) x \(height) pixels; read are up to \(sideLimit) on a side and "
          + "\(pixelLimit) in all.", fix: "make the image smaller")
    }
    return width * height * Int(channels)
  }
}

/// What can be wrong with an image file.
public enum ImageErrorCode: String, ErrorCode {
  /// The file does not start as its format does.
  case badMagic = "image.bad-magic"
  /// The bytes contradict the format, or end too soon.
  case corrupt = "image.corrupt"
  /// More pixels than sfconv reads.
  case tooLarge = "image.too-large"

  /// Exit status class of this code.
  public var category: ErrorCategory { .badData }
}

/// An error in an image file.
public typealias ImageError = DiagnosedError<ImageErrorCode>
