/// The streams that the XML text of an AEDAT 4 file describes.
///
/// `outInfo` has a node for each stream, its number by name, with an attribute `typeIdentifier` and a
/// node `info` with `sizeX` and `sizeY`. The text is walked by its tags; everything else is passed over.
struct AEDAT4Streams {
  /// Streams of events, by number.
  private(set) var events: [(number: Int, sensor: SensorSize?)] = []

  /// Reads the text.
  /// - Complexity: O(characters).
  init(_ text: String) {
    var path: [Substring] = []
    var values: [Int: [String: String]] = [:]
    for piece in text.split(separator: "<").prefix(1 << 16) {
      guard let close = piece.firstIndex(of: ">") else { continue }
      let tag = piece[..<close]
      if tag.hasPrefix("/node") {
        if !path.isEmpty { path.removeLast() }
      } else if tag.hasPrefix("node") {
        if !tag.hasSuffix("/") { path.append(AEDAT4Streams.attribute("name", of: tag)) }
      } else if tag.hasPrefix("attr"), path.count >= 2, path[0] == "outInfo",
        let number = Int(path[1]), path.count == 2 || (path.count == 3 && path[2] == "info")
      {
        let key = String(AEDAT4Streams.attribute("key", of: tag))
        values[number, default: [:]][key] = String(piece[piece.index(after: close)...].prefix(64))
      }
    }
    for (number, found) in values.sorted(by: { $0.key < $1.key })
    where found["typeIdentifier"] == "EVTS" && number >= 0 {
      let (width, height) = (Int(found["sizeX"] ?? ""), Int(found["sizeY"] ?? ""))
      events.append(
        (number, width.flatMap { w in height.flatMap { SensorSize(width: w, height: $0) } }))
    }
  }

  /// The value of `name="…"`; empty where it is not there.
  private static func attribute(_ name: String, of tag: Substring) -> Substring {
    let parts = tag.split(separator: "\"", omittingEmptySubsequences: false)
    for index in stride(from: 0, to: parts.count - 1, by: 2)
    where parts[index].trimmed.hasSuffix("\(name)=") {
      return parts[index + 1]
    }
    return ""
  }
}
