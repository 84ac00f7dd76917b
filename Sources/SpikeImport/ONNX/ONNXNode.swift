package import SpikeDiagnostics
package import SpikeGraph

/// What a node reads: a constant of the file (or folded from such), or an activation.
package enum ONNXOperand: Sendable {
  case constant(ONNXConstant)
  case activation(ONNXActivation)
}

/// A constant with the name under which the graph will keep it.
package struct ONNXConstant: Sendable {
  package var name: ValueName
  package var tensor: Tensor
  /// Whether a row computed it; its name then says from what and how, and stands for its numbers.
  package var isDerived = false
  /// Element type in the file by its ONNX number, where that is known.
  package var storedType: Int?

  /// Smallest and largest integer of the element type; nil where it holds others than integers.
  var integerRange: ClosedRange<Float>? {
    storedType.map { ONNXElementType.range($0) } ?? ONNXElementType.range(of: tensor.elementType)
  }
}

/// An activation. Its ONNX value has the batch as axis 0; `shape` leaves it out.
package struct ONNXActivation: Sendable {
  package var name: ValueName
  package var shape: Shape
}

/// One node with its operands resolved: what a row of the operator table works on.
///
/// The accessors are the only way to attributes and operands, and every error they throw names
/// node, operator and attribute.
package struct ONNXNode: Sendable {
  /// Unique name of the node.
  package var name: String
  /// Operator name as in the file.
  package var operatorName: String
  /// Version of the operator set.
  package var version: Int
  /// Attributes by name.
  package var attributes: [String: ONNXAttribute]
  /// What the inputs are; nil where an optional input is left out.
  package var operands: [ONNXOperand?]
  /// Size of the batch axis that the file declares; nil where it is open.
  package var batchSize: Int?
  /// Reads tensors in attributes.
  package var tensors: ONNXTensorReader
  /// Number of outputs.
  package var outputCount = 1

  /// Where errors of this node are.
  package var location: Location { Location(node: name, operator: operatorName) }

  /// An error at this node.
  package func error(
    _ code: ImportErrorCode, _ message: String, fix: String? = nil
  ) -> ImportError {
    ImportError(code, message, at: location, fix: fix)
  }
}

// Attributes.
extension ONNXNode {
  /// Whether the attribute is there.
  package func has(_ name: String) -> Bool { attributes[name] != nil }

  /// An integer attribute.
  package func integer(_ name: String, default value: Int? = nil) throws(ImportError) -> Int {
    switch attributes[name] {
    case .integer(let found)?: return found
    case nil: if let value { return value } else { throw missing(name, "an integer") }
    case let other?: throw wrongType(name, other, "an integer")
    }
  }

  /// An integer attribute that is 0 or 1.
  package func flag(_ name: String, default value: Bool = false) throws(ImportError) -> Bool {
    let found = try integer(name, default: value ? 1 : 0)
    guard found == 0 || found == 1 else { throw wrongValue(name, "\(found)", "0 or 1") }
    return found == 1
  }

  /// A list of integers; nil where it is left out.
  package func integers(_ name: String) throws(ImportError) -> [Int]? {
    switch attributes[name] {
    case .integers(let found)?: return found
    case nil: return nil
    case let other?: throw wrongType(name, other, "a list of integers")
    }
  }

  /// A float attribute.
  package func float(_ name: String, default value: Float) throws(ImportError) -> Float {
    switch attributes[name] {
    case .float(let found)?:
      guard found.isFinite else { throw wrongValue(name, "\(found)", "a finite number") }
      return found
    case nil: return value
    case let other?: throw wrongType(name, other, "a float")
    }
  }

  /// A string attribute.
  package func text(_ name: String, default value: String) throws(ImportError) -> String {
    switch attributes[name] {
    case .text(let found)?: return found
    case nil: return value
    case let other?: throw wrongType(name, other, "a string")
    }
  }

  /// A tensor attribute; nil where it is left out.
  package func tensor(_ name: String) throws(ImportError) -> Tensor? {
    switch attributes[name] {
    case .tensor(let record)?:
      do throws(ImportError) {
        return try tensors.tensor(of: record)
      } catch {
        throw error.located(in: location)
      }
    case nil: return nil
    case let other?: throw wrongType(name, other, "a tensor")
    }
  }

  /// The error for an attribute whose value is not allowed.
  package func wrongValue(_ name: String, _ found: String, _ allowed: String) -> ImportError {
    error(
      .invalidAttribute, "The attribute '\(name)' is \(found); allowed is \(allowed).",
      fix: "export the model again, or change the attribute")
  }

  private func missing(_ name: String, _ kind: String) -> ImportError {
    error(
      .invalidAttribute, "The attribute '\(name)' (\(kind)) is missing.",
      fix: "export the model again, or add the attribute")
  }

  private func wrongType(
    _ name: String, _ found: ONNXAttribute, _ kind: String
  ) -> ImportError {
    error(
      .invalidAttribute, "The attribute '\(name)' is \(found.kind); it must be \(kind).",
      fix: "export the model again, or change the attribute")
  }
}

// Operands.
extension ONNXNode {
  /// The operand at `index`; nil where it is left out.
  package func operand(_ index: Int) -> ONNXOperand? {
    operands.indices.contains(index) ? operands[index] : nil
  }

  /// The activation at `index`.
  package func activation(_ index: Int) throws(ImportError) -> ONNXActivation {
    switch operand(index) {
    case .activation(let activation)?: return activation
    case .constant(let constant)?:
      throw error(
        .unsupportedUse,
        "Input \(index) is the constant '\(constant.name)'; sfconv expects an activation here.",
        fix: "fold constants before import, for example with onnxsim or onnxruntime")
    case nil: throw missingInput(index)
    }
  }

  /// The constant at `index`; nil where it is left out.
  package func optionalConstant(_ index: Int) throws(ImportError) -> ONNXConstant? {
    switch operand(index) {
    case .constant(let constant)?: return constant
    case .activation(let activation)?:
      throw error(
        .unsupportedUse,
        "Input \(index) is the activation '\(activation.name)'; sfconv expects a constant here.",
        fix: "weights, shapes and axes must be constants of the file")
    case nil: return nil
    }
  }

  /// The constant at `index`.
  package func constant(_ index: Int) throws(ImportError) -> ONNXConstant {
    guard let constant = try optionalConstant(index) else { throw missingInput(index) }
    return constant
  }

  /// The integers of the constant at `index`; nil where it is left out.
  package func integers(input index: Int) throws(ImportError) -> [Int]? {
    guard let constant = try optionalConstant(index) else { return nil }
    return constant.tensor.integers().map { Int($0) }
  }

  /// The one number of the constant at `index`; nil where it is left out.
  package func number(input index: Int) throws(ImportError) -> Float? {
    guard let constant = try optionalConstant(index) else { return nil }
    guard constant.tensor.count == 1 else {
      throw error(
        .unsupportedUse,
        "Input \(index) ('\(constant.name)') has \(constant.tensor.count) numbers; one is allowed.",
        fix: "export the model again")
    }
    return constant.tensor.floats()[0]
  }

  /// All operands as constants; nil if one is an activation or left out.
  package var constants: [ONNXConstant]? {
    var result: [ONNXConstant] = []
    for operand in operands {
      guard case .constant(let constant)? = operand else { return nil }
      result.append(constant)
    }
    return result
  }

  private func missingInput(_ index: Int) -> ImportError {
    error(
      .invalidNode, "Input \(index) is missing.", fix: "check the model with onnx.checker")
  }
}
