import SpikeBytes
import SpikeData
import SpikeGraph

/// What a run is a run of: two runs with equal fingerprints take the same steps.
struct RunFingerprint: Codable, Equatable, Sendable {
  /// Every option that shapes the result, by name.
  var options: [String: String]
  /// SHA-256 of the model.
  var model: String
  /// SHA-256 of the teacher; empty without one.
  var teacher: String
  /// Names, sizes and checksums of the data.
  var training: String
  var evaluation: String

  init(_ options: FitOptions, _ model: Model, training: Dataset, evaluation: Dataset?) {
    var plain = options
    // The result does not depend on threads; models have hashes of their own.
    plain.threads = 1
    teacher = ""
    if case .model(let network) = options.quality.teacher {
      teacher = RunFingerprint.hash(of: network)
      plain.quality.teacher = .none
    }
    self.options = [:]
    RunFingerprint.list(plain, "", 0, into: &self.options)
    self.model = RunFingerprint.hash(of: model)
    self.training = training.fingerprint
    self.evaluation = evaluation?.fingerprint ?? "none"
  }

  /// The differences to another run, in words.
  func differences(to now: RunFingerprint) -> [String] {
    var found: [String] = []
    for name in Set(options.keys).union(now.options.keys).sorted() {
      let (old, new) = (options[name] ?? "absent", now.options[name] ?? "absent")
      if old != new { found.append("option '\(name)' was \(old), is \(new)") }
    }
    if model != now.model { found.append("the model is another one") }
    if teacher != now.teacher { found.append("the teacher is another one") }
    if training != now.training {
      found.append("the training data were \(training), are \(now.training)")
    }
    if evaluation != now.evaluation {
      found.append("the test data were \(evaluation), are \(now.evaluation)")
    }
    return found
  }

  /// Every number and text of a value under the path of names that leads to it. New options are
  /// among them without being named here.
  private static func list(
    _ value: Any, _ path: String, _ depth: Int, into texts: inout [String: String]
  ) {
    let mirror = Mirror(reflecting: value)
    guard !mirror.children.isEmpty, depth < 16 else {
      texts[path] = "\(value)"
      return
    }
    for (index, child) in mirror.children.enumerated() {
      let name = child.label ?? "\(index)"
      list(child.value, path.isEmpty ? name : "\(path).\(name)", depth + 1, into: &texts)
    }
  }

  /// SHA-256 of everything of a model that a fit reads.
  private static func hash(of model: Model) -> String {
    var text = "\(model.stage) \(model.encoding) \(model.timeSteps ?? 0) \(model.graph.inputs) "
    text += "\(model.graph.outputs)"
    for record in model.history {
      text += "\n\(record.station) \(record.metrics.sorted { $0.key < $1.key })"
    }
    for node in model.graph.nodes {
      let parameters = node.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      text += "\n\(node.name) \(node.operator) \(node.inputs) \(parameters) \(node.output)"
    }
    var bytes = Array(text.utf8)
    for (name, tensor) in model.graph.constants.sorted(by: { $0.key < $1.key }) {
      bytes += Array("\n\(name) \(tensor.elementType) \(tensor.shape)\n".utf8) + tensor.bytes()
    }
    return SHA256.hex(of: bytes)
  }
}
