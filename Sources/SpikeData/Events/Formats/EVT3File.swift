import SpikeDiagnostics

/// A recording in Prophesee's EVT 3.0 (`.raw`): words of 16 bits, little-endian, that change a state.
///
/// Bits 15 to 12 are the type: 0 sets the row (bits 10 to 0), 2 is an event at a column (bits 10 to 0,
/// polarity bit 11), 3 sets the column and polarity of vectors, 4 and 5 are vectors of 12 and 8
/// neighbours, 6 and 8 the low and high 12 bits of the time; 7, 10, 14 and 15 are triggers and words
/// of vendors, which are passed over (Prophesee, "EVT 3.0 Format"). The 24 bits of time run over
/// every 16.8 s, which is counted; new high bits start with low bits of 0.
enum EVT3File {
  private static let kind = "a recording in EVT 3.0"

  /// Reads the bytes of a file.
  static func recording(
    _ bytes: [UInt8], _ given: SensorSize?
  ) throws(DataError) -> EventRecording {
    guard let header = PropheseeHeader(bytes) else { throw PropheseeWords.noHeader(kind) }
    try PropheseeWords.check(bytes.count - header.end, word: 2, kind)
    var events = EventCollector(
      try header.sensor(given, of: kind), of: kind, expected: (bytes.count - header.end) / 2)
    var state = State()
    for start in stride(from: header.end, to: bytes.count, by: 2) {
      let word = bytes.little16(start)
      let value = word & 0xFFF
      switch word >> 12 {
      case 0: state.row = value & 0x7FF
      case 2: try state.add(value & 0x7FF, isOn: value >> 11 == 1, to: &events, at: start)
      case 3: (state.column, state.isOn) = (value & 0x7FF, value >> 11 == 1)
      case 4: try state.addVector(value, count: 12, to: &events, at: start)
      case 5: try state.addVector(value & 0xFF, count: 8, to: &events, at: start)
      case 6: state.low = value
      case 8:
        let high = PropheseeWords.unrolled(value, after: state.high, bits: 12)
        if high != state.high { (state.high, state.low) = (high, 0) }
      case 7, 10, 14, 15: continue
      case let type: throw PropheseeWords.unknown(type, kind, at: start)
      }
    }
    return try events.recording()
  }

  /// What the words before an event have set.
  private struct State {
    var row: Int?
    var column = 0
    var isOn = false
    var high: Int?
    var low = 0

    /// An event, once row and time are known.
    func add(
      _ x: Int, isOn: Bool, to events: inout EventCollector, at offset: Int
    ) throws(DataError) {
      guard let row, let high else { return }
      try events.add(x, row, isOn: isOn, microseconds: high << 12 | low, at: offset)
    }

    /// The events of a vector; the next one starts behind it.
    mutating func addVector(
      _ mask: Int, count: Int, to events: inout EventCollector, at offset: Int
    ) throws(DataError) {
      for index in 0..<count where mask >> index & 1 == 1 {
        try add(column + index, isOn: isOn, to: &events, at: offset)
      }
      column += count
    }
  }
}
