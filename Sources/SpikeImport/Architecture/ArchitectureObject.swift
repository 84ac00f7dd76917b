import SpikeDiagnostics
import SpikeGraph

/// An object of an architecture with its JSON path: the only access to its members.
struct ArchitectureObject {
  /// JSON path, for example `layers[3]`; empty for the whole file.
  let path: String
  /// Layer that it describes, where it describes one.
  var layer = Location.unknown
  private let members: [String: JSONValue]

  /// - Throws: `architecture.invalid-value` where the value is no object.
  init(_ value: JSONValue, path: String) throws(ArchitectureError) {
    guard case .object(let members) = value else {
      throw ArchitectureError(
        .invalidValue,
        "\(path.isEmpty ? "The file" : path) is \(value.kind); allowed is an object.",
        fix: "write {…}")
    }
    self.path = path
    self.members = members
  }

  /// JSON path of a member.
  func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// Whether the member is there.
  func has(_ key: String) -> Bool { members[key] != nil }

  /// The member, whatever it is.
  subscript(key: String) -> JSONValue? { members[key] }

  /// Errors of all keys that are not among `known`.
  func unknownKeys(_ known: Set<String>) -> [ArchitectureError] {
    members.keys.filter { !known.contains($0) }.sorted().map { key in
      let nearest = Suggestion.nearest(to: key, among: known.sorted())
      return error(
        .unknownKey, key, "is unknown; allowed are \(known.sorted().joined(separator: ", ")).",
        fix: nearest.map { "did you mean '\($0)'?" } ?? "leave it out")
    }
  }

  /// An error at a member.
  func error(
    _ code: ArchitectureErrorCode, _ key: String, _ message: String, fix: String
  ) -> ArchitectureError {
    ArchitectureError(code, "\(path(of: key).prefix(200)) \(message)", at: layer, fix: fix)
  }

  /// The error for a value that is not what it should be.
  func invalid(_ key: String, allowed: String) -> ArchitectureError {
    error(
      .invalidValue, key, "is \(members[key]?.kind ?? "missing"); allowed \(allowed).",
      fix: "see Schemas/architecture/architecture.schema.json")
  }

  /// A member that must be there.
  func required(_ key: String) throws(ArchitectureError) -> JSONValue {
    guard let value = members[key] else {
      throw error(.missingKey, key, "is missing.", fix: "add the key '\(key)'")
    }
    return value
  }

  /// A text; nil where the key is not there.
  func text(_ key: String) throws(ArchitectureError) -> String? {
    guard let value = members[key] else { return nil }
    guard let text = value.string, !text.isEmpty, text.utf8.count <= 512 else {
      throw invalid(key, allowed: "is a text of 1 to 512 bytes")
    }
    return text
  }

  /// true or false.
  func flag(_ key: String, default value: Bool) throws(ArchitectureError) -> Bool {
    switch members[key] {
    case nil: return value
    case .bool(let found): return found
    default: throw invalid(key, allowed: "are true and false")
    }
  }

  /// A finite number of a range; nil where the key is not there.
  func number(
    _ key: String, _ range: ClosedRange<Double>, _ allowed: String
  ) throws(ArchitectureError) -> Double? {
    guard let value = members[key] else { return nil }
    guard let number = value.double, range.contains(number) else {
      throw invalid(key, allowed: allowed)
    }
    return number
  }

  /// A whole number of a range; nil where the key is not there.
  func integer(_ key: String, _ range: ClosedRange<Int>) throws(ArchitectureError) -> Int? {
    guard let value = members[key] else { return nil }
    guard case .integer(let number) = value, range.contains(number) else {
      throw invalid(
        key, allowed: "are whole numbers from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// One whole number for each axis; a single one counts for all.
  func integers(
    _ key: String, axes: Int, _ range: ClosedRange<Int>
  ) throws(ArchitectureError) -> [Int]? {
    guard let value = members[key] else { return nil }
    let found = value.elements ?? [value]
    let numbers = found.compactMap { element -> Int? in
      if case .integer(let number) = element, range.contains(number) { number } else { nil }
    }
    if numbers.count == found.count, numbers.count == axes || value.elements == nil {
      return numbers.count == axes ? numbers : Array(repeating: numbers[0], count: axes)
    }
    throw invalid(
      key,
      allowed: "are 1 or \(axes) whole numbers from \(range.lowerBound) to \(range.upperBound)")
  }

  /// A text that names one of several choices; nil where the key is not there.
  func choice(_ key: String, _ choices: [String]) throws(ArchitectureError) -> String? {
    guard let value = members[key] else { return nil }
    guard let text = value.string, choices.contains(text) else {
      throw invalid(key, allowed: "are \(choices.map { "'\($0)'" }.joined(separator: ", "))")
    }
    return text
  }

  /// A list of names; nil where the key is not there.
  func names(_ key: String, _ count: ClosedRange<Int>) throws(ArchitectureError) -> [String]? {
    guard let value = members[key] else { return nil }
    let names = value.elements?.compactMap(\.string) ?? []
    guard let elements = value.elements, names.count == elements.count, count.contains(names.count)
    else {
      throw invalid(key, allowed: "are \(count.lowerBound) to \(count.upperBound) names in a list")
    }
    return names
  }
}

extension JSONValue {
  /// What this is, in a sentence.
  fileprivate var kind: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let text): "'\(text.prefix(64))'"
    case .list(let elements): "a list of \(elements.count)"
    case .object: "an object"
    }
  }

  /// The number, whole or not.
  fileprivate var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
