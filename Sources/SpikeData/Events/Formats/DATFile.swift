import SpikeDiagnostics

/// A recording in Prophesee's DAT (`.dat`): 8 bytes an event, little-endian.
///
/// Behind the text stand a byte with the kind of events (0 or 12: changes of brightness) and one with
/// their size, 8. An event is its time in microseconds (32 bits), then bits 13 to 0 the column, 27 to 14
/// the row, 31 to 28 the polarity (Prophesee, "DAT File Format", version 2).
enum DATFile {
  private static let kind = "a DAT file"

  /// Reads the bytes of a file.
  static func recording(
    _ bytes: [UInt8], _ given: SensorSize?
  ) throws(DataError) -> EventRecording {
    guard let header = PropheseeHeader(bytes) else { throw PropheseeWords.noHeader(kind) }
    guard header.value("version") ?? "2" == "2" else {
      throw DataError(
        .unsupported,
        "The DAT file has version \(header.value("version")?.prefix(20) ?? ""); read is 2.",
        fix: "convert the file with the vendor's tools")
    }
    let start = header.end + 2
    guard bytes.count >= start else {
      throw DataError(
        .truncated, "The file ends with its header.", fix: "get a fresh copy of the file")
    }
    guard [0, 12].contains(bytes[header.end]), bytes[header.end + 1] == 8 else {
      throw DataError(
        .unsupported,
        "The file has events of type \(bytes[header.end]) with \(bytes[header.end + 1]) bytes; read "
          + "are changes of brightness (0 and 12) of 8 bytes.",
        at: Location(byteOffset: header.end), fix: "convert the file with the vendor's tools")
    }
    try PropheseeWords.check(bytes.count - start, word: 8, kind)
    var events = EventCollector(
      try header.sensor(given, of: kind), of: kind, expected: (bytes.count - start) / 8)
    for place in stride(from: start, to: bytes.count, by: 8) {
      let word = bytes.little32(place + 4)
      guard word >> 28 <= 1 else {
        throw DataError(
          .corrupt, "An event has polarity \(word >> 28); allowed are 0 and 1.",
          at: Location(byteOffset: place), fix: "get a fresh copy of the file")
      }
      try events.add(
        word & 0x3FFF, word >> 14 & 0x3FFF, isOn: word >> 28 == 1,
        microseconds: bytes.little32(place), at: place)
    }
    return try events.recording()
  }
}
