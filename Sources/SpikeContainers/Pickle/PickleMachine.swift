import SpikeBytes
import SpikeDiagnostics

/// Reads the data of a pickle and executes none of it.
///
/// A pickle is a program for a stack machine (Python's `pickletools` documents the instructions). Those
/// that build numbers, texts, lists, tuples and dictionaries are carried out. Names of functions and
/// classes must be allowed by the caller and stay names; a call becomes a record of what would have
/// been called. Protocols 2 to 5; of the others what they share with these.
///
/// Every instruction takes at least one byte and adds at most one value, so that work and memory are
/// bounded by the size of the pickle.
package struct PickleMachine {
  private var input: PickleInput
  private let isAllowed: @Sendable (String) -> Bool
  private var heap = PickleHeap()
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var copiedPairs = 0

  /// What a pickle holds.
  package struct Result: Sendable {
    package let value: PickleValue
    package let heap: PickleHeap
    /// First byte behind the pickle.
    package let end: Int
  }

  /// Reads the pickle that begins at `start`; what follows it is not looked at.
  /// - Parameters:
  ///   - isAllowed: whether a function or class, by its full name, stands for data.
  /// - Throws: every `pickle.…` code.
  /// - Complexity: O(bytes).
  package static func read(
    _ bytes: [UInt8], from start: Int = 0, isAllowed: @escaping @Sendable (String) -> Bool
  ) throws(PickleError) -> Result {
    var machine = PickleMachine(
      input: PickleInput(bytes, from: start), isAllowed: isAllowed)
    while try machine.step() {}
    guard machine.stack.count == 1, machine.marks.isEmpty, let value = machine.stack.last else {
      throw machine.corrupt("ends with \(machine.stack.count) values where 1 must be left")
    }
    return Result(value: value, heap: machine.heap, end: machine.input.position)
  }

  private init(input: PickleInput, isAllowed: @escaping @Sendable (String) -> Bool) {
    self.input = input
    self.isAllowed = isAllowed
  }

  /// One instruction.
  /// - Returns: false at the end.
  private mutating func step() throws(PickleError) -> Bool {
    let place = input.place
    let code = try input.byte()
    switch Character(Unicode.Scalar(code)) {
    case ".": return false
    case "(": marks.append(stack.count)
    case "0": _ = try pop()
    case "1": _ = try popMark()
    case "2": stack.append(try top())
    case "]", ")": push([])
    case "}": pushDictionary([])
    case "l", "t": push(try popMark())
    case "d": pushDictionary(try pairs(try popMark()))
    case "a": try extend(with: [pop()])
    case "e": try extend(with: popMark())
    case "s":
      let value = try pop()
      try insert([(try pop(), value)])
    case "u": try insert(try pairs(try popMark()))
    case "p", "q", "r": memo[try index(code)] = try top()
    case "g", "h", "j": try recall(try index(code))
    case "c": try pushGlobal(try input.line(), try input.line())
    case "R": try reduce()
    case "b": try build()
    case "Q":
      heap.identifiers.append(try pop())
      stack.append(.persistent(heap.identifiers.count - 1))
    default:
      if let value = try constant(code) {
        stack.append(value)
      } else {
        try stepOfProtocol2(code, place)
      }
    }
    return true
  }

  /// Numbers and texts; nil for other instructions.
  private mutating func constant(_ code: UInt8) throws(PickleError) -> PickleValue? {
    switch code {
    case UInt8(ascii: "N"): return PickleValue.none
    case 0x88: return .bool(true)
    case 0x89: return .bool(false)
    case UInt8(ascii: "J"): return .integer(Int(Int32(truncatingIfNeeded: try input.number(4))))
    case UInt8(ascii: "K"): return .integer(try input.number(1))
    case UInt8(ascii: "M"): return .integer(try input.number(2))
    case 0x8A: return integer(try input.take(try input.number(1)))
    case 0x8B: return integer(try input.take(try input.number(4)))
    case UInt8(ascii: "G"):
      var bits: UInt64 = 0
      for byte in try input.take(8) { bits = bits << 8 | UInt64(byte) }
      return .real(Double(bitPattern: bits))
    case UInt8(ascii: "U"), 0x8C: return .text(try input.text(try input.number(1)))
    case UInt8(ascii: "T"), UInt8(ascii: "X"): return .text(try input.text(try input.number(4)))
    case 0x8D: return .text(try input.text(try input.number(8)))
    case UInt8(ascii: "C"): return .bytes(try input.take(try input.number(1)))
    case UInt8(ascii: "B"): return .bytes(try input.take(try input.number(4)))
    case 0x8E, 0x96: return .bytes(try input.take(try input.number(8)))
    default: return nil
    }
  }

  private mutating func stepOfProtocol2(
    _ code: UInt8, _ place: Location
  ) throws(PickleError) {
    switch code {
    case 0x80:
      let version = try input.byte()
      guard (2...5).contains(version) else {
        throw PickleError(
          .unsupported, "The pickle has protocol \(version); read are 2 to 5.", at: place,
          fix: "write the file again with a current program")
      }
    case 0x85, 0x86, 0x87: push(try pop(count: Int(code) - 0x84))
    case 0x94: memo[memo.count] = try top()
    case 0x95: _ = try input.number(8)
    case 0x93:
      guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
        throw corrupt("names a function by something else than two texts")
      }
      try pushGlobal(module, name)
    case 0x81: try reduce()
    default:
      throw PickleError(
        .unsupported,
        "The pickle has the instruction 0x\(String(code, radix: 16)), which data in lists, tuples and "
          + "dictionaries do not need.", at: place,
        fix: "write the weights with safetensors.torch.save_file(model.state_dict(), path)")
    }
  }

  // MARK: Stack

  private func top() throws(PickleError) -> PickleValue {
    guard let value = stack.last, stack.count > marks.last ?? 0 else { throw empty() }
    return value
  }

  private mutating func pop() throws(PickleError) -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(count: Int) throws(PickleError) -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw empty() }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  /// Everything above the last mark, and the mark.
  private mutating func popMark() throws(PickleError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw corrupt("uses a mark that is not there") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func push(_ items: [PickleValue]) {
    heap.sequences.append(items)
    stack.append(.sequence(heap.sequences.count - 1))
  }

  private mutating func pushDictionary(_ pairs: [(key: PickleValue, value: PickleValue)]) {
    heap.dictionaries.append(pairs)
    stack.append(.dictionary(heap.dictionaries.count - 1))
  }

  private func pairs(
    _ items: [PickleValue]
  ) throws(PickleError) -> [(key: PickleValue, value: PickleValue)] {
    guard items.count.isMultiple(of: 2) else { throw corrupt("has a key without a value") }
    return stride(from: 0, to: items.count, by: 2).map { (items[$0], items[$0 + 1]) }
  }

  private func integer(_ bytes: [UInt8]) -> PickleValue {
    guard bytes.count <= 8 else { return .wide(bytes) }
    var value: Int = (bytes.last ?? 0) & 0x80 == 0 ? 0 : -1
    for byte in bytes.reversed() { value = value << 8 | Int(byte) }
    return .integer(value)
  }

  // MARK: Memo and containers

  private mutating func index(_ code: UInt8) throws(PickleError) -> Int {
    switch code {
    case UInt8(ascii: "q"), UInt8(ascii: "h"): return try input.number(1)
    case UInt8(ascii: "r"), UInt8(ascii: "j"): return try input.number(4)
    default:
      guard let number = Int(try input.line()), number >= 0 else {
        throw corrupt("has a memo place that is no whole number")
      }
      return number
    }
  }

  private mutating func recall(_ index: Int) throws(PickleError) {
    guard let value = memo[index] else {
      throw corrupt("recalls the value \(index), which it never stored")
    }
    stack.append(value)
  }

  private mutating func extend(with items: [PickleValue]) throws(PickleError) {
    guard case .sequence(let index) = try top() else {
      throw corrupt("appends to something that is no list")
    }
    heap.sequences[index] += items
  }

  private mutating func insert(
    _ pairs: [(key: PickleValue, value: PickleValue)]
  ) throws(PickleError) {
    guard case .dictionary(let index) = try top() else {
      throw corrupt("sets an entry of something that is no dictionary")
    }
    heap.dictionaries[index] += pairs
  }

  // MARK: Names and what would be calls

  private mutating func pushGlobal(_ module: String, _ name: String) throws(PickleError) {
    let full = "\(module).\(name)"
    guard isAllowed(full) else {
      throw PickleError(
        .forbiddenGlobal,
        "The pickle names '\(full.prefix(200))'; only tensors, containers and plain values are read, "
          + "and nothing is ever executed.", at: input.place,
        fix: "write the weights alone: torch.save(model.state_dict(), path)")
    }
    stack.append(.global(full))
  }

  private mutating func reduce() throws(PickleError) {
    let list = try pop()
    guard case .global(let function) = try pop(), let arguments = heap.items(list) else {
      throw corrupt("calls something that is no function by name")
    }
    if function == "collections.OrderedDict" || function == "collections.Counter" {
      // Both are dictionaries; old files give the pairs as the one argument.
      var found: [(key: PickleValue, value: PickleValue)] = []
      if let first = arguments.first {
        if let pairs = heap.pairs(first) { found = pairs }
        for item in heap.items(first) ?? [] {
          guard let pair = heap.items(item), pair.count == 2 else {
            throw corrupt("makes a dictionary of something that is no list of pairs")
          }
          found.append((pair[0], pair[1]))
        }
      }
      // One list may be named many times, but no pair of a sound pickle is shorter than two bytes.
      copiedPairs += found.count
      guard copiedPairs <= input.count else { throw corrupt("makes more pairs than it has bytes") }
      pushDictionary(found)
      return
    }
    heap.calls.append(PickleHeap.Call(function: function, arguments: arguments))
    stack.append(.call(heap.calls.count - 1))
  }

  /// State of an object. That of a dictionary, `_metadata` of a state dict, says nothing of numbers.
  private mutating func build() throws(PickleError) {
    let state = try pop()
    switch try top() {
    case .call(let index): heap.calls[index].state = state
    case .dictionary: break
    default: throw corrupt("gives a state to something that has none")
    }
  }

  private func empty() -> PickleError { corrupt("takes a value that is not there") }

  private func corrupt(_ what: String) -> PickleError {
    PickleError(
      .corrupt, "The pickle \(what).", at: input.place, fix: "get a fresh copy of the file")
  }
}
