import ArgumentParser

/// Lists of numbers on the command line: `1,28,28`.
enum Numbers {
  static func integers(_ text: String, option: String) throws -> [Int] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let number = Int(part), number > 0 else {
        throw ValidationError("\(option) is '\(text)'; allowed: positive whole numbers, as 1,28,28")
      }
      return number
    }
  }

  static func floats(_ text: String, option: String) throws -> [Float] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let number = Float(part), number.isFinite else {
        throw ValidationError("\(option) is '\(text)'; allowed: numbers, as 0.5 or 0.5,0.4,0.6")
      }
      return number
    }
  }
}
