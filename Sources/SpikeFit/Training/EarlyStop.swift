import SpikeBytes
import SpikeData
import SpikeEngine

/// The best epoch so far by held-out samples, and when to stop looking for a better one.
struct EarlyStop: Codable, Sendable {
  /// The network of the best epoch.
  private(set) var best: TrainableNetwork?
  /// Accuracy of the last epoch.
  private(set) var last: Double?
  private var bestAccuracy = -1.0
  private var epochsWithout = 0
  /// Whether patience is over.
  private(set) var isDone = false

  /// Adds an epoch; of equally good ones the later counts, which has been trained further.
  mutating func add(_ accuracy: Double, _ network: TrainableNetwork, patience: Int) {
    last = accuracy
    epochsWithout = accuracy > bestAccuracy ? 0 : epochsWithout + 1
    if accuracy >= bestAccuracy {
      bestAccuracy = accuracy
      best = network
    }
    isDone = patience > 0 && epochsWithout >= patience
  }
}

/// Samples that are held out of training.
struct Validation: Sendable {
  private let data: Dataset
  private let evaluator: Evaluator

  /// Number of the stream of random numbers, apart from those of epochs.
  private static let epoch = -1

  init(_ data: Dataset, form: NormalForm, options: FitOptions) {
    self.data = data
    evaluator = Evaluator(
      graph: form.graph, configuration: TrainingRun.configuration(options), scale: form.inputScale,
      offset: [0], bits: form.inputBits)
  }

  func accuracy(of engine: Network) -> Double { evaluator.accuracy(of: engine, on: data) }

  /// Training data without a share that is drawn by the seed, and that share; nil for none.
  static func split(_ data: Dataset, _ options: FitOptions) -> (training: Dataset, out: Dataset?) {
    let count = Int((Double(data.count) * options.quality.validationShare).rounded())
    guard count > 0, count < data.count else { return (data, nil) }
    let order = EpochOrder(count: data.count, seed: options.seed, epoch: epoch).indices
    return (
      data.subset(order.dropFirst(count).sorted()), data.subset(order.prefix(count).sorted())
    )
  }
}
