public import SpikeDiagnostics

/// `Codable` values as compact bytes and back, for state that only this program reads.
///
/// Arrays of numbers are stored as their little-endian memory, everything else with names, so that a
/// value whose type has changed since is refused and not misread. Floats keep their bits.
public enum BinaryArchive {
  /// The bytes of a value. Types with a failing `encode(to:)` of their own must not be given.
  /// - Complexity: O(size); arrays of numbers are copied once.
  public static func encode(_ value: some Encodable) -> [UInt8] {
    let slot: ArchiveSlot
    do {
      slot = try ArchiveEncoder.box(value)
    } catch {
      preconditionFailure("a value that cannot be encoded: \(error)")
    }
    var writer = ByteWriter()
    slot.value.write(to: &writer)
    return writer.bytes
  }

  /// A value from its bytes.
  /// - Parameter userInfo: what `init(from:)` of the type wants to know.
  /// - Throws: `read.…` for bytes that are no such value.
  public static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8],
    userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws(ReadError) -> Value {
    var reader = ByteReader(bytes)
    let value = try ArchiveValue(&reader, depth: 0)
    guard reader.isAtEnd else { throw mismatch("\(reader.remaining) bytes are left over") }
    do {
      return try ArchiveDecoder(value, [], userInfo).unbox(type)
    } catch let error as ReadError {
      throw error
    } catch {
      throw mismatch("\(error)")
    }
  }

  package static func mismatch(_ what: String) -> ReadError {
    ReadError(
      .invalidArchive, "The stored state is not what this version reads: \(what).",
      fix: "make it again")
  }
}
