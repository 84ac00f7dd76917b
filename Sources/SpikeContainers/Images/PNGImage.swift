import CSpikePNG
public import SpikeDiagnostics

/// Reads PNG files by libpng: grey or colour, palettes and 1 to 16 bits as 8 bits a channel.
///
/// 16 bits are scaled to 8 with rounding, grey of fewer bits to 0…255. Transparency is left out: the
/// colour below it counts. Colour profiles and gamma are not applied.
public enum PNGImage {
  private static let magic: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Whether bytes are a PNG file.
  public static func recognises(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

  /// Reads the bytes of a file.
  /// - Throws: `image.bad-magic`, `image.corrupt`, `image.too-large`.
  /// - Complexity: O(pixels); sides are checked before pixels are allocated.
  public static func image(_ bytes: [UInt8]) throws(ImageError) -> PixelImage {
    guard recognises(bytes) else {
      throw ImageError(
        .badMagic, "This is not a PNG file.", fix: "check what the file is, and name it so")
    }
    var header = spike_png_image()
    let limit = UInt32(PixelImage.sideLimit)
    try unsafe check(size: 80) { reason in
      unsafe bytes.withUnsafeBufferPointer { input in
        unsafe spike_png_header(input.baseAddress, input.count, limit, &header, reason)
      }
    }
    let count = try PixelImage.byteCount(header.width, header.height, header.channels)
    var pixels = [UInt8](repeating: 0, count: count)
    try unsafe check(size: 80) { reason in
      unsafe bytes.withUnsafeBufferPointer { input in
        unsafe pixels.withUnsafeMutableBufferPointer { output in
          unsafe spike_png_pixels(
            input.baseAddress, input.count, limit, output.baseAddress, count, reason)
        }
      }
    }
    var image = PixelImage(
      width: Int(header.width), height: Int(header.height), channels: Int(header.channels),
      pixels: pixels)
    image.hadAlpha = header.has_alpha != 0
    image.wasDeep = header.is_deep != 0
    return image
  }

  /// Calls the library with room for its reason, and throws that.
  static func check(
    size: Int, _ body: (UnsafeMutablePointer<CChar>?) -> Int32
  ) throws(ImageError) {
    var reason = [CChar](repeating: 0, count: size)
    let status = unsafe reason.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress) }
    guard status != 0 else { return }
    let text = String(
      decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    throw ImageError(
      .corrupt, "The image cannot be decoded: \(text).", fix: "get a fresh copy of the file")
  }
}
