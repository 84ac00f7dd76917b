import Foundation
import SpikeBytes
import SpikeDiagnostics
import SpikeFit

/// The reports of a fit as JSON lines (one object a line), written as they come.
///
/// A fit that is continued repeats the reports after its checkpoint: lines from the first repeated
/// step on, and a line that was cut off, are dropped before new ones are added.
final class RunLog {
  private let path: String
  private let keepsOld: Bool
  private var file: FileHandle?
  private var hasStarted = false
  /// Whether a line could not be written.
  private(set) var hasFailed = false

  /// - Throws: `file.not-writable` where no log can be written.
  init(_ path: String, resumes: Bool) throws {
    self.path = path
    keepsOld = resumes
    if !resumes || !FileManager.default.fileExists(atPath: path) {
      try AtomicFile.write(text: "", to: path)
    }
  }

  private struct Line: Decodable { var step: Int }

  /// Adds a report.
  func add(_ progress: FitProgress) {
    do {
      if !hasStarted { try start(before: progress.step) }
      let line = RunLog.summary(progress).json + "\n"
      try file?.write(contentsOf: Data(line.utf8))
    } catch {
      hasFailed = true
    }
  }

  private func start(before step: Int) throws {
    hasStarted = true
    var kept = ""
    if keepsOld {
      let text = try String(contentsOfFile: path, encoding: .utf8)
      for line in text.split(separator: "\n") {
        let found = try? JSONDecoder().decode(Line.self, from: Data(line.utf8))
        guard let found, found.step < step else { continue }
        kept += line + "\n"
      }
    }
    try AtomicFile.write(text: kept, to: path)
    file = try FileHandle(forWritingTo: URL(filePath: path))
    _ = try file?.seekToEnd()
  }

  private static func summary(_ progress: FitProgress) -> Summary {
    .members([
      "step": .integer(progress.step), "steps": .integer(progress.steps),
      "epoch": .integer(progress.epoch), "part": .text(progress.part.rawValue),
      "loss": .number(progress.loss), "accuracy": .number(progress.accuracy),
      "validationAccuracy": progress.validationAccuracy.map { .number($0) },
      "learningRate": .number(Double(progress.learningRate)),
      "spikeRate": .number(progress.spikeRate),
      "removedChannels": .integer(progress.removedChannels),
      "samplesPerSecond": .number(progress.samplesPerSecond.rounded()),
    ])
  }
}
