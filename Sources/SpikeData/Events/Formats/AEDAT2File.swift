import SpikeDiagnostics

/// A recording of jAER, AEDAT 2.0 (`.aedat`): an address and a time of 32 bits each, big-endian.
///
/// Addresses of a DVS128: bit 0 is 0 where it became brighter, bits 7 to 1 are the column from the
/// right, 14 to 8 the row from the bottom; addresses above 15 bits are no events of pixels. Those of
/// DAVIS cameras: bit 31 marks samples of images and motion, bit 10 external signals; bit 11 is set
/// where it became brighter, bits 21 to 12 are the column from the right, 30 to 22 the row from the
/// bottom (iniVation, "AEDAT 2.0"; jAER, the extractors of `DVS128` and `DavisBaseCamera`). Columns and
/// rows count from the left and top here. Times are microseconds of 32 bits; what is no event of a pixel
/// is passed over.
enum AEDAT2File {
  private static let kind = "a recording in AEDAT 2.0"

  /// Whether bytes are such a file.
  static func recognises(_ bytes: [UInt8]) -> Bool { bytes.begin(with: "#!AER-DAT2.0") }

  /// Reads the bytes of a file.
  static func recording(
    _ bytes: [UInt8], _ given: SensorSize?
  ) throws(DataError) -> EventRecording {
    let header = try AEDATHeader(bytes)
    guard let sensor = given ?? header.camera?.size else { throw SensorSize.missing(kind) }
    // With bit 15 free, DVS128 is the only camera whose addresses have 15 bits.
    let isDVS128 = sensor == SensorSize(known: 128, 128) && header.camera?.name != "davis128"
    guard (bytes.count - header.end) % 8 == 0 else {
      throw DataError(
        .truncated, "\(bytes.count - header.end) bytes follow the header; an event has 8.",
        fix: "get a fresh copy of the file")
    }
    var events = EventCollector(sensor, of: kind, expected: (bytes.count - header.end) / 8)
    for start in stride(from: header.end, to: bytes.count, by: 8) {
      let address = bytes.big32(start)
      let time = bytes.big32(start + 4)
      if isDVS128 {
        guard address <= 0x7FFF else { continue }
        try events.add(
          sensor.width - 1 - (address >> 1 & 0x7F), sensor.height - 1 - (address >> 8 & 0x7F),
          isOn: address & 1 == 0, microseconds: time, at: start)
      } else {
        guard address >> 31 == 0, address >> 10 & 1 == 0 else { continue }
        try events.add(
          sensor.width - 1 - (address >> 12 & 0x3FF),
          sensor.height - 1 - (address >> 22 & 0x1FF),
          isOn: address >> 11 & 1 == 1, microseconds: time, at: start)
      }
    }
    return try events.recording()
  }
}
