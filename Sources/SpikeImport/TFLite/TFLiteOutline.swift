import SpikeDiagnostics
import SpikeGraph

/// Which part of a TFLite file is the network: its input, its output, and the nodes between.
struct TFLiteOutline {
  let input: Int
  let output: Int
  let inputName: String
  /// Shape of one sample.
  let inputShape: Shape
  /// Size of the batch axis that all shapes of the file have.
  let batch: Int
  /// Nodes that lead to the output, in the order of the file.
  let order: [Int]
  /// Tensors that nodes make.
  let made: Set<Int>
  /// Names of tensors, unique.
  private let names: [String]

  /// - Throws: `tflite.invalid-node`, `tflite.several-inputs`, `tflite.several-outputs`,
  ///   `tflite.dynamic-shape`, `tflite.no-network`.
  init(_ model: TFLiteModel) throws(TFLiteError) {
    try TFLiteOutline.checkIndices(model)
    names = TFLiteOutline.uniqueNames(model)
    guard model.outputs.count == 1 else {
      throw TFLiteError(
        .severalOutputs, "The model has \(model.outputs.count) outputs; allowed is 1.",
        fix: "convert the model with one output")
    }
    output = model.outputs[0]
    var wanted: Set<Int> = [output]
    var order: [Int] = []
    var made: Set<Int> = []
    for index in model.nodes.indices.reversed() {
      made.formUnion(model.nodes[index].outputs)
      guard model.nodes[index].outputs.contains(where: { wanted.contains($0) }) else { continue }
      order.append(index)
      wanted.formUnion(model.nodes[index].inputs)
    }
    self.order = order.reversed()
    self.made = made
    let inputs = model.inputs.filter { wanted.contains($0) }
    guard inputs.count == 1 else {
      let list = inputs.prefix(8).map { "'\(model.tensors[$0].name)'" }.joined(separator: ", ")
      throw TFLiteError(
        inputs.isEmpty ? .noNetwork : .severalInputs,
        "\(inputs.count) inputs lead to the output\(inputs.isEmpty ? "" : " (\(list))"); allowed is 1.",
        fix: "join the inputs in front of the network")
    }
    input = inputs[0]
    inputName = names[input]
    let shape = model.tensors[input].shape
    // The batch may be open; TFLite then writes 1.
    let isOpen = model.tensors[input].signature.dropFirst().contains { $0 < 0 }
    guard shape.count >= 2, shape.allSatisfy({ $0 > 0 }), !isOpen else {
      throw TFLiteError(
        .dynamicShape,
        "The input '\(inputName)' has the shape \(isOpen ? model.tensors[input].signature : shape); "
          + "only the batch (axis 0) may be open.",
        fix: "convert the model with a fixed input shape")
    }
    guard shape.count <= ChannelsLastBuilder.rankLimit,
      Shape(shape).elementCount <= Int(Int32.max)
    else {
      throw TFLiteError(
        .tooLarge, "The input '\(inputName)' has the shape \(shape).",
        fix: "check where the file comes from")
    }
    batch = shape[0]
    inputShape = Shape(Array(shape.dropFirst()))
  }

  /// What a node is called: as the tensor that it makes.
  func name(of node: TFLiteModel.Node) -> String {
    node.outputs.first.map { names[$0] } ?? "node"
  }

  /// Whether an input of two axes is a signal `[length, channels]`: the first node makes an image of it
  /// with the same channels, as Keras writes its one-dimensional convolutions.
  func startsWithSignal(_ model: TFLiteModel) -> Bool {
    guard inputShape.rank == 2, let channels = inputShape.dimensions.last, channels > 1,
      let first = order.first(where: { model.nodes[$0].inputs.contains(input) }),
      let output = model.nodes[first].outputs.first
    else { return false }
    let shape = model.tensors[output].shape
    return shape.count == 4 && shape.last == channels
  }

  private static func checkIndices(_ model: TFLiteModel) throws(TFLiteError) {
    let count = model.tensors.count
    for (index, node) in model.nodes.enumerated() {
      guard !node.outputs.isEmpty, node.outputs.allSatisfy({ (0..<count).contains($0) }),
        node.inputs.allSatisfy({ (-1..<count).contains($0) })
      else {
        throw TFLiteError(
          .invalidNode,
          "Node \(index) makes nothing, or names tensors beyond the \(count) of the file.",
          at: Location(node: "\(index)", operator: TFLiteOperatorTable.name(of: node)),
          fix: "get a fresh copy of the file")
      }
    }
    guard (model.inputs + model.outputs).allSatisfy({ (0..<count).contains($0) }) else {
      throw TFLiteError(
        .invalidNode, "Inputs or outputs name tensors beyond the \(count) of the file.",
        fix: "get a fresh copy of the file")
    }
  }

  private static func uniqueNames(_ model: TFLiteModel) -> [String] {
    var seen: Set<String> = []
    return model.tensors.enumerated().map { index, tensor in
      let name = tensor.name.isEmpty ? "tensor_\(index)" : tensor.name
      if seen.insert(name).inserted { return name }
      let numbered = "\(name)#\(index)"
      seen.insert(numbered)
      return numbered
    }
  }
}
