import SpikeBytes
import SpikeDiagnostics
import Testing

@Suite("Inflating")
struct InflateTests {
  /// `gzip.compress(b'spike' * 1000, 9, mtime=0)`
  static let gzip: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xED, 0xC4,
    0xB1, 0x09, 0x00, 0x00, 0x08, 0x03, 0xB0, 0x6B, 0x1D, 0xC4, 0x45, 0xE8,
    0xFF, 0xE0, 0x15, 0x6E, 0xC9, 0x90, 0x6C, 0x4F, 0x45, 0x92, 0x24, 0x49,
    0x92, 0x24, 0x49, 0xD2, 0x67, 0x07, 0x3B, 0xE5, 0xCB, 0x70, 0x88, 0x13,
    0x00, 0x00,
  ]

  /// A deflate stream of stored blocks (RFC 1951, 3.2.4), the simplest there is.
  private func stored(_ bytes: [UInt8]) -> [UInt8] {
    let size = UInt16(bytes.count)
    return [1, UInt8(size & 0xFF), UInt8(size >> 8), UInt8(~size & 0xFF), UInt8(~size >> 8)] + bytes
  }

  private func code(_ bytes: [UInt8], _ wrapper: Inflate.Wrapper, limit: Int) -> InflateErrorCode? {
    do throws(InflateError) {
      _ = try Inflate.bytes(of: bytes, wrapper: wrapper, limit: limit)
      return nil
    } catch { return error.code }
  }

  @Test("a gzip file of several members is the sum of its parts")
  func members() throws {
    let text = [UInt8]((0..<1000).flatMap { _ in Array("spike".utf8) })
    #expect(try Inflate.bytes(of: InflateTests.gzip, wrapper: .gzip, limit: 5000) == text)
    #expect(
      try Inflate.bytes(of: InflateTests.gzip + InflateTests.gzip, wrapper: .gzip, limit: 10_000)
        == text + text)
  }

  @Test("output above the limit is refused")
  func limit() {
    #expect(code(InflateTests.gzip, .gzip, limit: 5000) == nil)
    #expect(code(InflateTests.gzip, .gzip, limit: 4999) == .tooLarge)
    #expect(code(stored([1, 2, 3]), .none, limit: 2) == .tooLarge)
    #expect(code(stored([]), .none, limit: 0) == nil)
  }

  @Test("every cut of a stream is truncated, never accepted")
  func cuts() {
    for count in 0..<InflateTests.gzip.count {
      #expect(code(Array(InflateTests.gzip.prefix(count)), .gzip, limit: 5000) == .truncated)
    }
    #expect(code(Array(stored([1, 2, 3]).dropLast()), .none, limit: 9) == .truncated)
  }

  @Test("a changed checksum, a wrong block and trailing bytes are corrupt")
  func damage() {
    var changed = InflateTests.gzip
    changed[changed.count - 6] ^= 1
    #expect(code(changed, .gzip, limit: 5000) == .corrupt)
    #expect(code(InflateTests.gzip + [0], .gzip, limit: 5000) != nil)
    #expect(code(stored([1]) + [0], .none, limit: 9) == .corrupt)
    #expect(code([7, 0, 0], .none, limit: 9) == .corrupt)
  }
}
