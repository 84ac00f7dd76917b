import SpikeDiagnostics

/// The text in front of the events of a Prophesee file: lines `% keyword value` up to the first other
/// byte or a line `% end` (Prophesee, "RAW File Format" and "DAT File Format").
struct PropheseeHeader {
  /// What the events are.
  enum Format { case evt2, evt3, dat }

  /// Place of the first byte behind the text.
  let end: Int
  private let lines: [String]

  /// Bytes that the text may have.
  private static let limit = 1 << 16

  /// Reads the text; nil where a line does not end.
  init?(_ bytes: [UInt8]) {
    var lines: [String] = []
    var place = 0
    while place < bytes.count, bytes[place] == UInt8(ascii: "%") {
      guard
        let stop = bytes[place..<min(bytes.count, PropheseeHeader.limit)]
          .firstIndex(of: UInt8(ascii: "\n"))
      else { return nil }
      let line = String(decoding: bytes[place + 1..<stop], as: UTF8.self)
      place = stop + 1
      lines.append(line.filter { $0 != "\r" }.drop { $0 == " " }.description)
      if lines.last?.lowercased() == "end" { break }
    }
    guard !lines.isEmpty else { return nil }
    self.lines = lines
    end = place
  }

  /// What the header says that the events are: `evt 2.0`, `format EVT3;…`, or the keyword of DAT.
  static func format(_ bytes: [UInt8]) -> Format? {
    guard let header = PropheseeHeader(bytes) else { return nil }
    if header.value("evt") == "2.0" || header.format == "EVT2" { return .evt2 }
    if header.value("evt") == "3.0" || header.format == "EVT3" { return .evt3 }
    return header.value("data") != nil || header.lines.contains { $0.hasPrefix("Data file") }
      ? .dat : nil
  }

  /// What follows a keyword, without regard to its case; nil where it is not there.
  func value(_ keyword: String) -> String? {
    for line in lines {
      let parts = line.split(separator: " ", maxSplits: 1)
      if parts.first?.lowercased() == keyword, parts.count == 2 {
        return parts[1].trimmed
      }
    }
    return nil
  }

  /// Size of the sensor: as the header says it, as the user does, or that of the camera's generation.
  /// - Throws: `data.unsupported` where nobody does.
  func sensor(_ given: SensorSize?, of kind: String) throws(DataError) -> SensorSize {
    let parts = value("format")?.split(separator: ";").dropFirst() ?? []
    var settings: [String: Int] = [:]
    for part in parts {
      let pair = part.split(separator: "=")
      if pair.count == 2 { settings[pair[0].lowercased()] = Int(pair[1].trimmed) }
    }
    if let width = settings["width"] ?? value("width").flatMap({ Int($0) }),
      let height = settings["height"] ?? value("height").flatMap({ Int($0) }),
      let size = SensorSize(width: width, height: height)
    {
      return size
    }
    if let size = value("geometry").flatMap({ SensorSize($0) }) ?? given { return size }
    let plugin = value("plugin_name")?.lowercased() ?? ""
    for (name, size) in PropheseeHeader.generations where plugin.contains(name) { return size }
    throw SensorSize.missing(kind)
  }

  /// Sensors by the names of camera plugins (Prophesee, "Sensors" of the data sheets).
  private static let generations = [
    ("genx320", SensorSize(known: 320, 320)), ("gen31", SensorSize(known: 640, 480)),
    ("gen3", SensorSize(known: 640, 480)), ("gen4", SensorSize(known: 1280, 720)),
    ("imx636", SensorSize(known: 1280, 720)),
  ]

  private var format: String? {
    value("format")?.split(separator: ";").first.map { $0.trimmed.uppercased() }
  }
}

extension StringProtocol {
  /// Without spaces and tabs at both ends.
  var trimmed: String {
    let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
    var text = drop(while: blank)
    while let last = text.last, blank(last) { text = text.dropLast() }
    return String(text)
  }
}
