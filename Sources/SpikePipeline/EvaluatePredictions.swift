import SpikeBytes
import SpikeData
import SpikeSimulate

extension Pipeline {
  /// Writes a CSV file with one line per sample: index, label, prediction; of bundles also the spikes
  /// of each population and the values of the read-out, separated by spaces. These are what a chip, or
  /// its vendor's simulator, is compared with.
  static func write(_ measured: Measured, _ data: Dataset, to path: String?) throws {
    guard let path else { return }
    var text =
      "index,label,prediction" + (measured.outcomes.isEmpty ? "" : ",spikes,readout") + "\n"
    for (index, label) in data.labels.enumerated() {
      text += "\(index),\(label),\(measured.predictions[index])"
      if !measured.outcomes.isEmpty {
        let outcome = measured.outcomes[index]
        text += ",\(words(outcome.populationSpikes)),\(words(outcome.readout))"
      }
      text += "\n"
    }
    try AtomicFile.write(text: text, to: path)
  }

  private static func words(_ numbers: [some BinaryInteger]) -> String {
    numbers.map { "\($0)" }.joined(separator: " ")
  }
}
