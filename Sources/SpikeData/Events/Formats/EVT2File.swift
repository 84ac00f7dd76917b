import SpikeDiagnostics

/// A recording in Prophesee's EVT 2.0 (`.raw`): words of 32 bits, little-endian.
///
/// Bits 31 to 28 are the type: 0 darker and 1 brighter (bits 27 to 22 are the low bits of the time, 21
/// to 11 the column, 10 to 0 the row), 8 the 28 high bits of the time; 10 triggers, 14 and 15 words of
/// vendors, which are passed over (Prophesee, "EVT 2.0 Format"). The 34 bits of time run over after
/// 4.8 hours, which is counted.
enum EVT2File {
  private static let kind = "a recording in EVT 2.0"

  /// Reads the bytes of a file.
  static func recording(
    _ bytes: [UInt8], _ given: SensorSize?
  ) throws(DataError) -> EventRecording {
    guard let header = PropheseeHeader(bytes) else { throw PropheseeWords.noHeader(kind) }
    try PropheseeWords.check(bytes.count - header.end, word: 4, kind)
    var events = EventCollector(
      try header.sensor(given, of: kind), of: kind, expected: (bytes.count - header.end) / 4)
    var high: Int?
    for start in stride(from: header.end, to: bytes.count, by: 4) {
      let word = bytes.little32(start)
      switch word >> 28 {
      case 0, 1:
        // What comes before the first high bits has no time.
        guard let high else { continue }
        try events.add(
          word >> 11 & 0x7FF, word & 0x7FF, isOn: word >> 28 == 1,
          microseconds: high << 6 | word >> 22 & 0x3F, at: start)
      case 8: high = PropheseeWords.unrolled(word & 0xFFF_FFFF, after: high, bits: 28)
      case 10, 14, 15: continue
      case let type: throw PropheseeWords.unknown(type, kind, at: start)
      }
    }
    return try events.recording()
  }
}

/// What the two encodings of words share.
enum PropheseeWords {
  /// High bits of a clock that may have run over: a number that is half of the range below the last
  /// one starts the next round.
  static func unrolled(_ value: Int, after last: Int?, bits: Int) -> Int {
    guard let last else { return value }
    let rounds = last >> bits
    let fell = last - rounds << bits >= value + 1 << (bits - 1)
    return (rounds + (fell ? 1 : 0)) << bits | value
  }

  /// Proves that the events are whole words.
  static func check(_ count: Int, word: Int, _ kind: String) throws(DataError) {
    guard count % word == 0 else {
      throw DataError(
        .truncated, "\(count) bytes follow the header; a word has \(word).",
        fix: "check that this is \(kind), and get a fresh copy of it")
    }
  }

  static func noHeader(_ kind: String) -> DataError {
    DataError(
      .badMagic, "The file does not start with lines of '%'.",
      fix: "check that this is \(kind), and get a fresh copy of it")
  }

  static func unknown(_ type: Int, _ kind: String, at offset: Int) -> DataError {
    DataError(
      .corrupt, "A word of type \(type), which the format does not have.",
      at: Location(byteOffset: offset),
      fix: "check that this is \(kind), and get a fresh copy of it")
  }
}
