import SpikeBytes
package import SpikeContainers
public import SpikeDiagnostics
import SpikeGraph

/// Reads NIR files (`.nir`): the story from an HDF5 tree to a graph.
///
/// All primitives of nir 1.0.8, files of older versions (without version, without `v_reset`, with
/// nested graphs, without input and output nodes). What a graph cannot hold is refused by name:
/// circles other than a population's own, delays of parts of a step, time constants that differ inside
/// a population.
public enum NIRImporter {
  /// Imports the network of a NIR file.
  ///
  /// - Returns: the model at stage ``SpikeGraph/ModelStage/spiking`` (or ``SpikeGraph/ModelStage/imported``
  ///   where nothing in it is a neuron) with an empty history, and as
  ///   numbered notes every convention that the file leaves open and `options` decided. A network
  ///   with populations runs over time: it takes one input for every step.
  /// - Throws: every `nir.…` code; mistakes of several nodes are listed in
  ///   ``DiagnosedError/findings``.
  /// - Complexity: O(file).
  public static func read(
    path: String, options: NIRImportOptions = NIRImportOptions()
  ) throws(NIRError) -> ImportResult {
    do throws(NIRError) {
      return try read(tree(path), options: options)
    } catch {
      var complete = error.located(in: Location(file: path))
      complete.findings = complete.findings.map { located($0, path) }
      throw complete
    }
  }

  /// Whether the name of a file says that it is NIR.
  public static func recognises(path: String) -> Bool {
    path.lowercased().hasSuffix(".nir")
  }

  /// Imports the network of a tree that was read already.
  package static func read(
    _ tree: HDF5Group, options: NIRImportOptions
  ) throws(NIRError) -> ImportResult {
    try check(options)
    let outline = try NIROutline(tree)
    let rows = try primitives(of: outline)
    let wiring = try NIRWiring(outline)
    let shape = try inputShape(outline, wiring, rows, options)
    var translator = NIRTranslator(input: wiring.input ?? "input", shape: shape, options)
    if let input = wiring.input { translator.setInput(input) }
    try translate(&translator, outline, wiring, rows)
    guard let result = translator.finish(with: wiring.output), !translator.graph.nodes.isEmpty
    else {
      throw NIRError(
        .noNetwork, "There is nothing between the input and the output.",
        at: Location(node: wiring.output), fix: "check that the file is the one you mean")
    }
    if options.readOut == .potential { try translator.endWithPotential() }
    let isSpiking = translator.graph.nodes.contains { $0.operator.isNeuron }
    return ImportResult(
      model: Model(
        graph: translator.graph, stage: isSpiking ? .spiking : .imported,
        encoding: InputEncoding(scale: [1], offset: [0], bits: options.inputBits),
        timeSteps: isSpiking ? options.timeSteps : nil),
      findings: NIRAssumptions.findings(rows, wiring, options) + translator.findings
        + remarks(outline, wiring, result))
  }

  private static func tree(_ path: String) throws(NIRError) -> HDF5Group {
    let file: MappedFile
    do throws(FileError) {
      file = try MappedFile(path: path)
    } catch {
      throw NIRError(.unreadable, "The network cannot be opened.", fix: error.fix, cause: error)
    }
    do throws(HDF5Error) {
      return try HDF5Reader.read(file)
    } catch {
      throw NIRError(
        .corrupt, "The HDF5 file cannot be read.", at: error.location, fix: error.fix,
        cause: error)
    }
  }

  private static func check(_ options: NIRImportOptions) throws(NIRError) {
    if let step = options.timeStep, !(step.isFinite && step > 0) {
      throw NIRError(
        .invalidTimeStep, "The length of a step is \(step); allowed are numbers above 0.",
        at: Location(node: "node"), fix: "give a length above 0, for example --dt 0.001")
    }
  }

  /// The row of every node; all unknown primitives at once.
  private static func primitives(
    of outline: NIROutline
  ) throws(NIRError) -> [String: NIRPrimitive] {
    var rows: [String: NIRPrimitive] = [:]
    var errors: [NIRError] = []
    for (name, node) in outline.nodes.sorted(by: { $0.key < $1.key })
    where node.type != "Input" && node.type != "Output" {
      if let row = NIRPrimitiveTable.row(node.type) {
        rows[name] = row
      } else {
        let known = NIRPrimitiveTable.rows.map(\.name)
        errors.append(
          node.error(
            .unknownPrimitive, "'\(node.type.prefix(64))' is no primitive of NIR 1.0.",
            fix: Suggestion.nearest(to: node.type, among: known).map { "did you mean '\($0)'?" }
              ?? "replace it by primitives that NIR has"))
      }
    }
    try throwAll(errors)
    return rows
  }

  private static func translate(
    _ translator: inout NIRTranslator, _ outline: NIROutline, _ wiring: NIRWiring,
    _ rows: [String: NIRPrimitive]
  ) throws(NIRError) {
    for name in wiring.order {
      guard var node = outline.nodes[name], let row = rows[name] else { continue }
      node.feedback = (wiring.feedback[name] ?? []).compactMap { outline.nodes[$0] }
      try translator.add(node, row, reading: outline.sources[name] ?? [])
    }
  }

  /// The shape of the input node, or of what the first node says that it takes.
  private static func inputShape(
    _ outline: NIROutline, _ wiring: NIRWiring, _ rows: [String: NIRPrimitive],
    _ options: NIRImportOptions
  ) throws(NIRError) -> Shape {
    if let given = options.inputShape { return Shape(given) }
    if let input = wiring.input, let node = outline.nodes[input] {
      return try node.shape("shape")
    }
    if let first = wiring.order.first, let node = outline.nodes[first], let row = rows[first],
      let shape = try row.inputShape(node)
    {
      return shape
    }
    throw NIRError(
      .missingInputShape,
      "The file has no input node, and its first layer does not say what it takes.",
      at: Location(node: wiring.order.first ?? "node"), fix: "give the shape with --input-shape")
  }

  private static func remarks(
    _ outline: NIROutline, _ wiring: NIRWiring, _ result: Shape
  ) -> [Finding] {
    var findings: [Finding] = []
    if outline.version == nil {
      findings.append(
        Finding(
          .note, code: "nir.old-file",
          message: "The file names no version of NIR; it is read as one of 1.0."))
    }
    for name in wiring.unused {
      findings.append(
        Finding(
          .warning, code: "nir.unused-node", message: "The node has no part in the output.",
          location: outline.nodes[name]?.location ?? .unknown, fix: "take it out of the file"))
    }
    for (name, node) in outline.nodes.sorted(by: { $0.key < $1.key }) where node.type == "Output" {
      guard let shape = try? node.shape("shape"), shape != result else { continue }
      findings.append(
        Finding(
          .warning, code: "nir.output-shape",
          message:
            "The output node says shape \(shape); the network makes \(result), which counts.",
          location: outline.nodes[name]?.location ?? .unknown,
          fix: "write the file with the shape \(result)"))
    }
    return findings
  }

  private static func throwAll(_ errors: [NIRError]) throws(NIRError) {
    guard var first = errors.first else { return }
    first.findings += errors.dropFirst().map {
      Finding(.error, code: $0.codeText, message: $0.message, location: $0.location, fix: $0.fix)
    }
    throw first
  }

  private static func located(_ finding: Finding, _ path: String) -> Finding {
    var copy = finding
    copy.location = finding.location.filled(from: Location(file: path))
    return copy
  }
}
