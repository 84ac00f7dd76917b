import SpikeContainers
import SpikeDiagnostics
import SpikeGraph

/// A node of a NIR file: a primitive and its fields.
struct NIRNode {
  /// Name, with those of the subgraphs around it in front: `encoder.lif`.
  var name: String
  /// Name of the primitive.
  var type: String
  fileprivate var fields: HDF5Group
  /// Layers that bring the spikes of this population back to it.
  var feedback: [NIRNode] = []

  init(name: String, type: String, fields: HDF5Group = HDF5Group()) {
    self.name = name
    self.type = type
    self.fields = fields
  }

  /// Where errors of this node are.
  var location: Location { Location(node: name, operator: type) }

  func error(_ code: NIRErrorCode, _ message: String, fix: String) -> NIRError {
    NIRError(code, message, at: location, fix: fix)
  }
}

// The only access to fields: errors name the node, the primitive and the field.
extension NIRNode {
  /// Numbers of a field with their shape.
  struct Numbers: Hashable, Sendable {
    var shape: Shape
    var values: [Double]
  }

  /// Numbers that a field may have.
  private static let elementLimit = 1 << 31

  /// Whether the field is there.
  func has(_ field: String) -> Bool { fields[field] != nil }

  private func dataset(_ field: String) throws(NIRError) -> HDF5Dataset {
    switch fields[field] {
    case .dataset(let dataset): return dataset
    case .group:
      throw error(
        .invalidField, "The field '\(field)' is a group; allowed is a data set.",
        fix: "write the file with nir.write")
    case nil:
      throw error(
        .missingField, "\(type) needs the field '\(field)', which is not there.",
        fix: "write the file with nir.write, or add the field")
    }
  }

  /// A field of finite numbers.
  /// - Throws: `nir.missing-field`, `nir.invalid-field`.
  func array(_ field: String) throws(NIRError) -> Numbers {
    let dataset = try dataset(field)
    guard let values = dataset.values.numbers else {
      throw error(
        .invalidField, "The field '\(field)' holds texts; allowed are numbers.",
        fix: "write the file with nir.write")
    }
    if let wrong = values.first(where: { !$0.isFinite }) {
      throw error(
        .invalidField, "The field '\(field)' holds \(wrong); allowed are finite numbers.",
        fix: "look where the number comes from, and write the file again")
    }
    return Numbers(shape: Shape(dataset.shape), values: values)
  }

  /// As ``array(_:)``, or one number where the field is not there.
  func array(_ field: String, default value: Double) throws(NIRError) -> Numbers {
    has(field) ? try array(field) : Numbers(shape: [], values: [value])
  }

  /// A field of real numbers as a constant of a graph.
  func tensor(_ field: String) throws(NIRError) -> Tensor {
    let array = try array(field)
    return Tensor(array.values.map { Float($0) }, shape: array.shape)
  }

  /// Whole numbers of a field, at least `minimum` each.
  func integers(_ field: String, from minimum: Int) throws(NIRError) -> [Int] {
    var result: [Int] = []
    for value in try array(field).values {
      guard let integer = Int(exactly: value), (minimum...1 << 20).contains(integer) else {
        throw error(
          .invalidField,
          "The field '\(field)' holds \(value); allowed are whole numbers from \(minimum) to "
            + "\(1 << 20).", fix: "write the file with nir.write")
      }
      result.append(integer)
    }
    return result
  }

  /// Whole numbers, one for each of so many axes; one number counts for all.
  func integers(_ field: String, axes: Int, from minimum: Int) throws(NIRError) -> [Int] {
    let found = try integers(field, from: minimum)
    if found.count == axes { return found }
    guard found.count == 1 else {
      throw error(
        .invalidField,
        "The field '\(field)' has \(found.count) numbers; allowed are 1 or \(axes).",
        fix: "give one number for each axis")
    }
    return Array(repeating: found[0], count: axes)
  }

  /// One whole number.
  func integer(_ field: String, from minimum: Int, default value: Int) throws(NIRError) -> Int {
    guard has(field) else { return value }
    let found = try integers(field, from: minimum)
    guard found.count == 1 else {
      throw error(
        .invalidField, "The field '\(field)' has \(found.count) numbers; allowed is 1.",
        fix: "write the file with nir.write")
    }
    return found[0]
  }

  /// The text of a field; nil where it holds numbers.
  func text(_ field: String) -> String? {
    guard case .dataset(let dataset)? = fields[field] else { return nil }
    return dataset.values.texts?.first
  }

  /// The shape that a field describes.
  func shape(_ field: String) throws(NIRError) -> Shape {
    let sizes = try integers(field, from: 1)
    guard sizes.count <= 8, Shape(sizes).elementCount <= NIRNode.elementLimit else {
      throw error(
        .tooLarge, "The shape \(sizes) has too many axes or elements.",
        fix: "check where the file comes from")
    }
    return Shape(sizes)
  }
}
