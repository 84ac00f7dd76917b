import SpikeBytes
import SpikeDiagnostics
import SpikeGraph

/// What is known of a file before any node is translated: versions, the network in it, and which
/// of its operators have no row.
struct ONNXSurvey {
  let model: ONNXModel
  let outline: ONNXOutline
  /// Operator set by domain, at most the newest known.
  let versions: [String: Int]
  /// Why a node is not supported, by its index.
  let unsupported: [Int: Finding]
  /// Warnings and notes.
  private(set) var findings: [Finding]

  private let file: MappedFile
  private let options: ONNXImportOptions

  /// - Throws: `import.unsupported-version` and what ``ONNXOutline`` throws.
  init(
    of model: ONNXModel, _ file: MappedFile, _ options: ONNXImportOptions
  ) throws(ImportError) {
    self.model = model
    self.file = file
    self.options = options
    outline = try ONNXOutline(of: model, options: options)
    findings = outline.findings
    versions = try ONNXSurvey.versions(model, &findings)
    var unsupported: [Int: Finding] = [:]
    for index in outline.order {
      let node = model.nodes[index]
      unsupported[index] = ONNXAdvice.finding(
        for: node, named: outline.nodeNames[index],
        version: versions[node.domain] ?? (node.domain.isEmpty ? nil : 1))
    }
    self.unsupported = unsupported
    let quantizers = outline.order.count {
      ONNXSurvey.quantizers.contains(model.nodes[$0].operatorName)
    }
    if quantizers > 0 {
      findings.append(
        Finding(
          .note, code: "import.quantized",
          message:
            "The model is quantised (\(quantizers) nodes): weights are scale · integer, few unique "
            + "values; the rounding of activations is computed here and dropped by convert."))
    }
    if let type = ONNXElementType.type(outline.input.elementType ?? 1), !type.isFloat {
      findings.append(
        Finding(
          .note, code: "import.integer-input",
          message: "The input '\(outline.input.name)' holds \(type.rawValue) numbers; the graph "
            + "works on real numbers of the same values."))
    }
  }

  private static let quantizers: Set<String> = [
    "BipolarQuant", "ConvInteger", "DequantizeLinear", "MatMulInteger", "QLinearConv",
    "QLinearMatMul", "Quant", "QuantizeLinear",
  ]

  /// All nodes that have rows, translated as far as they can be.
  /// - Throws: what ``ONNXInputShape`` throws.
  func translated() throws(ImportError) -> ONNXTranslator {
    let shape =
      outline.input.name.isEmpty
      ? ONNXInputShape.none : try ONNXInputShape(of: outline.input, given: options.inputShape)
    let inAttributes = model.nodes.lazy.flatMap { node in
      node.attributes.compactMap { attribute -> ONNXTensorRecord? in
        if case .tensor(let record) = attribute.value { record } else { nil }
      }
    }
    let tensors = ONNXTensorReader(of: file, records: model.initializers + Array(inAttributes))
    var translator = ONNXTranslator(
      model, outline, versions: versions, input: shape, constants: options.constants,
      tensors: tensors)
    translator.translateAll(but: Set(unsupported.keys))
    return translator
  }

  /// Throws one error that names every unsupported node, and every node before them that is used
  /// in an unsupported way.
  func throwUnsupported() throws(ImportError) {
    let found = outline.order.compactMap { unsupported[$0] }
    guard let first = found.first else { return }
    let failures = (try? translated())?.failures ?? [:]
    let all = outline.order.compactMap { unsupported[$0] ?? failures[$0]?.asFinding }
    let names = Set(
      outline.order.filter { unsupported[$0] != nil }.map { model.nodes[$0].qualifiedName }
    )
    .sorted()
    throw ImportError(
      .unsupportedOperator,
      found.count == 1
        ? first.message
        : "\(found.count) nodes have no counterpart in sfconv (\(names.joined(separator: ", "))); "
          + "all of them are listed below.",
      at: found.count == 1 ? first.location : .unknown,
      fix: found.count == 1
        ? first.fix : "replace them before export, or cut the model before them with --until",
      findings: all)
  }

  private static func versions(
    _ model: ONNXModel, _ findings: inout [Finding]
  ) throws(ImportError) -> [String: Int] {
    var versions: [String: Int] = [:]
    for (name, version) in model.opsets {
      let domain = name == "ai.onnx" ? "" : name
      versions[domain] = min(max(version, versions[domain] ?? 0), ONNXOperator.newest)
      guard domain.isEmpty else { continue }
      guard version >= 1 else {
        throw ImportError(
          .unsupportedVersion,
          "The file uses operator set \(version); sfconv reads 1 to \(ONNXOperator.newest).",
          fix: "convert it with onnx.version_converter.convert_version(model, 13)")
      }
      if version > ONNXOperator.newest {
        findings.append(
          Finding(
            .warning, code: "import.newer-operator-set",
            message: "The file uses operator set \(version), newer than the newest known "
              + "(\(ONNXOperator.newest)); operators are read as in \(ONNXOperator.newest).",
            fix: "compare the outputs, or export with an older operator set"))
      }
    }
    guard versions[""] != nil || model.nodes.allSatisfy({ !$0.domain.isEmpty }) else {
      throw ImportError(
        .unsupportedVersion, "The file does not say which operator set it uses.",
        fix: "export it again with an opset_import for the standard domain")
    }
    return versions
  }
}
