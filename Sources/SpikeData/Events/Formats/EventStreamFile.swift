import SpikeDiagnostics

/// A recording in Event Stream 2 (`.es`) of a DVS or ATIS camera.
///
/// `Event Stream`, three bytes of version, a byte of kind, then columns and rows of 16 bits,
/// little-endian. An event is a byte, column and row. For DVS (kind 1) the byte is the time since the
/// event before, in µs, shifted left by 1, with the polarity in bit 0; 0xFF adds 127 µs, 0xFE is a
/// reset. For ATIS (kind 2) it is the time shifted left by 2, with polarity in bit 1 and in bit 0
/// whether the event measures exposure, which is passed over; 0xFC | n adds 63 n µs, 0xFC is a reset
/// (Marcireau, Event Stream 2.0; checked against its Python package). Rows count from the bottom there,
/// from the top here.
enum EventStreamFile {
  private static let kind = "an Event Stream file"
  private static let magic = "Event Stream"
  private static let headerCount = 20

  /// Whether bytes are such a file.
  static func recognises(_ bytes: [UInt8]) -> Bool { bytes.begin(with: magic) }

  /// Reads the bytes of a file.
  static func recording(
    _ bytes: [UInt8], _ given: SensorSize?
  ) throws(DataError) -> EventRecording {
    guard bytes.count >= 16 else { throw truncated(bytes.count) }
    guard bytes[12] == 2, bytes[15] == 1 || bytes[15] == 2 else {
      throw DataError(
        .unsupported,
        "The stream has version \(bytes[12]) and kind \(bytes[15]); read are the kinds 1 (DVS) and 2 "
          + "(ATIS) of version 2. Generic and color events are no changes of pixels.",
        at: Location(byteOffset: 12), fix: "convert the recording to DVS events")
    }
    guard bytes.count >= headerCount else { throw truncated(bytes.count) }
    guard
      let sensor = SensorSize(width: bytes.little16(16), height: bytes.little16(18))
    else {
      throw DataError(
        .corrupt, "The sensor has \(bytes.little16(16)) x \(bytes.little16(18)) pixels.",
        at: Location(byteOffset: 16), fix: "get a fresh copy of the file")
    }
    let isATIS = bytes[15] == 2
    var events = EventCollector(sensor, of: kind, expected: (bytes.count - headerCount) / 5)
    var time = 0
    var place = headerCount
    while place < bytes.count {
      let byte = Int(bytes[place])
      if byte >= (isATIS ? 0xFC : 0xFE) {
        time += isATIS ? 63 * (byte & 3) : 127 * (byte & 1)
        place += 1
        continue
      }
      guard bytes.count - place >= 5 else { throw truncated(bytes.count) }
      time += byte >> (isATIS ? 2 : 1)
      if !isATIS || byte & 1 == 0 {
        try events.add(
          bytes.little16(place + 1), sensor.height - 1 - bytes.little16(place + 3),
          isOn: byte >> (isATIS ? 1 : 0) & 1 == 1, microseconds: time, at: place)
      }
      place += 5
    }
    return try events.recording()
  }

  private static func truncated(_ count: Int) -> DataError {
    DataError(
      .truncated, "The file ends after \(count) bytes inside its header or an event.",
      fix: "get a fresh copy of the file")
  }
}
