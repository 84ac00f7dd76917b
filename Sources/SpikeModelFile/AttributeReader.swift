import SpikeDiagnostics
import SpikeGraph

/// Typed access to the attributes of one node; knows which were asked for, so that none is ignored.
struct AttributeReader {
  private let place: Location
  private var rest: [String: AttributeValue] = [:]

  /// - Throws: `model.invalid-value` if a name occurs twice.
  init(_ node: ModelMessage.Node) throws(ModelFileError) {
    place = Location(node: node.name, operator: node.operator)
    for attribute in node.attributes {
      guard rest.updateValue(attribute.value, forKey: attribute.name) == nil else {
        throw error("The attribute '\(attribute.name)' occurs twice.")
      }
    }
  }

  mutating func float(_ name: String) throws(ModelFileError) -> Float {
    guard case .float(let value) = try take(name) else { throw mistyped(name, "a float") }
    return value
  }

  mutating func integer(_ name: String) throws(ModelFileError) -> Int {
    guard case .integer(let value) = try take(name) else { throw mistyped(name, "an integer") }
    return value
  }

  mutating func flag(_ name: String) throws(ModelFileError) -> Bool {
    let value = try integer(name)
    guard value == 0 || value == 1 else {
      throw error("The attribute '\(name)' is \(value); allowed are 0 and 1.")
    }
    return value == 1
  }

  mutating func text(_ name: String) throws(ModelFileError) -> String {
    guard case .text(let value) = try take(name) else { throw mistyped(name, "a text") }
    return value
  }

  mutating func integers(_ name: String) throws(ModelFileError) -> [Int] {
    guard case .integers(let values) = try take(name) else {
      throw mistyped(name, "a list of integers")
    }
    return values
  }

  /// Whether an attribute is there and was not asked for yet.
  func has(_ name: String) -> Bool { rest[name] != nil }

  /// - Throws: `model.invalid-value` if an attribute was never asked for.
  func finish() throws(ModelFileError) {
    if let name = rest.keys.sorted(by: utf8Order).first {
      throw error("The attribute '\(name)' is not one of the operator.")
    }
  }

  /// An error at this node.
  func error(_ message: String) -> ModelFileError {
    ModelFileError(
      .invalidValue, message, at: place, fix: "write the file again with this version of sfconv")
  }

  private mutating func take(_ name: String) throws(ModelFileError) -> AttributeValue {
    guard let value = rest.removeValue(forKey: name) else {
      throw error("The attribute '\(name)' is missing.")
    }
    return value
  }

  private func mistyped(_ name: String, _ expected: String) -> ModelFileError {
    error("The attribute '\(name)' is not \(expected).")
  }
}
