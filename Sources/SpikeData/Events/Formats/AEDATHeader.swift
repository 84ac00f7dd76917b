import SpikeDiagnostics

/// The text in front of the events of AEDAT 1 to 3: lines of `#` that end in CR LF.
struct AEDATHeader {
  /// Place of the first byte behind the text.
  let end: Int
  /// The lines without their `#`.
  let lines: [String]

  /// Bytes that the text may have: jAER puts its settings there.
  private static let limit = 1 << 22

  /// - Parameter last: the line that ends the text; where it is nil, the first line without `#` does.
  init(_ bytes: [UInt8], last: String? = nil) throws(DataError) {
    var lines: [String] = []
    var place = 0
    while place < bytes.count, bytes[place] == UInt8(ascii: "#") {
      guard
        let stop = bytes[place..<min(bytes.count, AEDATHeader.limit)]
          .firstIndex(of: UInt8(ascii: "\n"))
      else { break }
      lines.append(String(decoding: bytes[place + 1..<stop], as: UTF8.self).trimmed)
      place = stop + 1
      if let last, lines.last == last { break }
    }
    guard last == nil || lines.last == last else {
      throw DataError(
        .truncated, "The header does not end with '#\(last ?? "")'.",
        fix: "get a fresh copy of the file")
    }
    self.lines = lines
    end = place
  }

  /// The sensor that a line names; the longest name counts.
  var camera: (name: String, size: SensorSize)? {
    for line in lines.map({ $0.lowercased() })
    where line.contains("aechip") || line.hasPrefix("source") {
      if let camera = AEDATHeader.cameras.first(where: { line.contains($0.0) }) { return camera }
    }
    return nil
  }

  /// Columns and rows of cameras by their names (iniVation, data sheets).
  private static let cameras = [
    ("davis240", SensorSize(known: 240, 180)), ("davis346", SensorSize(known: 346, 260)),
    ("davis640", SensorSize(known: 640, 480)), ("davis128", SensorSize(known: 128, 128)),
    ("davis208", SensorSize(known: 208, 192)), ("dvs128", SensorSize(known: 128, 128)),
    ("dvxplorer", SensorSize(known: 640, 480)), ("dvs640", SensorSize(known: 640, 480)),
  ]
}
