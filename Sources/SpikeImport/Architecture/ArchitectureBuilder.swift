import SpikeDiagnostics
import SpikeGraph

/// A graph that grows layer by layer. It has shapes for the tensors of the weights file; their numbers
/// come when the two are joined.
struct ArchitectureBuilder {
  private(set) var graph: Graph
  /// Shapes of the tensors that the weights file must have.
  private(set) var shapes: [ValueName: Shape] = [:]
  /// What was not stated, for the notes.
  var assumptions: [ArchitectureAssumption] = []
  /// The weights.
  let file: WeightsFile
  private let names: WeightsNames
  private var values: [String: ArchitectureValue]

  init(_ outline: ArchitectureOutline, _ file: WeightsFile, _ names: WeightsNames) {
    self.file = file
    self.names = names
    graph = Graph(
      name: outline.name,
      inputs: [GraphInput(name: outline.inputName, shape: outline.inputShape)])
    values = [
      outline.inputName: ArchitectureValue(name: outline.inputName, shape: outline.inputShape)
    ]
  }

  /// The tensor that the file has for a constant.
  func tensor(_ constant: ValueName) -> Tensor? { file.tensors[names.fileName(of: constant)] }

  /// Shapes of all values by name.
  private(set) var valueShapes: [ValueName: Shape] = [:]

  /// Parameters of neurons that the file has for a layer.
  func checkpoint(of layer: ArchitectureLayer) -> CheckpointNeuron? {
    CheckpointNeuron(in: file, names.fileName(of: layer.name + "."))
  }

  /// Builds a layer from the layers that it reads.
  mutating func add(_ layer: ArchitectureLayer) throws(ArchitectureError) {
    let inputs = layer.inputs.compactMap { values[$0] }
    let value = try layer.kind.build(layer, inputs, &self)
    guard value.shape.elementCount <= Int(Int32.max) else {
      throw ArchitectureError(
        .tooLarge,
        "\(layer.object.path) makes \(value.shape); at most \(Int32.max) elements are allowed.",
        at: layer.object.layer, fix: "check the sizes of the layer")
    }
    values[layer.name] = value
  }

  /// Puts a node into the graph.
  /// - Parameters:
  ///   - tensors: shapes of the tensors that the file must have, by role.
  ///   - constants: numbers that the architecture itself has.
  mutating func put(
    _ made: Operator, _ layer: ArchitectureLayer, part: String = "", _ inputs: [ArchitectureValue],
    shape: Shape, tensors: [ParameterRole: Shape] = [:], constants: [ParameterRole: Tensor] = [:]
  ) -> ArchitectureValue {
    let name = layer.name + part
    var parameters: [ParameterRole: ValueName] = [:]
    for (role, shape) in tensors {
      let constant = "\(name).\(layer.kind.tensors[role] ?? role.rawValue)"
      parameters[role] = constant
      shapes[constant] = shape
    }
    for (role, tensor) in constants {
      parameters[role] = "\(name).\(role.rawValue)"
      graph.constants["\(name).\(role.rawValue)"] = tensor
      shapes["\(name).\(role.rawValue)"] = tensor.shape
    }
    // Nodes have names of layers, of which none is that of the input.
    graph.nodes.append(
      Node(
        name: name, operator: made, inputs: inputs.map(\.name), parameters: parameters,
        output: name))
    valueShapes[name] = shape
    return ArchitectureValue(name: name, shape: shape)
  }

  /// Says which layer makes the output.
  mutating func finish(with layer: String) {
    graph.outputs = values[layer].map { [$0.name] } ?? []
  }
}

/// What an architecture leaves open and the importer decided.
struct ArchitectureAssumption: Hashable {
  let code: String
  let text: String
  let fix: String?
}
