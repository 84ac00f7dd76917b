import SpikeCompute
import SpikeDiagnostics
import SpikeEngine

/// What the processes of a fit make sure of before and while they work together.
enum FitAgreement {
  /// Refuses processes that would not take the same steps.
  /// - Throws: `fit.unsuitable-processes` in all of them, `fit.lost-process`.
  static func check(
    _ fingerprint: RunFingerprint, options: FitOptions, _ processes: any ProcessRing
  ) throws(FitError) {
    guard processes.count > 1 else { return }
    var facts = ComputeIdentity.facts
    for (name, value) in fingerprint.options { facts["option '\(name)'"] = value }
    facts["the model"] = fingerprint.model
    facts["the teacher"] = fingerprint.teacher
    facts["the training data"] = fingerprint.training
    facts["the test data"] = fingerprint.evaluation
    let difference = processes.disagreement(facts)
    try checkWhole(processes)
    if let difference {
      throw FitError(
        .unsuitableProcesses,
        "The processes would not train the same network the same way: \(difference).",
        fix: "start the same program with the same options and files on machines of one kind")
    }
    let shards = TrainingRun.configuration(options).shards
    guard processes.count <= shards else {
      throw FitError(
        .unsuitableProcesses,
        "There are \(processes.count) processes; a batch is cut into \(shards) shards.",
        fix: "start at most \(shards) processes")
    }
  }

  /// - Throws: `fit.lost-process` where another process has left before its time.
  static func checkWhole(_ processes: any ProcessRing) throws(FitError) {
    guard processes.isBroken else { return }
    throw FitError(
      .lostProcess, "Another process has left.",
      fix: "see what it says, and start the processes again, with --resume if there is a checkpoint"
    )
  }

  /// What the first process has read, for all of them; nil where there is nothing.
  static func spread(
    _ bytes: [UInt8]?, _ processes: any ProcessRing
  ) throws(FitError) -> [UInt8]? {
    guard processes.count > 1 else { return bytes }
    let message = processes.isFirst ? bytes.map { [1] + $0 } ?? [0] : []
    let found = processes.gather(message)[0]
    try checkWhole(processes)
    return found.first == 1 ? Array(found.dropFirst()) : nil
  }
}
