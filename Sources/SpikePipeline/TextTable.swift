/// A table of aligned columns for people: the first column left, the others right.
struct TextTable {
  private var rows: [[String]] = []

  init(_ header: String...) { rows.append(header) }

  mutating func add(_ cells: String...) { rows.append(cells) }

  /// The lines of the table, header underlined.
  var text: String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    var lines = rows.map { row in
      row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + padding : padding + cell
      }.joined(separator: "  ")
    }
    let width = widths.reduce(0, +) + 2 * max(0, columns - 1)
    lines.insert(String(repeating: "-", count: width), at: 1)
    return lines.map { trimmed($0) }.joined(separator: "\n")
  }

  private func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }
}

/// Numbers for people.
enum Figure {
  /// 0.9234 as `92.34 %`.
  static func percent(_ share: Double) -> String { decimal(share * 100, places: 2) + " %" }

  /// 1234567 as `1,234,567`.
  static func grouped(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// A fixed number of decimal places, rounded half away from zero.
  static func decimal(_ value: Double, places: Int) -> String {
    guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = Int((value.magnitude * scale).rounded())
    let whole = scaled / Int(scale)
    let rest = String(scaled % Int(scale))
    let sign = value < 0 && scaled != 0 ? "-" : ""
    guard places > 0 else { return "\(sign)\(whole)" }
    return "\(sign)\(whole)." + String(repeating: "0", count: places - rest.count) + rest
  }
}
