import SpikeDiagnostics
import SpikeGraph

/// The rules for the content of a model file, the same for the writer and the reader: what was
/// written can be read, and what was read is safe to work with.
struct ModelCheck {
  private let model: Model

  init(_ model: Model) { self.model = model }

  /// - Throws: `model.invalid-value`, `model.invalid-graph`, `model.too-large`.
  func run() throws(ModelFileError) {
    try checkNames()
    for input in model.graph.inputs {
      try check(input.shape, at: Location(tensor: input.name))
    }
    for (name, tensor) in model.graph.constants.sorted(by: { utf8Order($0.key, $1.key) }) {
      try check(tensor.shape, at: Location(tensor: name))
    }
    for node in model.graph.nodes { try check(node) }
    try checkEncoding()
    try checkCodebooks()
    if let timeSteps = model.timeSteps, !(1...ModelFormat.maximumSize).contains(timeSteps) {
      throw invalid("The model has \(timeSteps) time steps; allowed are 1 and more.")
    }
    do {
      _ = try model.graph.inferredShapes()
    } catch {
      throw ModelFileError(
        .invalidGraph, "The graph contradicts itself.", at: error.location,
        fix: error.fix ?? "make the model again from its source", cause: error)
    }
  }

  private func checkNames() throws(ModelFileError) {
    let graph = model.graph
    var texts = [graph.name] + graph.inputs.map(\.name) + graph.outputs
    texts += graph.nodes.flatMap { [$0.name, $0.output] + $0.inputs + $0.parameters.values }
    texts += Array(graph.constants.keys) + Array(model.codebooks.keys)
    for record in model.history {
      texts += [record.station, record.version, record.inputHash]
      texts += record.options.flatMap { [$0.key, $0.value] } + Array(record.metrics.keys)
    }
    if texts.contains(where: { $0.utf8.contains(0) }) {
      throw invalid("A name contains the character NUL.", fix: "rename it")
    }
    var names: Set<String> = []
    for node in graph.nodes where !names.insert(node.name).inserted {
      throw invalid(
        "Two nodes have the name '\(node.name)'.", Location(node: node.name),
        fix: "give every node a name of its own")
    }
  }

  private func check(_ shape: Shape, at place: Location) throws(ModelFileError) {
    guard shape.rank <= ModelFormat.maximumRank else {
      throw ModelFileError(
        .tooLarge, "A shape has \(shape.rank) axes; allowed are \(ModelFormat.maximumRank).",
        at: place, fix: "join axes")
    }
    for size in shape.dimensions where !(0...ModelFormat.maximumSize).contains(size) {
      throw invalid(
        "A size is \(size); allowed are 0 to \(ModelFormat.maximumSize).", place)
    }
  }

  private func check(_ node: Node) throws(ModelFileError) {
    let place = Location(node: node.name, operator: node.operator.name)
    for (role, name) in node.parameters.sorted(by: { $0.key < $1.key })
    where model.graph.constants[name] == nil {
      throw invalid(
        "The \(role.rawValue) is the constant '\(name)', which is not there.", place)
    }
    if let role = [ParameterRole.decay, .unit].first(where: { node.parameters[$0] != nil }) {
      throw invalid("The constant '\(role.rawValue)' is for training only.", place)
    }
    switch node.operator {
    case .convolution(let g):
      try checkGeometry(
        kernel: g.kernel, strides: g.strides, dilations: g.dilations,
        pads: g.padsBefore, g.padsAfter, place)
      guard (1...ModelFormat.maximumSize).contains(g.groups) else {
        throw invalid("There are \(g.groups) groups; at least one is needed.", place)
      }
    case .maxPool(let p), .averagePool(let p), .sumPool(let p):
      try checkGeometry(
        kernel: p.kernel, strides: p.strides, dilations: p.dilations,
        pads: p.padsBefore, p.padsAfter, place)
    case .reshape(let shape): try check(shape, at: place)
    case .pad(let before, let after, _):
      for size in before + after where abs(size.clamped) > ModelFormat.maximumSize {
        throw invalid("A border of \(size) elements is too large.", place)
      }
    default: break
    }
  }

  private func checkGeometry(
    kernel: [Int], strides: [Int], dilations: [Int], pads before: [Int], _ after: [Int],
    _ place: Location
  ) throws(ModelFileError) {
    guard (1...2).contains(kernel.count) else {
      throw invalid("The kernel has \(kernel.count) axes; allowed are 1 and 2.", place)
    }
    let lists = [
      ("kernel", kernel, 1), ("strides", strides, 1), ("dilations", dilations, 1),
      ("pads_before", before, 0), ("pads_after", after, 0),
    ]
    for (name, list, minimum) in lists {
      guard list.count == kernel.count,
        list.allSatisfy({ (minimum...ModelFormat.maximumSize).contains($0) })
      else {
        throw invalid(
          "The attribute '\(name)' is \(list); needed are \(kernel.count) numbers from \(minimum) "
            + "to \(ModelFormat.maximumSize).", place)
      }
    }
  }

  private func checkEncoding() throws(ModelFileError) {
    let encoding = model.encoding
    guard !encoding.scale.isEmpty, !encoding.offset.isEmpty else {
      throw invalid("The input encoding has no scale or no offset.")
    }
    if let bits = encoding.bits, !(1...8).contains(bits) {
      throw invalid("The input encoding has \(bits) bits; allowed are 1 to 8.")
    }
  }

  private func checkCodebooks() throws(ModelFileError) {
    for (name, book) in model.codebooks.sorted(by: { utf8Order($0.key, $1.key) }) {
      let place = Location(tensor: name)
      guard model.graph.constants[name] != nil else {
        throw invalid("There is a codebook for the constant '\(name)', which is not there.", place)
      }
      guard (1...32).contains(book.bits) else {
        throw invalid("The codebook has \(book.bits) weight bits; allowed are 1 to 32.", place)
      }
      for list in book.entries where !zip(list, list.dropFirst()).allSatisfy({ $0 < $1 }) {
        throw invalid("The entries of the codebook do not ascend: \(list).", place)
      }
    }
  }

  private func invalid(
    _ message: String, _ place: Location = .unknown,
    fix: String = "make the model again from its source"
  ) -> ModelFileError {
    ModelFileError(.invalidValue, message, at: place, fix: fix)
  }
}

extension Int {
  /// The number, limited so that its magnitude exists.
  fileprivate var clamped: Int { Swift.max(self, -Int.max) }
}
