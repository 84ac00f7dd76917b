import CSpikeJPEG
public import SpikeDiagnostics

/// Reads JPEG files by libjpeg-turbo: grey, YCbCr and RGB, baseline and progressive.
///
/// Decoding uses the accurate integer transform, which gives the same pixels on every machine. What
/// the library only warns of, as data that are missing, is an error. Orientation tags and colour
/// profiles are not applied.
public enum JPEGImage {
  /// Whether bytes are a JPEG file.
  public static func recognises(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0xFF, 0xD8, 0xFF])
  }

  /// Reads the bytes of a file.
  /// - Throws: `image.bad-magic`, `image.corrupt`, `image.too-large`.
  /// - Complexity: O(pixels); sides are checked before pixels are allocated.
  public static func image(_ bytes: [UInt8]) throws(ImageError) -> PixelImage {
    guard recognises(bytes) else {
      throw ImageError(
        .badMagic, "This is not a JPEG file.", fix: "check what the file is, and name it so")
    }
    var header = spike_jpeg_image()
    try unsafe PNGImage.check(size: 200) { reason in
      unsafe bytes.withUnsafeBufferPointer { input in
        unsafe spike_jpeg_header(input.baseAddress, input.count, &header, reason)
      }
    }
    let count = try PixelImage.byteCount(header.width, header.height, header.channels)
    var pixels = [UInt8](repeating: 0, count: count)
    try unsafe PNGImage.check(size: 200) { reason in
      unsafe bytes.withUnsafeBufferPointer { input in
        unsafe pixels.withUnsafeMutableBufferPointer { output in
          unsafe spike_jpeg_pixels(
            input.baseAddress, input.count, output.baseAddress, count, reason)
        }
      }
    }
    return PixelImage(
      width: Int(header.width), height: Int(header.height), channels: Int(header.channels),
      pixels: pixels)
  }
}
