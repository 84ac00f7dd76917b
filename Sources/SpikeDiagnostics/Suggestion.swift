/// "Did you mean …": the nearest known name to a mistyped one.
public enum Suggestion {
  /// The candidate with the smallest edit distance to `name`, if it is near enough to be meant.
  ///
  /// Near enough is a distance of at most 3 and at most half of the name's length.
  /// - Complexity: O(candidates · length²).
  public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    let lowered = name.lowercased()
    let best = candidates.map { ($0, editDistance(lowered, $0.lowercased())) }
      .min { ($0.1, $0.0) < ($1.1, $1.0) }
    guard let (candidate, distance) = best, distance <= 3, distance * 2 <= name.count else {
      return nil
    }
    return candidate
  }

  /// Levenshtein distance between two strings, in characters.
  public static func editDistance(_ first: String, _ second: String) -> Int {
    let columns = Array(second)
    var previous = Array(0...columns.count)
    for (row, character) in first.enumerated() {
      var current = [row + 1]
      for column in columns.indices {
        let substitution = previous[column] + (character == columns[column] ? 0 : 1)
        current.append(min(substitution, previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[columns.count]
  }
}
