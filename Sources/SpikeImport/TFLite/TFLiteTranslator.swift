import SpikeDiagnostics
import SpikeGraph

/// Walks the nodes in order and turns each into layers of the graph, by its row of the table.
///
/// A node that fails is noted, and what reads from it is skipped, so that one run names every
/// independent mistake.
struct TFLiteTranslator {
  private let model: TFLiteModel
  private let outline: TFLiteOutline
  let options: TFLiteImportOptions

  private(set) var builder: ChannelsLastBuilder
  private var values: [Int: TFLiteValue] = [:]
  /// Whether stored integers became real numbers.
  private(set) var dequantizes = false
  /// Errors in the order of the nodes.
  private(set) var failures: [TFLiteError] = []

  /// - Throws: `tflite.invalid-quantisation` and others of the input.
  init(
    _ model: TFLiteModel, _ outline: TFLiteOutline, _ options: TFLiteImportOptions
  ) throws(TFLiteError) {
    self.model = model
    self.outline = outline
    self.options = options
    builder = ChannelsLastBuilder(
      input: outline.inputName, shape: outline.inputShape,
      keepsOrder: !outline.startsWithSignal(model))
    let input = TFLiteActivation(value: builder.input, step: nil)
    values[outline.input] = .activation(
      try settle(input, in: model.tensors[outline.input], "\(outline.inputName).integers"))
  }

  /// Translates all nodes that lead to the output.
  mutating func translateAll() {
    for index in outline.order {
      let raw = model.nodes[index]
      let place = Location(
        node: outline.name(of: raw), operator: TFLiteOperatorTable.name(of: raw))
      do throws(TFLiteError) {
        guard let row = TFLiteOperatorTable.row(raw) else {
          throw TFLiteOperatorTable.refusal(of: raw, at: place)
        }
        guard let node = try prepared(raw, row) else { continue }
        let made = try row.build(&self, node)
        try checkShape(made, node)
        values[raw.outputs[0]] = made
      } catch {
        failures.append(error.located(in: place))
      }
    }
  }

  /// The value that leaves the network, in real numbers.
  /// - Throws: `tflite.no-network`.
  mutating func output() throws(TFLiteError) -> ChannelsLastValue {
    guard case .activation(let result)? = values[outline.output], outline.output != outline.input
    else {
      throw TFLiteError(
        .noNetwork, "The output does not depend on the input.",
        fix: "check that the file is the one you mean")
    }
    return try real(result, "output")
  }

  /// The node with its operands; nil where one of them failed before.
  private mutating func prepared(
    _ raw: TFLiteModel.Node, _ row: TFLiteOperator
  ) throws(TFLiteError) -> TFLiteNode? {
    var node = TFLiteNode(
      name: outline.name(of: raw), operatorName: row.name, operands: [],
      output: model.tensors[raw.outputs[0]], options: raw.options)
    guard row.inputs.contains(raw.inputs.count) else {
      throw node.error(
        .invalidNode,
        "The node has \(raw.inputs.count) inputs; \(row.inputs.lowerBound) to "
          + "\(row.inputs.upperBound) are allowed.", fix: "convert the model again")
    }
    if let options = row.options, raw.options != nil, raw.optionsType != options {
      throw node.error(
        .invalidOption, "The node has options of kind \(raw.optionsType); allowed is \(options).",
        fix: "convert the model again")
    }
    for index in raw.inputs {
      if index < 0 {
        node.operands.append(nil)
      } else if let value = values[index] {
        node.operands.append(value)
      } else if model.tensors[index].isConstant {
        let value = TFLiteValue.constant(try model.tensors[index].constant(in: model.file))
        values[index] = value
        node.operands.append(value)
      } else if outline.made.contains(index) {
        return nil
      } else {
        throw node.error(
          .undefinedValue,
          "The tensor '\(model.tensors[index].name)' is read and neither constant nor made before.",
          fix: "convert the model with its weights frozen")
      }
    }
    return node
  }

  /// Holds what was made against the shape that the file says.
  private func checkShape(_ made: TFLiteValue, _ node: TFLiteNode) throws(TFLiteError) {
    guard case .activation(let activation) = made, !node.output.shape.isEmpty else { return }
    let said = try sampleShape(of: node.output, node)
    guard activation.value.shape == said else {
      throw node.error(
        .shapeMismatch,
        "The node makes \(activation.value.shape) (without batch); the file says \(said).",
        fix: "convert the model again")
    }
  }
}

// The words in which rows speak.
extension TFLiteTranslator {
  /// Whether integers stay integers.
  var keepsIntegers: Bool { options.quantization == .kept }

  /// The shape that the file says for what a node makes, without the batch.
  func sampleShape(
    of tensor: TFLiteModel.Tensor, _ node: TFLiteNode
  ) throws(TFLiteError) -> Shape {
    guard tensor.shape.first == outline.batch else {
      throw node.error(
        .batchAxis,
        "The node makes \(tensor.shape), whose first axis is not the batch of \(outline.batch).",
        fix: "convert the model with the batch as axis 0 of every activation")
    }
    return Shape(Array(tensor.shape.dropFirst()))
  }

  /// An axis of the file as one without the batch.
  func sampleAxis(_ axis: Int, rank: Int, _ node: TFLiteNode) throws(TFLiteError) -> Int {
    let place = axis < 0 ? axis + rank + 1 : axis
    guard (0...rank).contains(place) else {
      throw node.error(
        .invalidOption, "Axis \(axis) is outside of \(rank + 1) axes.",
        fix: "convert the model again")
    }
    guard place > 0 else {
      throw node.error(
        .batchAxis, "The node works along the batch axis; sfconv handles each sample by itself.",
        fix: "convert the model with the batch as axis 0 of every activation")
    }
    return place - 1
  }

  /// Does something with the builder; its errors get the place of the node.
  mutating func build<Result>(
    _ node: TFLiteNode,
    _ body: (inout ChannelsLastBuilder) throws(GraphError) -> Result
  ) throws(TFLiteError) -> Result {
    do throws(GraphError) {
      return try body(&builder)
    } catch {
      throw node.error(
        error.code == .tooLarge ? .tooLarge : .shapeMismatch, error.message,
        fix: error.fix ?? "convert the model again")
    }
  }

  mutating func noteDequantization() { dequantizes = true }

  /// As ``build(_:_:)``, outside of nodes.
  mutating func build<Result>(
    at place: String, _ body: (inout ChannelsLastBuilder) throws(GraphError) -> Result
  ) throws(TFLiteError) -> Result {
    do throws(GraphError) {
      return try body(&builder)
    } catch {
      throw TFLiteError(
        .shapeMismatch, error.message, at: Location(tensor: place), fix: "convert the model again")
    }
  }
}
