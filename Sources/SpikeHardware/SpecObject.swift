import SpikeDiagnostics

/// One JSON object of a spec with its path; every access names the key in its error.
struct SpecObject: Sendable {
  let members: [String: JSONValue]
  let path: String
  let file: String

  init(_ value: JSONValue, path: String, file: String) throws(HardwareSpecError) {
    guard case .object(let members) = value else {
      throw HardwareSpecError(
        .wrongType, "'\(path)' is \(value.kind); it must be an object.",
        at: Location(file: file, node: path), fix: "see Schemas/hardware/hardware-spec.schema.json")
    }
    self.members = members
    self.path = path
    self.file = file
  }

  /// Refuses keys outside `known`: a mistyped limit must not look like an unknown one.
  func allow(_ known: [String]) throws(HardwareSpecError) {
    for key in members.keys.sorted() where !known.contains(key) {
      let near = Suggestion.nearest(to: key, among: known)
      throw HardwareSpecError(
        .unknownKey, "'\(name(key))' is not a key of a hardware spec.",
        at: Location(file: file, node: path.isEmpty ? nil : path),
        fix: near.map { "did you mean '\($0)'?" }
          ?? "allowed here: \(known.sorted().joined(separator: ", "))")
    }
  }

  func object(_ key: String) throws(HardwareSpecError) -> SpecObject? {
    guard let value = members[key] else { return nil }
    return try SpecObject(value, path: name(key), file: file)
  }

  func objects(_ key: String) throws(HardwareSpecError) -> [SpecObject] {
    guard let value = members[key] else { return [] }
    guard case .array(let items) = value else { throw wrong(key, value, "a list of objects") }
    var result: [SpecObject] = []
    for (index, item) in items.enumerated() {
      result.append(try SpecObject(item, path: "\(name(key))[\(index)]", file: file))
    }
    return result
  }

  func text(_ key: String) throws(HardwareSpecError) -> String? {
    guard let value = members[key] else { return nil }
    guard case .string(let text) = value else { throw wrong(key, value, "a text") }
    return text
  }

  func texts(_ key: String) throws(HardwareSpecError) -> [String]? {
    guard let value = members[key] else { return nil }
    guard case .array(let items) = value else { throw wrong(key, value, "a list of texts") }
    var result: [String] = []
    for item in items {
      guard case .string(let text) = item else { throw wrong(key, item, "a text") }
      result.append(text)
    }
    return result
  }

  func integers(_ key: String) throws(HardwareSpecError) -> [Int]? {
    guard let value = members[key] else { return nil }
    guard case .array(let items) = value else { throw wrong(key, value, "a list of integers") }
    var result: [Int] = []
    for item in items {
      guard case .integer(let number) = item else { throw wrong(key, item, "an integer") }
      result.append(number)
    }
    return result
  }

  func integer(_ key: String) throws(HardwareSpecError) -> Int? {
    guard let value = members[key] else { return nil }
    guard case .integer(let number) = value else { throw wrong(key, value, "an integer") }
    return number
  }

  func boolean(_ key: String) throws(HardwareSpecError) -> Bool? {
    guard let value = members[key] else { return nil }
    guard case .boolean(let flag) = value else { throw wrong(key, value, "true or false") }
    return flag
  }

  func number(_ key: String) throws(HardwareSpecError) -> Double? {
    switch members[key] {
    case nil: return nil
    case .integer(let number): return Double(number)
    case .number(let number): return number
    case .some(let value): throw wrong(key, value, "a number")
    }
  }

  func required<Value>(_ key: String, _ value: Value?) throws(HardwareSpecError) -> Value {
    if let value { return value }
    throw HardwareSpecError(
      .missingKey, "'\(name(key))' is missing.", at: Location(file: file, node: path),
      fix: "add it; see Schemas/hardware/hardware-spec.schema.json")
  }

  func invalid(_ key: String, _ found: String, allowed: String) -> HardwareSpecError {
    HardwareSpecError(
      .invalidValue, "'\(name(key))' is \(found); allowed: \(allowed).",
      at: Location(file: file, node: path), fix: "change the value")
  }

  func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  private func wrong(_ key: String, _ value: JSONValue, _ expected: String) -> HardwareSpecError {
    HardwareSpecError(
      .wrongType, "'\(name(key))' is \(value.kind); it must be \(expected).",
      at: Location(file: file, node: path), fix: "change the value")
  }
}
