import SpikeDiagnostics

/// A Sequential or Functional model as its configuration says: layers and which call reads which.
struct KerasModelConfig {
  /// A layer of the list.
  struct Record {
    var name: String
    var className: String
    var config: JSONValue
    /// For each call, what it reads.
    var calls: [[Source]]
  }

  /// A value: what a call of a layer makes.
  struct Source: Hashable {
    var layer: String
    var call: Int
  }

  /// Layers of one model.
  static let layerLimit = 10_000

  var isSequential: Bool
  var records: [Record]
  /// Layers through which values enter; of functional models only.
  var inputs: [Source]
  /// What leaves; of functional models only.
  var outputs: [Source]
  /// Shape with the batch that a sequential model was built for.
  var buildShape: JSONValue?

  /// Names of classes that are models.
  static let sequential: Set<String> = ["Sequential"]
  static let functional: Set<String> = ["Functional", "Model"]

  /// Whether a class is a model.
  static func isModel(_ className: String) -> Bool {
    sequential.contains(className) || functional.contains(className)
  }

  /// - Parameter model: an object with `class_name` and `config`.
  /// - Throws: `keras.not-keras`, `keras.unsupported-use`, `keras.invalid-field`,
  ///   `keras.duplicate-name`, `keras.too-large`.
  init(_ model: JSONValue) throws(KerasError) {
    guard let className = model["class_name"]?.string, let config = model["config"] else {
      throw KerasError(
        .notKeras, "The configuration has no 'class_name' with a 'config' beside it.",
        fix: "write the model with model.save('model.keras')")
    }
    guard KerasModelConfig.isModel(className) else {
      throw KerasError(
        .unsupportedUse,
        "The model is of the class '\(className.prefix(64))', whose layers only its own program knows.",
        fix: "build it as a Sequential or Functional model")
    }
    isSequential = KerasModelConfig.sequential.contains(className)
    // Sequential models of Keras 2.2 and older are the list itself.
    guard let list = config["layers"]?.elements ?? config.elements else {
      throw KerasError(
        .invalidField, "The model has no list 'layers'.", fix: "save the model again")
    }
    guard list.count <= KerasModelConfig.layerLimit else {
      throw KerasError(
        .tooLarge,
        "The model has \(list.count) layers; at most \(KerasModelConfig.layerLimit) are read.",
        fix: "check where the file comes from")
    }
    records = []
    var names: Set<String> = []
    for (index, element) in list.enumerated() {
      let record = try KerasModelConfig.record(element, index)
      guard names.insert(record.name).inserted else {
        throw KerasError(
          .duplicateName, "Two layers have the name '\(record.name)'.",
          at: Location(node: record.name, operator: record.className), fix: "save the model again")
      }
      records.append(record)
    }
    buildShape = config["build_input_shape"]
    inputs = isSequential ? [] : KerasModelConfig.sources(config["input_layers"])
    outputs = isSequential ? [] : KerasModelConfig.sources(config["output_layers"])
  }

  private static func record(_ element: JSONValue, _ index: Int) throws(KerasError) -> Record {
    guard let className = element["class_name"]?.string, let config = element["config"] else {
      throw KerasError(
        .invalidField, "Layer \(index) has no 'class_name' with a 'config' beside it.",
        fix: "save the model again")
    }
    let name = config["name"]?.string ?? element["name"]?.string ?? "layer_\(index)"
    var calls: [[Source]] = []
    for call in element["inbound_nodes"]?.elements ?? [] {
      var found: [Source] = []
      try collect(call, into: &found, depth: 0, Location(node: name, operator: className))
      calls.append(found)
    }
    return Record(name: name, className: className, config: config, calls: calls)
  }

  /// Values that a call reads: `[layer, node, tensor, …]` of Keras 2, `keras_history` of Keras 3.
  private static func collect(
    _ value: JSONValue, into found: inout [Source], depth: Int, _ place: Location
  ) throws(KerasError) {
    guard depth <= 6, found.count <= layerLimit else {
      throw KerasError(
        .invalidField, "The inputs of the layer lie too deep in lists.", at: place,
        fix: "save the model again")
    }
    if let source = source(value) {
      found.append(source)
    } else if value["class_name"]?.string == "__keras_tensor__" {
      guard let history = value["config"]?["keras_history"], let source = source(history) else {
        throw KerasError(
          .invalidField, "An input of the layer does not say where it comes from.", at: place,
          fix: "save the model again")
      }
      found.append(source)
    } else if case .object(let members) = value {
      for (_, member) in members.sorted(by: { $0.key == "args" && $1.key != "args" }) {
        try collect(member, into: &found, depth: depth + 1, place)
      }
    } else {
      for element in value.elements ?? [] {
        try collect(element, into: &found, depth: depth + 1, place)
      }
    }
  }

  private static func source(_ value: JSONValue) -> Source? {
    guard let elements = value.elements, elements.count >= 3, let layer = elements[0].string,
      case .integer(let call) = elements[1], case .integer(0) = elements[2]
    else { return nil }
    return Source(layer: layer, call: call)
  }

  /// One value, or a list of such.
  private static func sources(_ value: JSONValue?) -> [Source] {
    guard let value else { return [] }
    if let one = source(value) { return [one] }
    return (value.elements ?? []).compactMap { source($0) }
  }
}
