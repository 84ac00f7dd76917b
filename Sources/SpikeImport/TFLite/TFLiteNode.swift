import SpikeContainers
import SpikeDiagnostics
import SpikeGraph

/// One node with what it reads: what a row of the operator table works on.
struct TFLiteNode {
  /// Name of the tensor that it makes; TFLite gives nodes none.
  var name: String
  var operatorName: String
  /// What the inputs are; nil where one is left out.
  var operands: [TFLiteValue?]
  /// The tensor that it makes.
  var output: TFLiteModel.Tensor
  fileprivate var options: FlatTable?

  init(
    name: String, operatorName: String, operands: [TFLiteValue?], output: TFLiteModel.Tensor,
    options: FlatTable?
  ) {
    self.name = name
    self.operatorName = operatorName
    self.operands = operands
    self.output = output
    self.options = options
  }

  /// Where errors of this node are.
  var location: Location { Location(node: name, operator: operatorName) }

  func error(_ code: TFLiteErrorCode, _ message: String, fix: String) -> TFLiteError {
    TFLiteError(code, message, at: location, fix: fix)
  }
}

// Operands.
extension TFLiteNode {
  func activation(_ index: Int) throws(TFLiteError) -> TFLiteActivation {
    switch operand(index) {
    case .activation(let activation)?: return activation
    case .constant(let constant)?:
      throw error(
        .unsupportedUse,
        "Input \(index) is the constant '\(constant.name)'; an activation is allowed.",
        fix: "fold constants before conversion")
    case nil: throw missing(index)
    }
  }

  func constant(_ index: Int) throws(TFLiteError) -> TFLiteConstant {
    switch operand(index) {
    case .constant(let constant)?: return constant
    case .activation(let activation)?:
      throw error(
        .unsupportedUse,
        "Input \(index) is the activation '\(activation.value.name)'; a constant is allowed.",
        fix: "convert the model with its weights frozen")
    case nil: throw missing(index)
    }
  }

  func optionalConstant(_ index: Int) throws(TFLiteError) -> TFLiteConstant? {
    operand(index) == nil ? nil : try constant(index)
  }

  /// Whole numbers of a constant, each small enough to reckon with.
  func integers(_ index: Int) throws(TFLiteError) -> [Int] {
    let constant = try constant(index)
    guard !constant.tensor.elementType.isFloat, constant.tensor.count <= 64 else {
      throw error(
        .invalidNode, "Input \(index) is no short list of whole numbers.",
        fix: "convert the model again")
    }
    return try constant.tensor.integers().map { value throws(TFLiteError) in
      guard (-(1 << 20)...1 << 20).contains(value) else {
        throw error(
          .invalidNode, "Input \(index) holds \(value); allowed are sizes up to \(1 << 20).",
          fix: "convert the model again")
      }
      return Int(value)
    }
  }

  private func operand(_ index: Int) -> TFLiteValue? {
    operands.indices.contains(index) ? operands[index] : nil
  }

  private func missing(_ index: Int) -> TFLiteError {
    error(.invalidNode, "Input \(index) is missing.", fix: "convert the model again")
  }
}

// Options, by the ids of their fields in the schema.
extension TFLiteNode {
  /// A small whole number.
  func integer(
    _ field: Int, _ what: String, default value: Int = 0, in range: ClosedRange<Int>
  ) throws(TFLiteError) -> Int {
    let found = try read { options throws(FlatBufferError) in
      Int(try options.number(field, default: Int32(value)))
    }
    return try checked(found ?? value, what, range)
  }

  /// A whole number that takes a byte: an enumeration or a flag.
  func byte(
    _ field: Int, _ what: String, in range: ClosedRange<Int>
  ) throws(TFLiteError) -> Int {
    let found = try read { options throws(FlatBufferError) in
      Int(try options.number(field, default: Int8(0)))
    }
    return try checked(found ?? 0, what, range)
  }

  func float(_ field: Int, default value: Float) throws(TFLiteError) -> Float {
    let found =
      try read { options throws(FlatBufferError) in try options.float(field, default: value) }
      ?? value
    guard found.isFinite else {
      throw error(.invalidOption, "An option is \(found).", fix: "convert the model again")
    }
    return found
  }

  /// The activation function that is part of the node.
  func fusedActivation(_ field: Int) throws(TFLiteError) -> TFLiteBounds {
    switch try byte(field, "activation", in: 0...5) {
    case 0: return .none
    case 1: return TFLiteBounds(minimum: 0)
    case 2: return TFLiteBounds(minimum: -1, maximum: 1)
    case 3: return TFLiteBounds(minimum: 0, maximum: 6)
    case let other:
      throw error(
        .unsupportedUse,
        "The node ends in \(other == 4 ? "TANH" : "SIGN_BIT"); allowed are RELU, RELU6, RELU_N1_TO_1 "
          + "and none.", fix: "train the network with ReLU in its place")
    }
  }

  private func read<Result>(
    _ body: (FlatTable) throws(FlatBufferError) -> Result
  ) throws(TFLiteError) -> Result? {
    guard let options else { return nil }
    do throws(FlatBufferError) {
      return try body(options)
    } catch {
      throw TFLiteModelReader.corrupt(error).located(in: location)
    }
  }

  private func checked(
    _ found: Int, _ what: String, _ range: ClosedRange<Int>
  ) throws(TFLiteError) -> Int {
    guard range.contains(found) else {
      throw error(
        .invalidOption,
        "The \(what) is \(found); allowed are \(range.lowerBound) to \(range.upperBound).",
        fix: "convert the model again")
    }
    return found
  }
}

/// Between which real numbers an activation function holds its results.
struct TFLiteBounds: Equatable {
  var minimum = -Float.infinity
  var maximum = Float.infinity

  static let none = TFLiteBounds()
}
