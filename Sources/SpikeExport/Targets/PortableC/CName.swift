/// Names and comments that a C compiler takes, whatever the network is called.
enum CName {
  /// A prefix for every global name and the name of the files: lower-case letters, digits and
  /// underscores, a letter first, at most 20 characters (C99 promises 31 for external names).
  static func prefix(_ name: String) -> String {
    var text = ""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "a"..."z", "0"..."9": text.unicodeScalars.append(scalar)
      case "A"..."Z": text += String(scalar).lowercased()
      default: if !text.hasSuffix("_") { text += "_" }
      }
    }
    text = String(text.drop { $0 == "_" }.prefix(20))
    while text.hasSuffix("_") { text.removeLast() }
    guard let first = text.first else { return "network" }
    return first.isNumber || taken.contains(text) ? "net_\(text)".prefixed(20) : text
  }

  /// Headers of C and POSIX that a file of the same name would hide, and `main.c`.
  private static let taken: Set<String> = [
    "assert", "complex", "ctype", "errno", "fenv", "float", "inttypes", "iso646", "limits",
    "locale", "main", "malloc", "math", "memory", "net", "setjmp", "signal", "stdalign",
    "stdarg", "stdatomic", "stdbool", "stddef", "stdint", "stdio", "stdlib", "string", "strings",
    "tgmath", "threads", "time", "uchar", "unistd", "wchar", "wctype",
  ]

  /// A name inside a comment: printable ASCII that cannot end the comment or begin a trigraph.
  static func comment(_ name: String) -> String {
    let kept = name.unicodeScalars.prefix(80).map { scalar -> Character in
      let isPlain = (" "..."~").contains(scalar) && !"*/?\\".unicodeScalars.contains(scalar)
      return isPlain ? Character(scalar) : "-"
    }
    return String(kept)
  }
}

extension String {
  fileprivate func prefixed(_ length: Int) -> String { String(prefix(length)) }
}
