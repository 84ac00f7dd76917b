import SpikeBundle
import SpikeDiagnostics
import SpikeGraph
import SpikeImport
import SpikeModelFile

extension Pipeline {
  /// Shows what a file holds; for ONNX, which nodes can be imported and why not; for TFLite and Keras,
  /// what it would become.
  /// - Parameter support: For ONNX: also what conversion to spikes would make of every node.
  /// - Throws: `pipeline.unknown-file-kind`, `pipeline.invalid-option`, or what reading the file throws.
  public func inspect(_ path: String, support: Bool = false) throws -> Outcome {
    switch try FileKind.of(path) {
    case .onnx where support: try Pipeline.inspectSupport(path)
    case _ where support:
      throw PipelineError(
        .invalidOption, "--support is for ONNX files.", at: Location(file: path),
        fix: "leave --support out")
    case .onnx: try Pipeline.inspectONNX(path)
    case .network: try inspectNetwork(path)
    case .model: try Pipeline.describe(try ModelFile.read(path: path), path)
    case .bundle: try Pipeline.describe(try BundleFile.read(path: path), path)
    }
  }

  /// A network as it would be imported; what cannot be is an error that lists every node.
  private func inspectNetwork(_ path: String) throws -> Outcome {
    let result = try readNetwork(ImportRequest(input: path, output: ""))
    var outcome = try Pipeline.describe(result.model, path)
    outcome.findings += result.findings
    return outcome
  }

  private static func describe(_ model: Model, _ path: String) throws -> Outcome {
    let shapes = try model.graph.inferredShapes()
    var table = TextTable("node", "operator", "output", "parameters")
    for node in model.graph.nodes {
      let parameters = node.parameters.sorted { $0.key < $1.key }.map { role, name in
        "\(role.rawValue) \(model.graph.constants[name]?.shape.description ?? "missing")"
      }
      table.add(
        node.name, node.operator.name, shapes[node.output]?.description ?? "",
        parameters.joined(separator: " "))
    }
    var lines = [
      "\(path): \(model.stage.rawValue) model, \(Figure.grouped(model.graph.parameterCount)) parameters"
        + (model.timeSteps.map { ", \($0) time steps" } ?? ""), "", table.text,
    ]
    for (name, book) in model.codebooks.sorted(by: { $0.key < $1.key }) {
      let entries = book.entries.first ?? []
      lines.append(
        "codebook of \(name): \(book.scope.rawValue), "
          + (book.entries.count == 1
            ? entries.map(String.init).joined(separator: " ")
            : "\(book.entries.count) lists") + (book.hasFreeZero ? " and 0" : ""))
    }
    lines += model.history.map(historyLine)
    return Outcome(
      summary: .members([
        "file": .text(path), "kind": .text("model"), "stage": .text(model.stage.rawValue),
        "parameters": .integer(model.graph.parameterCount),
        "timeSteps": model.timeSteps.map { .integer($0) },
        "nodes": .list(
          model.graph.nodes.map { node in
            .members([
              "name": .text(node.name), "operator": .text(node.operator.name),
              "output": .list((shapes[node.output]?.dimensions ?? []).map { .integer($0) }),
            ])
          }),
        "history": .list(model.history.map(historySummary)),
      ]), text: lines.joined(separator: "\n"))
  }

  private static func historyLine(_ record: HistoryRecord) -> String {
    let options = record.options.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let metrics = record.metrics.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return "history: \(record.station) (\(record.version)) "
      + (options + metrics).joined(separator: " ")
  }

  private static func historySummary(_ record: HistoryRecord) -> Summary {
    .members([
      "station": .text(record.station), "version": .text(record.version),
      "seed": record.seed.map { .text(String($0)) }, "inputHash": .text(record.inputHash),
      "options": .object(
        record.options.sorted { $0.key < $1.key }.map {
          Summary.Member(key: $0.key, value: .text($0.value))
        }),
      "metrics": .object(
        record.metrics.sorted { $0.key < $1.key }.map {
          Summary.Member(key: $0.key, value: .number($0.value))
        }),
    ])
  }

  private static func describe(_ bundle: Bundle, _ path: String) throws -> Outcome {
    let figures = try BundleFigures(path: path)
    var populations = TextTable("population", "shape", "model", "threshold", "reset", "leak")
    for population in bundle.populations {
      populations.add(
        population.name, "\(population.shape)", population.model,
        population.thresholds.isEmpty
          ? "none"
          : Set(population.thresholds).count == 1
            ? "\(population.thresholds[0])"
            : "\(population.thresholds.min() ?? 0)…\(population.thresholds.max() ?? 0)",
        population.reset.map { $0 == .bySubtraction ? "subtract" : "to value" } ?? "none",
        population.membraneDecay == 0 ? "none" : "\(population.membraneDecay)/4096")
    }
    var projections = TextTable("projection", "weight", "unique weights", "entries")
    for projection in bundle.projections {
      let books = projection.codebooks.map { bundle.codebooks[$0] }
      projections.add(
        projection.name, "\(projection.weightShape)",
        "\(books.map(\.uniqueCount).max() ?? 0)",
        books.count == 1
          ? books[0].entries.map(String.init).joined(separator: " ") : "\(books.count) codebooks")
    }
    return Outcome(
      summary: .members([
        "file": .text(path), "kind": .text("bundle"), "name": .text(bundle.name),
        "producer": .text(bundle.producer), "target": .text(bundle.target),
        "arithmetic": .text(bundle.arithmetic.rawValue), "timeSteps": .integer(bundle.timeSteps),
        "bytes": .integer(figures.total), "entropyRatio": figures.entropyRatio.map { .number($0) },
        "populations": .integer(bundle.populations.count),
        "neurons": .integer(bundle.populations.reduce(0) { $0 + $1.neuronCount }),
      ]),
      text: [
        "\(path): bundle '\(bundle.name)' for \(bundle.target), \(bundle.timeSteps) time steps, "
          + "\(Figure.grouped(figures.total)) bytes", "", populations.text, "", projections.text,
      ].joined(separator: "\n"))
  }
}
