/// A run between two steps: everything that is not in its options, its model and its data.
///
/// The order of samples, their augmentation and random scores follow from seed, epoch and event, so
/// no generator needs to be kept.
struct RunState: Codable, Sendable {
  var network: TrainableNetwork
  var pruner: Pruner
  var average: WeightAverage?
  var stopping: EarlyStop
  var step: Int
  var meter: ProgressMeter
  var floatAccuracy: Double?
}
