import CSpikeLZ4
import CSpikeZstd
public import SpikeDiagnostics

/// Compression of single packets: one whole frame of LZ4 or Zstandard.
public enum FrameCompression: Hashable, Sendable {
  /// LZ4 frames (LZ4 Frame Format 1.6).
  case lz4
  /// Zstandard frames (RFC 8878).
  case zstd

  /// The bytes of a frame.
  ///
  /// Memory grows with what comes out, up to `limit`: a frame that claims more costs no more.
  /// - Throws: `frame.damaged`, `frame.too-large`.
  /// - Complexity: O(bytes that come out).
  public func unpacked(_ packed: [UInt8], limit: Int) throws(FrameError) -> [UInt8] {
    // LZ4 makes at most 255 bytes of one, zstd much more; most packets have a factor below 8.
    var capacity = min(limit, max(1 << 12, packed.count * 8))
    while true {
      var count: Int64 = 0
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
        let output = buffer.baseAddress
        count = unsafe packed.withUnsafeBufferPointer { input in
          unsafe self == .lz4
            ? sf_lz4_unpack(input.baseAddress, input.count, output, capacity)
            : sf_zstd_unpack(input.baseAddress, input.count, output, capacity)
        }
        initialized = max(0, Int(count))
      }
      if count >= 0 { return bytes }
      guard count == -2 else {
        throw FrameError(
          .damaged,
          "The \(self) frame of \(packed.count) bytes is damaged, cut short, or not alone.",
          fix: "get a fresh copy of the file")
      }
      guard capacity < limit else {
        throw FrameError(
          .tooLarge, "The \(self) frame unpacks to more than \(limit) bytes.",
          fix: "check where the file comes from")
      }
      capacity = min(limit, capacity * 8)
    }
  }
}

/// What can be wrong with a compressed frame.
public enum FrameErrorCode: String, ErrorCode {
  /// The frame is damaged, cut short, or followed by more.
  case damaged = "frame.damaged"
  /// The frame unpacks to more than allowed.
  case tooLarge = "frame.too-large"

  /// Exit status class of this code.
  public var category: ErrorCategory { .badData }
}

/// An error in a compressed frame.
public typealias FrameError = DiagnosedError<FrameErrorCode>
