import SpikeBytes
import SpikeDiagnostics

/// The remedy for every damaged bundle.
let remake = "the bundle is damaged; make it again with 'sfconv export'"

/// One section of a bundle: what it is and its bytes, decompressed.
struct Section {
  var kind: SectionKind
  var bytes: [UInt8]

  /// An error in this section.
  func error(
    _ code: BundleErrorCode, _ message: String, at offset: Int? = nil,
    cause: (any StageError)? = nil
  ) -> BundleError {
    BundleError(
      code, message, at: Location(byteOffset: offset, tensor: kind.name), fix: remake,
      cause: cause)
  }
}

/// A ``ByteReader`` whose errors name the section. Offsets are those of the decompressed section.
struct SectionCursor {
  private let section: Section
  private var reader: ByteReader

  init(_ section: Section) {
    self.section = section
    reader = ByteReader(section.bytes)
  }

  mutating func bytes(_ count: Int) throws(BundleError) -> [UInt8] {
    do { return try reader.read(count: count) } catch { throw wrapped(error) }
  }

  mutating func float() throws(BundleError) -> Float {
    do { return try reader.readFloat() } catch { throw wrapped(error) }
  }

  mutating func varint() throws(BundleError) -> UInt64 {
    do { return try reader.readVarint() } catch { throw wrapped(error) }
  }

  /// A zigzag varint of 32 bits.
  mutating func integer() throws(BundleError) -> Int32 {
    let start = reader.offset
    guard let value = Int32(exactly: Varint.unzigzag(try varint())) else {
      throw section.error(.invalidValue, "An integer exceeds 32 bits.", at: start)
    }
    return value
  }

  /// `count` zigzag varints of 32 bits.
  mutating func integers(_ count: Int) throws(BundleError) -> [Int32] {
    guard count <= reader.remaining else {
      throw section.error(
        .truncated, "\(count) integers are needed; \(reader.remaining) bytes are left.",
        at: reader.offset)
    }
    var result: [Int32] = []
    result.reserveCapacity(count)
    for _ in 0..<count { result.append(try integer()) }
    return result
  }

  /// - Throws: `bundle.invalid-structure` if bytes are left.
  func finish() throws(BundleError) {
    guard reader.isAtEnd else {
      throw section.error(
        .invalidStructure, "\(reader.remaining) bytes at the end of the section are not used.",
        at: reader.offset)
    }
  }

  private func wrapped(_ error: ReadError) -> BundleError {
    section.error(
      error.code == .pastEnd ? .truncated : .invalidValue,
      error.code == .pastEnd
        ? "The section ends too early." : "The section holds an integer in a wrong form.",
      at: error.location.byteOffset, cause: error)
  }
}
