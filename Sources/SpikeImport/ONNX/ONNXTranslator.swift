import SpikeContainers
import SpikeDiagnostics
import SpikeGraph

/// Walks the nodes in order and turns each into layers of the graph, by its row of the table.
///
/// A node that fails is noted, and what reads from it is skipped, so that one run names every
/// independent mistake.
struct ONNXTranslator {
  private let model: ONNXModel
  private let outline: ONNXOutline
  private let versions: [String: Int]
  private let batchSize: Int?
  private let tensors: ONNXTensorReader

  private var values: [String: ONNXOperand] = [:]
  private var secondaryOutputs: [String: String] = [:]
  private struct ConstantKey: Hashable {
    var name: ValueName
    var isDerived: Bool
    var shape: Shape
  }

  private var names: Set<String>
  private var nameCounters: [String: Int] = [:]
  private var constantNames: [ConstantKey: ValueName] = [:]
  private var foldedElements = 0
  private let foldedLimit: Int

  /// The graph so far.
  private(set) var graph: Graph
  /// Errors by index of the node.
  private(set) var failures: [Int: ImportError] = [:]
  /// Nodes that were not tried because something before them failed.
  private(set) var skipped: Set<Int> = []
  /// Name of the node of the file that each node of the graph comes from.
  private(set) var origins: [String: String] = [:]
  /// Warnings and notes.
  private(set) var findings: [Finding] = []

  init(
    _ model: ONNXModel, _ outline: ONNXOutline, versions: [String: Int], input: ONNXInputShape,
    constants: [String: Tensor] = [:], tensors: ONNXTensorReader
  ) {
    self.model = model
    self.outline = outline
    self.versions = versions
    self.tensors = tensors
    batchSize = input.batchSize
    names = outline.valueNames
    let stored = model.initializers.reduce(0) { total, tensor in
      let count = Shape(tensor.dimensions.map { max(0, $0) }).elementCount
      return total + min(count, ONNXLimits.elements / (model.initializers.count + 1))
    }
    foldedLimit = ONNXLimits.foldedTotal + 4 * stored
    graph = Graph(
      name: model.graphName,
      inputs: [GraphInput(name: outline.input.name, shape: input.sample)])
    for (name, tensor) in constants {
      let declared = model.inputs.first { $0.name == name }
      values[name] = .constant(
        ONNXConstant(name: name, tensor: tensor, storedType: declared?.elementType))
    }
    guard !outline.input.name.isEmpty else { return }
    values[outline.input.name] = .activation(
      ONNXActivation(name: outline.input.name, shape: input.sample))
  }

  /// The value of a name, if it was made.
  func value(_ name: String) -> ONNXOperand? { values[name] }

  /// Translates all nodes but those of `unsupported`.
  mutating func translateAll(but unsupported: Set<Int>) {
    for index in outline.order {
      guard !unsupported.contains(index) else { continue }
      let raw = model.nodes[index]
      do throws(ImportError) {
        guard let node = try prepared(raw, index) else {
          skipped.insert(index)
          continue
        }
        guard
          let row = ONNXOperatorTable.row(
            raw.operatorName, domain: raw.domain, version: node.version)
        else { continue }
        try check(raw, node, row)
        try take(try row.build(node), raw, node)
      } catch {
        failures[index] = error
      }
      for name in raw.outputs.dropFirst() where !name.isEmpty && values[name] == nil {
        secondaryOutputs[name] = outline.nodeNames[index]
      }
    }
  }

  /// The node with its operands; nil where one of them failed before.
  private mutating func prepared(
    _ raw: ONNXRawNode, _ index: Int
  ) throws(ImportError) -> ONNXNode? {
    var node = ONNXNode(
      name: outline.nodeNames[index], operatorName: raw.qualifiedName,
      version: versions[raw.domain] ?? 1, attributes: [:], operands: [],
      batchSize: batchSize, tensors: tensors, outputCount: raw.outputs.count)
    for (name, value) in raw.attributes {
      guard node.attributes.updateValue(value, forKey: name) == nil else {
        throw node.error(
          .invalidAttribute, "The attribute '\(name)' is there twice.",
          fix: "check the model with onnx.checker")
      }
    }
    for name in raw.inputs {
      if name.isEmpty {
        node.operands.append(nil)
      } else if let value = values[name] {
        node.operands.append(value)
      } else if let place = outline.initializers[name] {
        do throws(ImportError) {
          node.operands.append(try initializer(name, model.initializers[place]))
        } catch {
          throw error.located(in: node.location)
        }
      } else if let maker = secondaryOutputs[name] {
        throw node.error(
          .unsupportedUse,
          "The value '\(name)' is a further output of the node '\(maker)'; sfconv "
            + "reads the first output of a node only.",
          fix: "export the model without it, or cut it with --until")
      } else {
        return nil
      }
    }
    while case .some(nil) = node.operands.last { node.operands.removeLast() }
    return node
  }

  private mutating func initializer(
    _ name: String, _ record: ONNXTensorRecord
  ) throws(ImportError) -> ONNXOperand {
    let tensor = try tensors.tensor(of: record)
    let odd = tensors.nonFiniteCount(of: record, tensor)
    if odd > 0 {
      findings.append(
        Finding(
          .warning, code: "import.not-finite",
          message: "\(odd) of \(tensor.count) numbers of the tensor '\(name)' are NaN or infinite.",
          location: Location(tensor: name),
          fix: "train the model again; it diverged, or was damaged"))
    }
    let operand = ONNXOperand.constant(
      ONNXConstant(name: name, tensor: tensor, storedType: record.dataType))
    values[name] = operand
    return operand
  }

  private func check(
    _ raw: ONNXRawNode, _ node: ONNXNode, _ row: ONNXOperator
  ) throws(ImportError) {
    guard row.inputs.contains(node.operands.count) else {
      throw node.error(
        .invalidNode,
        "The node has \(node.operands.count) inputs; \(row.inputs.lowerBound) to "
          + "\(row.inputs.upperBound) are allowed.", fix: "check the model with onnx.checker")
    }
    guard raw.outputs.first.map({ !$0.isEmpty }) == true else {
      throw node.error(
        .invalidNode, "The node has no first output.", fix: "check the model with onnx.checker")
    }
    for name in node.attributes.keys.sorted() where !row.attributes.contains(name) {
      // What operators before set 6 said about memory of Caffe2.
      if name == "consumed_inputs", node.version < 6 { continue }
      let near = Suggestion.nearest(to: name, among: row.attributes)
      throw node.error(
        .invalidAttribute,
        "The attribute '\(name)' is not known in operator set \(node.version); sfconv does not "
          + "guess what it means.",
        fix: near.map { "did you mean '\($0)'?" } ?? "remove it, or check with onnx.checker")
    }
  }

  private mutating func take(
    _ translation: ONNXTranslation, _ raw: ONNXRawNode, _ node: ONNXNode
  ) throws(ImportError) {
    let output = raw.outputs[0]
    switch translation {
    case .operand(let index):
      guard let operand = node.operand(index) else {
        throw node.error(
          .invalidNode, "Input \(index) is missing.", fix: "check the model with onnx.checker")
      }
      values[output] = operand
    case .constant(let tensor):
      try account(tensor, node)
      values[output] = .constant(ONNXConstant(name: output, tensor: tensor))
    case .constants(let tensors):
      for (name, tensor) in zip(raw.outputs, tensors) where !name.isEmpty {
        try account(tensor, node)
        values[name] = .constant(ONNXConstant(name: name, tensor: tensor))
      }
    case .sketch(let sketch, let outputs):
      try draw(sketch, outputs, raw, node)
    case .layers(let layers, let activations):
      var operands = activations
      for (index, layer) in layers.enumerated() {
        let isLast = index == layers.count - 1
        let name = isLast ? output : unusedName("\(output).\(index)")
        operands = [try append(layer, index, reading: operands, output: name, node)]
      }
      if let last = operands.first { values[output] = .activation(last) }
    }
  }

  /// Appends the steps of a sketch. A step whose value is an output of the node gets its name.
  private mutating func draw(
    _ sketch: ONNXSketch, _ outputs: [ONNXSketch.Value], _ raw: ONNXRawNode, _ node: ONNXNode
  ) throws(ImportError) {
    var names: [Int: String] = [:]
    for (name, value) in zip(raw.outputs, outputs) where !name.isEmpty {
      if case .step(let step) = value.source, names[step] == nil { names[step] = name }
    }
    var made: [ONNXActivation] = []
    func activation(_ value: ONNXSketch.Value) -> ONNXActivation {
      switch value.source {
      case .activation(let activation): activation
      case .step(let step): made[step]
      }
    }
    for (index, step) in sketch.steps.enumerated() {
      let name = names[index] ?? unusedName("\(raw.outputs[0]).\(index)")
      made.append(
        try append(
          step.layer, index, reading: step.inputs.map { activation($0) }, output: name, node))
    }
    for (name, value) in zip(raw.outputs, outputs) where !name.isEmpty {
      values[name] = .activation(activation(value))
    }
  }

  private mutating func append(
    _ layer: ONNXLayer, _ index: Int, reading operands: [ONNXActivation], output: String,
    _ node: ONNXNode
  ) throws(ImportError) -> ONNXActivation {
    var parameters: [ParameterRole: ValueName] = [:]
    for role in layer.parameters.keys.sorted() {
      guard let constant = layer.parameters[role] else { continue }
      if constant.isDerived { try account(constant.tensor, node) }
      parameters[role] = kept(constant)
    }
    let made = Node(
      name: index == 0 ? node.name : "\(node.name).\(index)", operator: layer.operator,
      inputs: operands.map(\.name), parameters: parameters, output: output)
    let shape = try outputShape(of: made, operands, node)
    guard graph.nodes.count < ONNXLimits.layers else {
      throw node.error(
        .tooLarge, "The model becomes more than \(ONNXLimits.layers) layers.",
        fix: "cut it with --until")
    }
    graph.nodes.append(made)
    origins[made.name] = node.name
    return ONNXActivation(name: output, shape: shape)
  }

  /// Shape inference of one node, as a graph of its own.
  private func outputShape(
    of made: Node, _ operands: [ONNXActivation], _ node: ONNXNode
  ) throws(ImportError) -> Shape {
    var inputs: [GraphInput] = []
    for operand in operands where !inputs.contains(where: { $0.name == operand.name }) {
      inputs.append(GraphInput(name: operand.name, shape: operand.shape))
    }
    var constants: [ValueName: Tensor] = [:]
    for name in made.parameters.values { constants[name] = graph.constants[name] }
    let alone = Graph(
      inputs: inputs, outputs: [made.output], nodes: [made], constants: constants)
    do throws(GraphError) {
      let shape = try alone.inferredShapes()[made.output] ?? []
      guard shape.elementCount > 0, shape.rank <= ONNXLimits.rank else {
        throw GraphError(.shapeMismatch, "The result \(shape) has no elements or too many axes.")
      }
      return shape
    } catch {
      throw node.error(
        error.code == .tooLarge ? .tooLarge : .shapeMismatch, error.message,
        fix: error.fix ?? "check the model with onnx.checker, or the --input-shape")
    }
  }

  /// Name of a constant in the graph. The same numbers under another shape get another name.
  private mutating func kept(_ constant: ONNXConstant) -> ValueName {
    let key = ConstantKey(
      name: constant.name, isDerived: constant.isDerived, shape: constant.tensor.shape)
    if let name = constantNames[key] { return name }
    let isTaken =
      graph.constants[constant.name] != nil
      || (constant.isDerived && !names.insert(constant.name).inserted)
    let name = isTaken ? unusedName(constant.name) : constant.name
    constantNames[key] = name
    graph.constants[name] = constant.tensor
    return name
  }

  /// `wanted`, with a number behind it where it is taken.
  private mutating func unusedName(_ wanted: String) -> String {
    if names.insert(wanted).inserted { return wanted }
    var number = nameCounters[wanted] ?? 1
    while true {
      number += 1
      nameCounters[wanted] = number
      let name = "\(wanted)_\(number)"
      if names.insert(name).inserted { return name }
    }
  }

  /// Counts what is computed from constants, so that a small file cannot ask for hours.
  private mutating func account(_ tensor: Tensor, _ node: ONNXNode) throws(ImportError) {
    foldedElements += tensor.count
    guard foldedElements <= foldedLimit, tensor.shape.rank <= ONNXLimits.rank else {
      throw node.error(
        .tooLarge,
        "The constants that the model computes have more than \(foldedLimit) elements in all.",
        fix: "fold constants before import, for example with onnxsim")
    }
  }
}
