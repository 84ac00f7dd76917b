import Foundation
import SpikeDiagnostics

/// The list of a folder: `labels.tsv` with tabs or `labels.csv` with commas.
///
/// The first line names the columns: `file`, a path inside the folder, `label`, a number or a name, and
/// `split`, train or test; without that column a line belongs to both.
enum LabelList {
  /// A line.
  struct Line: Hashable {
    var file: String
    var label: String
    /// nil for both.
    var split: String?
  }

  /// Path of the list of a folder; nil where there is none.
  static func path(in folder: String) -> String? {
    ["\(folder)/labels.tsv", "\(folder)/labels.csv"].first(where: DataFile.exists)
  }

  /// The lines of a list.
  /// - Throws: `data.corrupt`, `data.too-large`.
  /// - Complexity: O(bytes).
  static func lines(_ path: String) throws(DataError) -> [Line] {
    let text = String(decoding: try DataFile.bytes(of: path), as: UTF8.self)
    let separator: Character = path.hasSuffix(".csv") ? "," : "\t"
    var found: [Line] = []
    var columns: [String: Int] = [:]
    for (number, line) in text.split(whereSeparator: \.isNewline).enumerated() {
      let fields = line.split(separator: separator, omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      if number == 0 {
        for (index, field) in fields.enumerated() { columns[field] = index }
        continue
      }
      guard number <= 2 * LabelledFolder.limit else {
        throw DataError(
          .tooLarge, "The list has more than \(2 * LabelledFolder.limit) lines.",
          at: Location(file: path), fix: "take a part of them")
      }
      guard let file = columns["file"], let label = columns["label"],
        fields.count > max(file, label, columns["split"] ?? 0), isInside(fields[file]),
        !fields[label].isEmpty
      else {
        throw DataError(
          .corrupt,
          "Line \(number + 1) is '\(line.prefix(80))'; lines have a file of this folder, a label and "
            + "a split under the columns file, label and split, separated by "
            + (separator == "," ? "commas." : "tabs."),
          at: Location(file: path), fix: "write the file again")
      }
      found.append(
        Line(file: fields[file], label: fields[label], split: columns["split"].map { fields[$0] }))
    }
    return found
  }

  /// Whether a path stays inside its folder.
  private static func isInside(_ path: String) -> Bool {
    !path.isEmpty && !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
  }
}
