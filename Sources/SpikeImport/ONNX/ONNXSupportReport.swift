public import SpikeDiagnostics
public import SpikeGraph

/// What sfconv can make of an ONNX file, node by node, before anything is converted.
public struct ONNXSupportReport: Sendable {
  /// What becomes of a node.
  public enum Status: String, Hashable, Sendable, CaseIterable {
    /// It is imported.
    case supported
    /// It is not, and ``Entry/finding`` says why.
    case unsupported
    /// It could not be tried, because something before it is unsupported.
    case notReached = "not-reached"
    /// It does not lead to the output and is left out.
    case unused
  }

  /// One node of the file.
  public struct Entry: Hashable, Sendable {
    /// Name of the node; made up where the file has none.
    public var node: String
    /// Operator, with its domain where that is not the standard one.
    public var `operator`: String
    /// What becomes of it.
    public var status: Status
    /// Why, and what helps; nil where it is supported.
    public var finding: Finding?
    /// Names of the nodes of ``ONNXSupportReport/graph`` that it becomes; none where it vanishes.
    public var layers: [String] = []
  }

  /// Version of the file format.
  public var irVersion: Int
  /// Program that wrote the file, as it says.
  public var producer: String
  /// Version of each operator set, by domain; the standard domain is "".
  public var operatorSets: [String: Int]
  /// All nodes in the order of the file.
  public var entries: [Entry]
  /// Warnings about the file as a whole, and why it cannot be imported where no node is to blame.
  public var findings: [Finding]

  /// The network, where the file would be imported.
  public var graph: Graph?

  /// Whether the file would be imported.
  public var isSupported: Bool {
    entries.allSatisfy { $0.status == .supported || $0.status == .unused }
      && !findings.contains { $0.severity == .error }
  }

  /// Looks at the ONNX file at `path`.
  /// - Throws: the `import.…` codes of files that have no readable network in them; unsupported
  ///   nodes are entries, not errors.
  public static func read(
    path: String, options: ONNXImportOptions = ONNXImportOptions()
  ) throws(ImportError) -> ONNXSupportReport {
    do throws(ImportError) {
      let file = try ONNXImporter.open(path)
      let survey = try ONNXSurvey(of: try ONNXModelReader.read(file), file, options)
      return ONNXSupportReport(of: survey)
    } catch {
      throw error.located(in: Location(file: path))
    }
  }

  private init(of survey: ONNXSurvey) {
    let model = survey.model
    irVersion = model.irVersion
    producer = model.producer
    operatorSets = [:]
    for (domain, version) in model.opsets {
      operatorSets[domain == "ai.onnx" ? "" : domain] = version
    }
    findings = survey.findings
    let live = Set(survey.outline.order)
    var reasons = survey.unsupported
    var notReached: Set<Int> = []
    var layers: [String: [String]] = [:]
    do throws(ImportError) {
      let translator = try survey.translated()
      for (index, error) in translator.failures { reasons[index] = error.asFinding }
      notReached = translator.skipped
      findings += translator.findings
      if reasons.isEmpty {
        do throws(ImportError) {
          let graph = try ONNXImporter.finished(translator, survey)
          for node in graph.nodes {
            if let origin = translator.origins[node.name] {
              layers[origin, default: []].append(node.name)
            }
          }
          self.graph = graph
        } catch {
          findings.append(error.asFinding)
        }
      }
    } catch {
      findings.append(error.asFinding)
      notReached = live
    }
    entries = model.nodes.indices.map { index in
      let status: Status
      switch index {
      case _ where !live.contains(index): status = .unused
      case _ where reasons[index] != nil: status = .unsupported
      case _ where notReached.contains(index): status = .notReached
      default: status = .supported
      }
      return Entry(
        node: survey.outline.nodeNames[index], operator: model.nodes[index].qualifiedName,
        status: status, finding: reasons[index],
        layers: layers[survey.outline.nodeNames[index]] ?? [])
    }
  }
}

extension DiagnosedError {
  /// The error as one finding of a list.
  var asFinding: Finding {
    Finding(.error, code: codeText, message: message, location: location, fix: fix)
  }
}
