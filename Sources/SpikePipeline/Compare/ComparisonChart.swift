/// A table of accuracies as a line chart in SVG 1.1: columns from left to right, a line a row,
/// whiskers of one standard deviation.
struct ComparisonChart {
  let table: ComparisonTable
  /// Share of correct samples at full precision, drawn as a dashed line.
  let reference: Double?

  private static let width = 760.0
  private static let height = 420.0
  private static let left = 60.0
  private static let right = 220.0
  private static let top = 40.0
  private static let bottom = 50.0
  /// Eight hues that readers with colour blindness can tell apart (Okabe and Ito 2008), then again.
  private static let colours = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999",
  ]

  private struct Point {
    var column: Int
    var mean: Double
    var deviation: Double
  }

  /// The chart; nil where nothing has been run.
  var svg: String? {
    let lines = table.table.rows.map { row in
      table.table.columns.enumerated().compactMap { index, column -> Point? in
        let figures = table.figures(row, column, \.accuracy)
        return figures.mean.map {
          Point(column: index, mean: $0 * 100, deviation: (figures.deviation ?? 0) * 100)
        }
      }
    }
    let means = lines.joined().map(\.mean) + (reference.map { [$0 * 100] } ?? [])
    guard let low = means.min(), let high = means.max(), lines.contains(where: { !$0.isEmpty })
    else { return nil }
    // A cell far below the rest would flatten all others: the axis starts 12 points below the best.
    let floor = max(low, high - 12).rounded(.down)
    let ceiling = max(high.rounded(.up), floor + 1)
    var parts = [header]
    parts += axis(floor, ceiling)
    if let reference {
      let y = y(reference * 100, floor, ceiling)
      parts.append(
        "<line x1=\"\(n(Self.left))\" y1=\"\(n(y))\" x2=\"\(n(Self.width - Self.right))\" "
          + "y2=\"\(n(y))\" stroke=\"#666\" stroke-dasharray=\"6 4\"/>")
      parts.append(text(Self.width - Self.right + 8, y + 4, "full precision"))
    }
    for (index, line) in lines.enumerated() where !line.isEmpty {
      parts += draw(line, index, floor, ceiling)
    }
    return (parts + ["</svg>", ""]).joined(separator: "\n")
  }

  private var header: String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"760\" height=\"420\" "
      + "viewBox=\"0 0 760 420\" font-family=\"sans-serif\" font-size=\"12\">\n"
      + "<rect width=\"760\" height=\"420\" fill=\"white\"/>\n"
      + text(Self.left, 22, table.table.title)
  }

  private func axis(_ floor: Double, _ ceiling: Double) -> [String] {
    var parts: [String] = []
    let step = ceiling - floor > 6 ? 2.0 : 1.0
    var value = floor
    while value <= ceiling {
      let y = y(value, floor, ceiling)
      parts.append(
        "<line x1=\"\(n(Self.left))\" y1=\"\(n(y))\" x2=\"\(n(Self.width - Self.right))\" "
          + "y2=\"\(n(y))\" stroke=\"#ddd\"/>")
      parts.append(text(Self.left - 44, y + 4, "\(Int(value)) %"))
      value += step
    }
    for (index, column) in table.table.columns.enumerated() {
      parts.append(text(x(index) - 16, Self.height - Self.bottom + 22, column.label))
    }
    return parts
  }

  private func draw(
    _ line: [Point], _ index: Int, _ floor: Double, _ ceiling: Double
  ) -> [String] {
    let colour = Self.colours[index % Self.colours.count]
    let shown = line.filter { $0.mean >= floor }
    let path = shown.map { "\(n(x($0.column))),\(n(y($0.mean, floor, ceiling)))" }
    var parts = [
      "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.5\" "
        + "points=\"\(path.joined(separator: " "))\"/>"
    ]
    for point in shown {
      let x = x(point.column)
      parts.append(
        "<circle cx=\"\(n(x))\" cy=\"\(n(y(point.mean, floor, ceiling)))\" r=\"3\" fill=\"\(colour)\"/>"
      )
      if point.deviation > 0 {
        parts.append(
          "<line x1=\"\(n(x))\" y1=\"\(n(y(point.mean - point.deviation, floor, ceiling)))\" "
            + "x2=\"\(n(x))\" y2=\"\(n(y(point.mean + point.deviation, floor, ceiling)))\" "
            + "stroke=\"\(colour)\"/>")
      }
    }
    let row = Self.top + 14 + 18 * Double(index)
    parts.append(
      "<rect x=\"\(n(Self.width - Self.right + 30))\" y=\"\(n(row + 14))\" width=\"12\" height=\"4\" "
        + "fill=\"\(colour)\"/>")
    let suffix = shown.count < line.count ? " (partly below)" : ""
    parts.append(
      text(Self.width - Self.right + 48, row + 20, table.table.rows[index].label + suffix))
    return parts
  }

  private func x(_ column: Int) -> Double {
    let span = Self.width - Self.left - Self.right
    return Self.left + span * (Double(column) + 0.5) / Double(table.table.columns.count)
  }

  private func y(_ value: Double, _ floor: Double, _ ceiling: Double) -> Double {
    let span = Self.height - Self.top - Self.bottom
    let kept = max(floor, min(ceiling, value))
    return Self.top + span * (ceiling - kept) / (ceiling - floor)
  }

  private func text(_ x: Double, _ y: Double, _ words: String) -> String {
    let safe = words.map { character in
      switch character {
      case "<": "&lt;"
      case ">": "&gt;"
      case "&": "&amp;"
      default: String(character)
      }
    }.joined()
    return "<text x=\"\(n(x))\" y=\"\(n(y))\">\(safe)</text>"
  }

  private func n(_ value: Double) -> String { Figure.decimal(value, places: 1) }
}
