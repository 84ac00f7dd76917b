import Foundation
import SpikeBytes
import SpikeTestSupport
import Testing

@Suite("Checksums and hashes")
struct ChecksumTests {
  @Test(
    "SHA-256 gives the digests of FIPS 180-4's examples",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
          + "lmnopqrsmnopqrstnopqrstu",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
      ),
    ])
  func publishedDigests(text: String, digest: String) {
    #expect(SHA256.hex(of: Array(text.utf8)) == digest)
  }

  @Test("SHA-256 of a million 'a' is the published one")
  func millionLetters() {
    #expect(
      SHA256.hex(of: [UInt8](repeating: 0x61, count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test("SHA-256 does not depend on how the bytes are cut", arguments: 0..<130)
  func pieces(length: Int) {
    let bytes = (0..<length).map { UInt8($0) }
    for cut in 0...length {
      var hash = SHA256()
      hash.update(Array(bytes[..<cut]))
      hash.update(Array(bytes[cut...]))
      #expect(hash.hexadecimalDigest() == SHA256.hex(of: bytes))
    }
  }

  @Test("CRC-32 gives the check value of the algorithm's catalogue entry")
  func checkValue() {
    #expect(Checksum.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(Checksum.crc32([]) == 0)
  }

  @Test("A mapped file has the hash and the checksum of its bytes")
  func mappedFile() throws {
    let path = NSTemporaryDirectory() + "sfconv-checksum-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    try AtomicFile.write(bytes, to: path)
    let file = try MappedFile(path: path)
    #expect(SHA256.hex(of: file) == SHA256.hex(of: bytes))
    #expect(Checksum.crc32(of: file, in: 3..<1_000) == Checksum.crc32(Array(bytes[3...])))
  }
}
