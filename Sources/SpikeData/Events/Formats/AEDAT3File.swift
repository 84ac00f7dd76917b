import SpikeDiagnostics

/// A recording of cAER, AEDAT 3.1 (`.aedat`): packets of events, little-endian.
///
/// A packet starts with 28 bytes: type and source of 16 bits, then size of an event, place of its
/// time, overflows of the clock, capacity, number, and number of valid events, 32 bits each. Polarity
/// events (type 1) are 8 bytes: bit 0 says whether the event counts, bit 1 whether it became brighter,
/// bits 16 to 2 are the row, 31 to 17 the column, from the top left; then the 31 bits of the time in
/// microseconds (iniVation, "AEDAT 3.1"). Packets of other types are passed over.
enum AEDAT3File {
  private static let kind = "a recording in AEDAT 3.1"
  private static let packetHeader = 28

  /// Whether bytes are such a file.
  static func recognises(_ bytes: [UInt8]) -> Bool { bytes.begin(with: "#!AER-DAT3.1") }

  /// Reads the bytes of a file.
  static func recording(
    _ bytes: [UInt8], _ given: SensorSize?
  ) throws(DataError) -> EventRecording {
    let header = try AEDATHeader(bytes, last: "!END-HEADER")
    if let format = header.lines.first(where: { $0.hasPrefix("Format:") }), format != "Format: RAW"
    {
      throw DataError(
        .unsupported, "The header says '\(format.prefix(60))'; read is RAW.",
        fix: "record it again without compression")
    }
    guard let sensor = given ?? header.camera?.size else { throw SensorSize.missing(kind) }
    var events = EventCollector(sensor, of: kind, expected: (bytes.count - header.end) / 8)
    var place = header.end
    while place < bytes.count {
      guard bytes.count - place >= packetHeader else { throw truncated(at: place) }
      let type = bytes.little16(place)
      let (size, overflows) = (bytes.little32(place + 4), bytes.little32(place + 12))
      let (capacity, count) = (bytes.little32(place + 16), bytes.little32(place + 20))
      let start = place + packetHeader
      // Both are below 2^32, so that the product is no overflow.
      let (needed, tooLarge) = capacity.multipliedReportingOverflow(by: size)
      guard size > 0, count <= capacity, !tooLarge, overflows < 1 << 31 else {
        throw DataError(
          .corrupt,
          "A packet has \(count) events of \(size) bytes, room for \(capacity), and \(overflows) "
            + "overflows of the clock.", at: Location(byteOffset: place),
          fix: "get a fresh copy of the file")
      }
      guard needed <= bytes.count - start else { throw truncated(at: place) }
      if type == 1 {
        guard size == 8 else {
          throw DataError(
            .corrupt, "A polarity event has \(size) bytes instead of 8.",
            at: Location(byteOffset: place), fix: "get a fresh copy of the file")
        }
        for event in stride(from: start, to: start + count * 8, by: 8) {
          let word = bytes.little32(event)
          guard word & 1 == 1 else { continue }
          try events.add(
            word >> 17, word >> 2 & 0x7FFF, isOn: word >> 1 & 1 == 1,
            microseconds: overflows << 31 | bytes.little32(event + 4) & 0x7FFF_FFFF, at: event)
        }
      }
      place = start + needed
    }
    return try events.recording()
  }

  private static func truncated(at offset: Int) -> DataError {
    DataError(
      .truncated, "The file ends inside a packet.", at: Location(byteOffset: offset),
      fix: "get a fresh copy of the file")
  }
}
