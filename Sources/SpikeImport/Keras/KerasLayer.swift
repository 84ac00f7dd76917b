import SpikeContainers
import SpikeDiagnostics
import SpikeGraph

/// One layer of a model: a class with a configuration and weights, and what it reads.
struct KerasLayer {
  var name: String
  var className: String
  /// The field `config`.
  fileprivate var config: JSONValue
  /// Where its weights lie; nil where the file has none for it.
  var weights: KerasWeights?

  init(name: String, className: String, config: JSONValue, weights: KerasWeights?) {
    self.name = name
    self.className = className
    self.config = config
    self.weights = weights
  }

  /// Where errors of this layer are.
  var location: Location { Location(node: name, operator: className) }

  func error(_ code: KerasErrorCode, _ message: String, fix: String) -> KerasError {
    KerasError(code, message, at: location, fix: fix)
  }
}

// The only access to fields: errors name the layer and the field.
extension KerasLayer {
  /// A field as it stands; nil where it is left out or null.
  func field(_ name: String) -> JSONValue? {
    let value = config[name]
    return value == .null ? nil : value
  }

  func flag(_ name: String, default value: Bool) throws(KerasError) -> Bool {
    switch field(name) {
    case nil: return value
    case .bool(let found)?: return found
    default: throw wrong(name, "true or false")
    }
  }

  func text(_ name: String, default value: String) throws(KerasError) -> String {
    switch field(name) {
    case nil: return value
    case .text(let found)?: return found
    default: throw wrong(name, "a text")
    }
  }

  /// A real number; nil where it is left out.
  func number(_ name: String) throws(KerasError) -> Float? {
    switch field(name) {
    case nil: return nil
    case .integer(let found)?: return Float(found)
    case .number(let found)? where Float(found).isFinite: return Float(found)
    default: throw wrong(name, "a number")
    }
  }

  func integer(_ name: String, default value: Int, in range: ClosedRange<Int>) throws(KerasError)
    -> Int
  {
    switch field(name) {
    case nil: return value
    case .integer(let found)? where range.contains(found): return found
    default: throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
  }

  /// Whole numbers; one counts for all of so many axes.
  func integers(
    _ name: String, axes: Int? = nil, default value: [Int]? = nil, in range: ClosedRange<Int>
  ) throws(KerasError) -> [Int] {
    guard let found = field(name) else {
      if let value { return value }
      throw error(
        .missingField, "\(className) needs the field '\(name)', which is not there.",
        fix: "save the model again")
    }
    var numbers: [Int] = []
    for element in found.elements ?? [found] {
      guard case .integer(let number) = element, range.contains(number) else {
        throw wrong(name, "whole numbers from \(range.lowerBound) to \(range.upperBound)")
      }
      numbers.append(number)
    }
    if let axes, numbers.count == 1 { return Array(repeating: numbers[0], count: axes) }
    guard numbers.count == axes ?? numbers.count else { throw wrong(name, "\(axes ?? 0) numbers") }
    return numbers
  }

  func wrong(_ name: String, _ allowed: String) -> KerasError {
    error(
      .invalidField, "The field '\(name)' is not what it must be: \(allowed).",
      fix: "save the model again")
  }

  /// Refuses channels first, which the CPU kernels of TensorFlow do not have either.
  func checkChannelsLast() throws(KerasError) {
    let format = try text("data_format", default: "channels_last")
    guard format == "channels_last" else {
      throw error(
        .unsupportedUse, "The data format is '\(format.prefix(32))'; allowed is 'channels_last'.",
        fix: "build the model with data_format='channels_last'")
    }
  }
}
