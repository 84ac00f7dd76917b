import CZlib
public import SpikeDiagnostics

/// Decompression of deflate streams (RFC 1951), bare or in a gzip wrapper (RFC 1952), with a cap on
/// the output: a few kilobytes can stand for gigabytes.
public enum Inflate {
  /// What stands around the deflate stream.
  public enum Wrapper: Hashable, Sendable {
    /// Header and CRC-32 of RFC 1952; several members may follow each other.
    case gzip
    /// Nothing, as inside a ZIP archive.
    case none
  }

  /// The first two bytes of every gzip file.
  public static let gzipMagic: [UInt8] = [0x1F, 0x8B]

  /// The decompressed bytes.
  ///
  /// - Parameters:
  ///   - bytes: The whole compressed stream; nothing may follow it.
  ///   - limit: Largest number of bytes to make; one more is an error.
  /// - Throws: `inflate.corrupt` (also a wrong checksum or trailing bytes), `inflate.truncated`,
  ///   `inflate.too-large`.
  /// - Complexity: O(input + output).
  public static func bytes(
    of bytes: [UInt8], wrapper: Wrapper, limit: Int
  ) throws(InflateError) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(min(limit, 4 * bytes.count))
    var consumed = 0
    repeat {
      consumed += try member(bytes, from: consumed, wrapper, limit, &output)
    } while wrapper == .gzip && consumed < bytes.count
    guard consumed == bytes.count else {
      throw InflateError(
        .corrupt, "\(bytes.count - consumed) bytes follow the end of the compressed data.",
        at: Location(byteOffset: consumed), fix: "get a fresh copy of the file")
    }
    return output
  }

  /// Inflates one member into `output` and returns how many compressed bytes it took.
  private static func member(
    _ bytes: [UInt8], from start: Int, _ wrapper: Wrapper, _ limit: Int, _ output: inout [UInt8]
  ) throws(InflateError) -> Int {
    // On the heap, because zlib keeps the address of its stream between calls.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    defer { unsafe stream.deallocate() }
    // 15 is the largest window; + 16 asks for gzip, a negative number for a bare stream (zlib.h).
    let windowBits: Int32 = wrapper == .gzip ? 15 + 16 : -15
    let opened = unsafe inflateInit2_(
      stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(opened == Z_OK, "zlib cannot start")
    defer { _ = unsafe inflateEnd(stream) }

    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var position = start
    while true {
      let offered = min(bytes.count - position, 1 << 30)
      let (status, taken, made) = unsafe step(stream, bytes, position, offered, &chunk)
      position += taken
      guard made <= limit - output.count else {
        throw InflateError(
          .tooLarge, "The data inflate to more than the \(limit) bytes allowed.",
          at: Location(byteOffset: position), fix: "check where the file comes from")
      }
      output += chunk.prefix(made)
      switch status {
      case Z_STREAM_END: return position - start
      case Z_OK where taken > 0 || made > 0: continue
      case Z_OK, Z_BUF_ERROR:
        throw InflateError(
          .truncated, "The compressed data end early, after \(bytes.count) bytes.",
          at: Location(byteOffset: bytes.count), fix: "get a fresh copy of the file")
      default:
        let reason =
          unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "code \(status)"
        throw InflateError(
          .corrupt, "The compressed data are damaged (\(reason)).",
          at: Location(byteOffset: position), fix: "get a fresh copy of the file")
      }
    }
  }

  /// One call of zlib; returns its status and how many bytes it took and made.
  @unsafe
  private static func step(
    _ stream: UnsafeMutablePointer<z_stream>, _ input: [UInt8], _ position: Int, _ offered: Int,
    _ chunk: inout [UInt8]
  ) -> (status: Int32, taken: Int, made: Int) {
    unsafe input.withUnsafeBufferPointer { source in
      unsafe chunk.withUnsafeMutableBufferPointer { target in
        // zlib's field lacks a const; it never writes to its input.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
          mutating: source.baseAddress.map { unsafe $0.advanced(by: position) })
        unsafe stream.pointee.avail_in = UInt32(offered)
        unsafe stream.pointee.next_out = target.baseAddress
        unsafe stream.pointee.avail_out = UInt32(target.count)
        let status = unsafe inflate(stream, Z_NO_FLUSH)
        return unsafe (
          status, offered - Int(stream.pointee.avail_in),
          target.count - Int(stream.pointee.avail_out)
        )
      }
    }
  }
}
