public import SpikeDiagnostics
public import SpikeGraph

/// What an importer hands on: the model, and what the user should know about it.
public struct ImportResult: Sendable {
  /// The network at stage ``SpikeGraph/ModelStage/imported``, without a history record.
  public var model: Model
  /// Notes and warnings, in the order of the file.
  public var findings: [Finding]

  /// Makes a result.
  public init(model: Model, findings: [Finding]) {
    self.model = model
    self.findings = findings
  }
}
