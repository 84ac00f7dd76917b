import SpikeDiagnostics
import SpikeGraph

/// An architecture as its file has it: names, kinds and connections, without sizes of layers.
struct ArchitectureOutline {
  private static let layerLimit = 1 << 14

  let name: String
  let inputName: String
  let inputShape: Shape
  let inputBits: Int?
  let timeSteps: Int?
  /// Layers that the output needs, each behind those that it reads.
  let layers: [ArchitectureLayer]
  /// Layers that have no part in the output.
  let unused: [ArchitectureLayer]
  /// Name of the layer whose value leaves the network.
  let output: String

  /// Reads the outline; mistakes of all layers are collected.
  /// - Throws: every `architecture.…` code of names and connections.
  init(_ value: JSONValue) throws(ArchitectureError) {
    let root = try ArchitectureObject(value, path: "")
    var errors = root.unknownKeys([
      "$schema", "version", "name", "input", "layers", "output", "timeSteps",
    ])
    _ = try root.required("version")
    _ = try root.integer("version", 1...1)
    name = try root.text("name") ?? ""
    timeSteps = try root.integer("timeSteps", 1...65_536)
    let input = try ArchitectureObject(root.required("input"), path: "input")
    errors += input.unknownKeys(["name", "shape", "bits"])
    inputName = try input.text("name") ?? "input"
    inputBits = try input.integer("bits", 1...8)
    inputShape = try ArchitectureOutline.shape(input)
    guard let elements = try root.required("layers").elements, !elements.isEmpty,
      elements.count <= ArchitectureOutline.layerLimit
    else {
      throw root.invalid("layers", allowed: "is a list of 1 to \(Self.layerLimit) layers")
    }
    var found: [ArchitectureLayer] = []
    var previous = inputName
    for (index, element) in elements.enumerated() {
      do throws(ArchitectureError) {
        var object = try ArchitectureObject(element, path: "layers[\(index)]")
        _ = try object.required("name")
        let name = try object.text("name") ?? ""
        object.layer = Location(node: name)
        let reads = previous
        previous = name
        _ = try object.required("kind")
        let kindName = try object.text("kind") ?? ""
        object.layer = Location(node: name, operator: kindName)
        guard let kind = ArchitectureTable.row(kindName) else {
          throw Self.unsupported(kindName, object)
        }
        let layer = try ArchitectureLayer(object, name: name, kind, after: reads)
        errors += layer.unknownKeys
        found.append(layer)
      } catch {
        errors.append(error)
      }
    }
    try ArchitectureOutline.throwAll(errors)
    output = try root.text("output") ?? found[found.count - 1].name
    (layers, unused) = try ArchitectureOutline.ordered(found, inputName, output)
  }

  private static func shape(_ input: ArchitectureObject) throws(ArchitectureError) -> Shape {
    let axes = try input.required("shape").elements?.count ?? 0
    guard (1...4).contains(axes), let sizes = try input.integers("shape", axes: axes, 1...1 << 20),
      Shape(sizes).elementCount <= Int(Int32.max)
    else {
      throw input.invalid(
        "shape", allowed: "are lists of 1 to 4 sizes with at most \(Int32.max) elements in all")
    }
    return Shape(sizes)
  }

  private static func unsupported(
    _ kind: String, _ object: ArchitectureObject
  ) -> ArchitectureError {
    let known = ArchitectureTable.rows.map(\.name)
    return object.error(
      .unsupportedLayer, "kind",
      "is '\(kind.prefix(64))'; allowed are \(known.joined(separator: ", ")).",
      fix: Suggestion.nearest(to: kind, among: known).map { "did you mean '\($0)'?" }
        ?? "describe the layer by those kinds, or import the network from ONNX")
  }

  /// One error for all mistakes; kinds without a counterpart first.
  static func throwAll(_ errors: [ArchitectureError]) throws(ArchitectureError) {
    let unsupported = errors.filter { $0.code == .unsupportedLayer }
    guard var first = unsupported.first ?? errors.first else { return }
    if errors.count > 1 { first.findings = errors.map(\.asFinding) }
    throw first
  }

  /// Layers in an order in which each is behind those that it reads, as near to the file's as that is.
  /// - Complexity: O(layers + connections).
  private static func ordered(
    _ layers: [ArchitectureLayer], _ input: String, _ output: String
  ) throws(ArchitectureError) -> (used: [ArchitectureLayer], unused: [ArchitectureLayer]) {
    var places: [String: Int] = [:]
    var errors: [ArchitectureError] = []
    for (index, layer) in layers.enumerated() {
      if layer.name == input || places.updateValue(index, forKey: layer.name) != nil {
        errors.append(
          layer.object.error(
            .duplicateName, "name", "is '\(layer.name.prefix(64))', which another value has.",
            fix: "give every layer a name of its own"))
      }
    }
    for layer in layers {
      for name in layer.inputs where name != input && places[name] == nil {
        errors.append(
          layer.object.error(
            .undefinedLayer, layer.kind.joins ? "inputs" : "input",
            "names '\(name.prefix(64))', which is no layer.",
            fix: Suggestion.nearest(to: name, among: places.keys.sorted()).map {
              "did you mean '\($0)'?"
            } ?? "name a layer, or '\(input)'"))
      }
    }
    guard let last = places[output] else {
      errors.append(
        ArchitectureError(
          .undefinedLayer, "output names '\(output.prefix(64))', which is no layer.",
          fix: "name the layer at the end"))
      try throwAll(errors)
      return ([], [])
    }
    try throwAll(errors)
    // 0: not seen, 1: on the way, 2: done.
    var state = Array(repeating: 0, count: layers.count)
    var used: [ArchitectureLayer] = []
    var stack = [(index: last, next: 0)]
    state[last] = 1
    while let (index, next) = stack.last {
      let layer = layers[index]
      guard next < layer.inputs.count else {
        state[index] = 2
        used.append(layer)
        stack.removeLast()
        continue
      }
      stack[stack.count - 1].next += 1
      guard let source = places[layer.inputs[next]], state[source] != 2 else { continue }
      guard state[source] == 0 else {
        let circle = stack.drop { $0.index != source }.map { layers[$0.index].name }
        throw layer.object.error(
          .cycle, layer.kind.joins ? "inputs" : "input",
          "closes a circle: \(circle.prefix(16).joined(separator: ", ")).",
          fix: "unroll the recurrence; a network of sfconv has no circles")
      }
      state[source] = 1
      stack.append((source, 0))
    }
    return (used, layers.indices.filter { state[$0] == 0 }.map { layers[$0] })
  }
}
