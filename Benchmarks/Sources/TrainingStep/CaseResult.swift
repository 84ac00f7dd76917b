import Foundation

/// What one case measured: one line of JSON, with the same keys as the peers print.
struct CaseResult: Encodable {
  var lib = "sfconv"
  var version = "0"
  var net: String
  var mode: String
  var batch: Int
  var threads: Int
  var steps: Int
  /// Median over the steps.
  var step_ms: Double
  var samples_s: Double
  /// Processor time of a step over all threads.
  var cpu_ms: Double
  /// Peak of the process.
  var rss_mb: Double
  /// Losses of the first steps from the common weights: that all libraries do the same work.
  var losses: [Double]
  /// Spikes per neuron and time step of each spiking layer, in the first step and in the last.
  var rates: [Double]
  var last_rates: [Double]
}

/// What training for the benchmark reached.
struct TrainingReport: Encodable {
  var net: String
  var steps: Int
  /// Share of the samples of the last tenth of the steps that were classified rightly.
  var accuracy: Double
  /// Of the batch in the file: share of the inputs of each layer with weights that are not 0.
  var densities: [Double]
}

extension Encodable {
  /// The value as one line of JSON.
  func line() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
