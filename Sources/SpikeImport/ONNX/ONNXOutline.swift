import SpikeDiagnostics

/// Which part of a file is the network: its nodes in order, its one input and its one output.
///
/// Built before any node is looked at closely. Nodes that do not lead to the output are left out.
struct ONNXOutline {
  /// Unique names of all nodes of the file, by index.
  var nodeNames: [String]
  /// Indices of the nodes that lead to the output, each after those it reads from.
  var order: [Int]
  /// The one activation that enters.
  var input: ONNXValueInfo
  /// Name of the value that leaves.
  var output: String
  /// Initialisers by name.
  var initializers: [String: Int]
  /// Every name that the file gives to a value.
  var valueNames: Set<String>
  /// Warnings and notes.
  var findings: [Finding] = []

  /// - Throws: `import.duplicate-name`, `import.undefined-value`, `import.cycle`,
  ///   `import.several-inputs`, `import.no-network`, `import.unknown-cut`.
  /// - Complexity: O(nodes + edges).
  init(of model: ONNXModel, options: ONNXImportOptions) throws(ImportError) {
    nodeNames = []
    order = []
    output = ""
    input = ONNXValueInfo(name: "", elementType: nil, sizes: nil)
    initializers = [:]
    valueNames = []
    nameNodes(model)
    let makers = try values(of: model)
    output = try chosenOutput(model, makers, until: options.until)
    order = try liveNodes(model, makers)
    let bound = Set(options.constants.keys)
    let isFolded = !bound.isEmpty && model.inputs.allSatisfy { bound.contains($0.name) }
    if !isFolded { input = try chosenInput(model, makers, bound) }
  }

  private mutating func nameNodes(_ model: ONNXModel) {
    var used: Set<String> = []
    var renamed = 0
    for (index, node) in model.nodes.enumerated() {
      var name = node.name.isEmpty ? "\(node.operatorName)_\(index)" : node.name
      if used.contains(name) {
        renamed += node.name.isEmpty ? 0 : 1
        name += "_\(index)"
        while used.contains(name) { name += "_" }
      }
      used.insert(name)
      nodeNames.append(name)
    }
    if renamed > 0 {
      findings.append(
        Finding(
          .warning, code: "import.renamed-nodes",
          message: "\(renamed) nodes have the name of another node; they get a number behind it."))
    }
  }

  /// Index of the node that makes each value; checks that every name is given once.
  private mutating func values(of model: ONNXModel) throws(ImportError) -> [String: Int] {
    var twice: [Finding] = []
    func note(_ name: String, _ what: String, _ location: Location = .unknown) {
      twice.append(
        Finding(
          .error, code: ImportErrorCode.duplicateName.rawValue,
          message: "The \(what) '\(name)' has the name of another value.", location: location))
    }
    for (index, tensor) in model.initializers.enumerated() where !tensor.name.isEmpty {
      if initializers.updateValue(index, forKey: tensor.name) != nil {
        note(tensor.name, "initialiser")
      }
    }
    valueNames = Set(initializers.keys)
    // Files of IR version 3 list every initialiser as an input too.
    for info in model.inputs where initializers[info.name] == nil {
      if !valueNames.insert(info.name).inserted { note(info.name, "input") }
    }
    var makers: [String: Int] = [:]
    for (index, node) in model.nodes.enumerated() {
      for name in node.outputs where !name.isEmpty {
        makers[name] = index
        if !valueNames.insert(name).inserted {
          note(name, "output", Location(node: nodeNames[index], operator: node.qualifiedName))
        }
      }
    }
    guard let first = twice.first else { return makers }
    throw ImportError(
      .duplicateName, first.message, at: first.location,
      fix: "check the model with onnx.checker, or export it again",
      findings: Array(twice.dropFirst()))
  }

  private mutating func chosenOutput(
    _ model: ONNXModel, _ makers: [String: Int], until: String?
  ) throws(ImportError) -> String {
    if let until {
      if makers[until] != nil { return until }
      if let index = nodeNames.firstIndex(of: until),
        let name = model.nodes[index].outputs.first(where: { !$0.isEmpty })
      {
        return name
      }
      let near = Suggestion.nearest(to: until, among: nodeNames + makers.keys.sorted())
      throw ImportError(
        .unknownCut, "The model has no node or value '\(until)' to cut at.",
        fix: near.map { "did you mean '\($0)'?" } ?? "list the nodes with sfconv inspect")
    }
    let names = model.outputs.map(\.name)
    guard let name = names.first else {
      throw ImportError(
        .noNetwork, "The graph has no output.",
        fix: "export the model again, or name a node by --until")
    }
    guard makers[name] != nil else {
      throw ImportError(
        .noNetwork, "No node makes the output '\(name)'.", fix: "check it with onnx.checker")
    }
    if names.count > 1 {
      findings.append(
        Finding(
          .warning, code: "import.several-outputs",
          message: "The model has \(names.count) outputs; '\(name)' is imported, not "
            + quotedList(Array(names.dropFirst())) + ".",
          fix: "choose another end with --until"))
    }
    return name
  }

  /// Depth-first from the output, with a stack of our own: a file may be a chain of any length.
  private mutating func liveNodes(
    _ model: ONNXModel, _ makers: [String: Int]
  ) throws(ImportError) -> [Int] {
    enum Mark { case new, open, done }
    var marks = Array(repeating: Mark.new, count: model.nodes.count)
    var sorted: [Int] = []
    var stack: [(node: Int, next: Int)] = []
    if let last = makers[output] {
      stack.append((last, 0))
      marks[last] = .open
    }
    while let (node, next) = stack.last {
      let inputs = model.nodes[node].inputs
      guard next < inputs.count else {
        marks[node] = .done
        sorted.append(node)
        stack.removeLast()
        continue
      }
      stack[stack.count - 1].next += 1
      guard let maker = makers[inputs[next]] else { continue }
      switch marks[maker] {
      case .done: break
      case .new:
        marks[maker] = .open
        stack.append((maker, 0))
      case .open:
        let circle = stack.drop { $0.node != maker }.map { nodeNames[$0.node] }
        throw ImportError(
          .cycle, "The nodes \(quotedList(circle)) feed each other in a circle.",
          at: Location(node: nodeNames[maker], operator: model.nodes[maker].qualifiedName),
          fix: "sfconv handles feed-forward networks; unroll the loop before export")
      }
    }
    let unused = model.nodes.count - sorted.count
    if unused > 0 {
      findings.append(
        Finding(
          .note, code: "import.unused-nodes",
          message: "\(unused) of \(model.nodes.count) nodes do not lead to the output '\(output)'; "
            + "they are left out."))
    }
    // The order of the file is kept where it is a right one: listings then look like the file.
    var place = Array(repeating: -1, count: model.nodes.count)
    let ascending = sorted.sorted()
    for (position, node) in ascending.enumerated() { place[node] = position }
    let isOrdered = ascending.allSatisfy { node in
      model.nodes[node].inputs.allSatisfy { (makers[$0] ?? -1) < node }
    }
    return isOrdered ? ascending : sorted
  }

  private mutating func chosenInput(
    _ model: ONNXModel, _ makers: [String: Int], _ bound: Set<String>
  ) throws(ImportError) -> ONNXValueInfo {
    let entering = model.inputs.filter { initializers[$0.name] == nil && !bound.contains($0.name) }
    let names = Set(entering.map(\.name))
    var used: Set<String> = []
    var missing: [Finding] = []
    for index in order {
      let node = model.nodes[index]
      for name in node.inputs where !name.isEmpty {
        if names.contains(name) {
          used.insert(name)
        } else if makers[name] == nil && initializers[name] == nil && !bound.contains(name) {
          missing.append(
            Finding(
              .error, code: ImportErrorCode.undefinedValue.rawValue,
              message: "The value '\(name)' is neither made by a node nor an initialiser or input.",
              location: Location(node: nodeNames[index], operator: node.qualifiedName)))
        }
      }
    }
    if let first = missing.first {
      throw ImportError(
        .undefinedValue, first.message, at: first.location,
        fix: model.hasSparseInitializers
          ? "the file has sparse initialisers, which sfconv does not read: store them dense"
          : "the file is incomplete: export the model again with its parameters",
        findings: Array(missing.dropFirst()))
    }
    let candidates = entering.filter { used.contains($0.name) }
    guard let input = candidates.first else {
      throw ImportError(
        .noNetwork, "No input of the model leads to the output '\(output)'.",
        fix: "choose another end with --until")
    }
    guard candidates.count == 1 else {
      throw ImportError(
        .severalInputs,
        "\(candidates.count) inputs lead to the output: \(quotedList(candidates.map(\.name))); one "
          + "is allowed.", fix: "join the inputs in front of the network, or cut it with --until")
    }
    let idle = entering.map(\.name).filter { $0 != input.name }
    if !idle.isEmpty {
      findings.append(
        Finding(
          .warning, code: "import.unused-inputs",
          message: "The inputs \(quotedList(idle)) do not lead to the output; they are left out."))
    }
    return input
  }
}

/// Names in quotes, at most eight of them.
func quotedList(_ names: [String]) -> String {
  let shown = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
  return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
}
