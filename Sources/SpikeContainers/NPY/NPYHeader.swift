import SpikeDiagnostics

/// The header of a `.npy` file: a Python dictionary of three known keys.
///
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (60000, 28, 28), }`. Read by a parser for just
/// that, so that nothing else in the text can have an effect.
struct NPYHeader {
  var type = ""
  var isFortranOrder = false
  var shape: [Int] = []

  private var text: Substring

  init(_ text: String) throws(NPYError) {
    self.text = Substring(text)
    var missing: Set = ["descr", "fortran_order", "shape"]
    try expect("{")
    while !accept("}") {
      let key = try quoted()
      try expect(":")
      switch key {
      case "descr": type = try quoted()
      case "fortran_order": isFortranOrder = try boolean()
      case "shape": shape = try tuple()
      default: throw bad("has an unknown key '\(key)'")
      }
      guard missing.remove(key) != nil else { throw bad("has '\(key)' twice") }
      if !accept(",") {
        try expect("}")
        break
      }
    }
    guard missing.isEmpty else { throw bad("lacks '\(missing.sorted()[0])'") }
  }

  private mutating func skipSpace() {
    text = text.drop { $0 == " " || $0 == "\n" || $0 == "\t" || $0 == "\r" }
  }

  private mutating func accept(_ token: String) -> Bool {
    skipSpace()
    guard text.hasPrefix(token) else { return false }
    text = text.dropFirst(token.count)
    return true
  }

  private mutating func expect(_ token: String) throws(NPYError) {
    guard accept(token) else { throw bad("has no '\(token)' where one must stand") }
  }

  private mutating func quoted() throws(NPYError) -> String {
    guard let quote = accept("'") ? "'" : accept("\"") ? "\"" : nil else {
      throw bad(
        "describes a structured or object type; arrays of numbers are read")
    }
    let content = text.prefix { String($0) != quote }
    text = text.dropFirst(content.count)
    try expect(quote)
    return String(content)
  }

  private mutating func boolean() throws(NPYError) -> Bool {
    if accept("True") { return true }
    guard accept("False") else { throw bad("has a 'fortran_order' that is neither True nor False") }
    return false
  }

  private mutating func tuple() throws(NPYError) -> [Int] {
    var sizes: [Int] = []
    try expect("(")
    while !accept(")") {
      skipSpace()
      let digits = text.prefix { $0.isASCII && $0.isNumber }
      guard let size = Int(digits), sizes.count < 32 else { throw bad("has a malformed shape") }
      text = text.dropFirst(digits.count)
      sizes.append(size)
      if !accept(",") {
        try expect(")")
        break
      }
    }
    return sizes
  }

  private func bad(_ what: String) -> NPYError {
    NPYError(
      .badHeader, "The header of the array \(what).", fix: "write it with numpy.save or numpy.savez"
    )
  }
}
