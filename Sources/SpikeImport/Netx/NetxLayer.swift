import SpikeContainers
import SpikeDiagnostics
import SpikeGraph

/// A layer of a netx file: its group and the only access to it; errors name the layer and the field.
struct NetxLayer {
  /// Number in the file.
  let index: Int
  /// `dense`, `conv`, …
  let type: String
  private let group: HDF5Group
  /// The group of the neuron, if there is one.
  private let neuron: HDF5Group?

  /// Name of the layer's nodes in the graph.
  var name: String { "\(type)\(index)" }
  /// Where errors of this layer are.
  var location: Location { Location(node: "layer/\(index)", operator: type) }
  var hasNeuron: Bool { neuron != nil }

  init(_ index: Int, _ group: HDF5Group) throws(NetxError) {
    self.index = index
    self.group = group
    if case .group(let inner)? = group["neuron"] { neuron = inner } else { neuron = nil }
    guard let type = NetxLayer.text(group["type"]) else {
      throw NetxError(
        .missingField, "The layer has no 'type'.", at: Location(node: "layer/\(index)"),
        fix: "write the file with lava-dl's export_hdf5")
    }
    self.type = type
  }

  func error(_ code: NetxErrorCode, _ message: String, fix: String) -> NetxError {
    NetxError(code, message, at: location, fix: fix)
  }

  private static func text(_ member: HDF5Group.Member?) -> String? {
    guard case .dataset(let dataset)? = member else { return nil }
    return dataset.values.texts?.first
  }

  private func member(_ field: String) -> HDF5Group.Member? {
    guard field.hasPrefix("neuron/") else { return group[field] }
    return neuron?[String(field.dropFirst(7))]
  }

  /// Whether a field is there.
  func has(_ field: String) -> Bool { member(field) != nil }

  /// The text of a field.
  func text(_ field: String) -> String? { NetxLayer.text(member(field)) }

  /// Numbers of a field with their shape, as netx reads them: cut off to integers.
  /// - Parameter cuts: set where a number had a fraction.
  /// - Throws: `netx.missing-field`, `netx.invalid-field`.
  func integers(
    _ field: String, cuts: inout Bool
  ) throws(NetxError) -> (shape: [Int], values: [Int]) {
    guard let member = member(field) else {
      throw error(
        .missingField, "A layer of type \(type) needs '\(field)', which is not there.",
        fix: "write the file with lava-dl's export_hdf5")
    }
    guard case .dataset(let dataset) = member, let numbers = dataset.values.numbers else {
      throw error(
        .invalidField, "'\(field)' is no array of numbers.",
        fix: "write the file with lava-dl's export_hdf5")
    }
    var values: [Int] = []
    values.reserveCapacity(numbers.count)
    for number in numbers {
      guard number.isFinite, abs(number) < 0x1p24 else {
        throw error(
          .invalidField, "'\(field)' holds \(number); allowed are integers of 24 bits.",
          fix: "write the file with lava-dl's export_hdf5")
      }
      if number != number.rounded(.towardZero) { cuts = true }
      values.append(Int(number))
    }
    return (dataset.shape, values)
  }

  /// Integers of a field in a range.
  func integers(
    _ field: String, in range: ClosedRange<Int>
  ) throws(NetxError) -> [Int] {
    var cuts = false
    let values = try integers(field, cuts: &cuts).values
    guard !cuts, let wrong = values.first(where: { !range.contains($0) }) else {
      if cuts {
        throw error(
          .invalidField, "'\(field)' holds numbers with fractions; allowed are integers.",
          fix: "write the file with lava-dl's export_hdf5")
      }
      return values
    }
    throw error(
      .invalidField,
      "'\(field)' holds \(wrong); allowed are \(range.lowerBound) to \(range.upperBound).",
      fix: "write the file with lava-dl's export_hdf5")
  }

  /// One integer of a field in a range.
  func integer(
    _ field: String, in range: ClosedRange<Int>, default value: Int? = nil
  ) throws(NetxError) -> Int {
    if let value, !has(field) { return value }
    let values = try integers(field, in: range)
    guard let first = values.first, values.allSatisfy({ $0 == first }) else {
      throw error(
        .invalidField, "'\(field)' has \(values.count) numbers; a layer has one for all neurons.",
        fix: "use one value for the whole layer")
    }
    return first
  }

  /// Two integers, one for each axis; one number counts for both.
  func pair(
    _ field: String, in range: ClosedRange<Int>, default value: Int
  ) throws(NetxError) -> [Int] {
    guard has(field) else { return [value, value] }
    let values = try integers(field, in: range)
    guard (1...2).contains(values.count) else {
      throw error(
        .invalidField, "'\(field)' has \(values.count) numbers; allowed are 1 and 2.",
        fix: "give one number for each axis")
    }
    return values.count == 2 ? values : [values[0], values[0]]
  }
}
