/// One value of a pickle. Whatever holds other values lies in a ``PickleHeap`` and is named by its
/// place there: lists may hold themselves, and nesting of any depth costs no stack.
package enum PickleValue: Hashable, Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  /// A whole number of more than 64 bits, as it is stored: little-endian, two's complement.
  case wide([UInt8])
  case real(Double)
  case text(String)
  case bytes([UInt8])
  /// A tuple or a list; its items.
  case sequence(Int)
  /// A dictionary; its pairs in their order.
  case dictionary(Int)
  /// A function or class by its full name; it is a name and nothing else.
  case global(String)
  /// What would be the result of a call; nothing was called.
  case call(Int)
  /// Something outside the pickle, by its identifier.
  case persistent(Int)
}

/// The values of a pickle that hold others.
package struct PickleHeap: Sendable {
  /// What would have been called, with what, and what would be the state of the result.
  package struct Call: Sendable {
    package var function: String
    package var arguments: [PickleValue]
    package var state: PickleValue?
  }

  package internal(set) var sequences: [[PickleValue]] = []
  package internal(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  package internal(set) var calls: [Call] = []
  package internal(set) var identifiers: [PickleValue] = []

  /// Items of a tuple or list; nil for other values.
  package func items(_ value: PickleValue) -> [PickleValue]? {
    guard case .sequence(let index) = value else { return nil }
    return sequences[index]
  }

  /// Pairs of a dictionary; nil for other values.
  package func pairs(_ value: PickleValue) -> [(key: PickleValue, value: PickleValue)]? {
    guard case .dictionary(let index) = value else { return nil }
    return dictionaries[index]
  }

  /// A call; nil for other values.
  package func call(_ value: PickleValue) -> Call? {
    guard case .call(let index) = value else { return nil }
    return calls[index]
  }
}
