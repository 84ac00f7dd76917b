import SpikeBytes
import SpikeDiagnostics

/// The codebook section: columns over all codebooks, because equal columns compress well.
///
///     size - 1     u8       × codebooks
///     flags        u8       × codebooks    bit 0: zero is absent
///     scale        float32  × codebooks
///     entries      varint   × sizes        the first zigzag, then the steps less 1
enum CodebookSection {
  static func encode(_ codebooks: [Codebook]) -> [UInt8] {
    var writer = ByteWriter()
    for book in codebooks { writer.append(UInt8(truncatingIfNeeded: book.entries.count - 1)) }
    for book in codebooks { writer.append(UInt8(book.zeroIsAbsent ? 1 : 0)) }
    for book in codebooks { writer.append(book.scale) }
    for book in codebooks {
      var last: Int64?
      for entry in book.entries.map(Int64.init) {
        writer.append(varint: last.map { UInt64(entry - $0 - 1) } ?? Varint.zigzag(entry))
        last = entry
      }
    }
    return writer.bytes
  }

  /// - Throws: `bundle.truncated`, `bundle.invalid-value`, `bundle.invalid-structure`.
  static func decode(_ section: Section, count: Int) throws(BundleError) -> [Codebook] {
    var cursor = SectionCursor(section)
    let sizes = try cursor.bytes(count)
    let flags = try cursor.bytes(count)
    if let index = flags.firstIndex(where: { $0 > 1 }) {
      throw section.error(.invalidValue, "Codebook \(index) has the flags \(flags[index]).")
    }
    var codebooks: [Codebook] = []
    codebooks.reserveCapacity(count)
    for flag in flags {
      codebooks.append(
        Codebook(entries: [], zeroIsAbsent: flag == 1, scale: try cursor.float()))
    }
    for index in codebooks.indices {
      var entries = [try cursor.integer()]
      for _ in 0..<sizes[index] {
        let step = Int64(clamping: try cursor.varint())
        guard step <= UInt32.max, let last = entries.last,
          let entry = Int32(exactly: Int64(last) + 1 + step)
        else {
          throw section.error(.invalidValue, "An entry of codebook \(index) exceeds 32 bits.")
        }
        entries.append(entry)
      }
      codebooks[index].entries = entries
    }
    try cursor.finish()
    return codebooks
  }
}
