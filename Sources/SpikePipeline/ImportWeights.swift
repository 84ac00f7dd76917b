import SpikeDiagnostics
import SpikeGraph
import SpikeImport
import SpikeModelFile

/// Numbers from one file, architecture from another.
extension Pipeline {
  /// The network of the request; a model file only where weights come from elsewhere.
  func readArchitecture(_ request: ImportRequest) throws -> ImportResult {
    guard request.weights != nil, request.input.lowercased().hasSuffix(".sfm") else {
      return try readForeign(request)
    }
    let given: [(String, Bool)] = [
      ("--input-shape", request.inputShape != nil), ("--until", request.until != nil),
      ("--input-scale", request.inputScale != nil), ("--input-offset", request.inputOffset != nil),
    ]
    for (option, isGiven) in given where isGiven {
      throw PipelineError(
        .invalidOption, "\(option) is for networks from foreign files; a model file has its own.",
        at: Location(file: request.input), fix: "leave \(option) out, or import from ONNX")
    }
    let loaded = try load(request.input, stages: [.imported], for: "import --weights")
    return ImportResult(model: loaded.model, findings: [])
  }

  /// The network with the numbers of the weights file, and a record of where they came from.
  func joinWeights(_ request: ImportRequest, to result: ImportResult) throws -> ImportResult {
    guard let path = request.weights, !ArchitectureImporter.recognises(path: request.input) else {
      return result
    }
    let joined = try WeightsJoin.join(result.model.graph, with: WeightsFile(path: path))
    var complete = result
    // What the importer said of numbers that are gone no longer holds.
    complete.findings = result.findings.filter { finding in
      finding.code != "import.not-finite" || !joined.taken.contains(finding.location.tensor ?? "")
    }
    complete.findings += joined.findings
    complete.model.graph = joined.graph
    complete.model.history.append(try weightsRecord(path, tensors: joined.taken.count))
    return complete
  }

  /// What the history says of a weights file.
  func weightsRecord(_ path: String, tensors: Int? = nil) throws -> HistoryRecord {
    HistoryRecord(
      station: "weights", version: SfconvVersion.number,
      options: [
        "file": path.split(separator: "/").last.map(String.init),
        "tensors": tensors.map(String.init),
      ].compactMapValues { $0 }, inputHash: try Pipeline.hash(of: path))
  }
}
