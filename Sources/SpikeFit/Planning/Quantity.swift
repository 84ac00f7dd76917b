/// Numbers with nouns, for messages.
enum Quantity {
  /// "3 cores", "1 core", "1 neuron that reads the input".
  /// - Parameter nouns: What is counted, in the plural; the head is the first word with a plural s.
  static func text(_ count: Int, _ nouns: String) -> String {
    guard count == 1 else { return "\(count) \(nouns)" }
    var words = nouns.split(separator: " ").map(String.init)
    if let head = words.firstIndex(where: { $0.hasSuffix("s") }) {
      // addresses, classes: the plural took two letters.
      words[head].removeLast(words[head].hasSuffix("sses") ? 2 : 1)
      if head + 2 < words.count, words[head + 1] == "that" { words[head + 2] += "s" }
    }
    return "1 \(words.joined(separator: " "))"
  }
}
