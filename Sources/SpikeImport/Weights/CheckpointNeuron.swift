import Foundation
import SpikeGraph

/// Parameters of one population as a state dict holds them.
///
/// snnTorch 1.0.0 registers `beta`, `threshold`, `reset_mechanism_val` and `graded_spikes_factor` for
/// every `Leaky`, and `alpha` for a `Synaptic`. SpikingJelly 2.0.0 has only the learned `w` of a
/// `ParametricLIFNode`, 1/tau = sigmoid(w); threshold, reset and the tau of its other neurons are not
/// in its state dicts.
struct CheckpointNeuron {
  /// Which program's names they are.
  enum Library: String {
    case snnTorch
    case spikingJelly = "SpikingJelly"
  }

  /// Which program wrote them; nil where only a threshold is there.
  let library: Library?
  /// Names of the tensors in the file, sorted.
  let names: [String]
  /// `beta` limited to 0…1, or 1 - sigmoid(w); one for all neurons or one for each.
  let decays: [Float]
  /// `alpha` limited to 0…1.
  let currentDecays: [Float]
  let threshold: Tensor?
  /// 0 subtracts, 1 sets to zero, 2 does nothing.
  let resetMechanism: Int?
  /// Height of a spike.
  let gradedFactors: [Float]

  /// The parameters under `prefix`, for example `1.`; nil where the file has none.
  init?(in file: WeightsFile, _ prefix: String) {
    func values(_ name: String) -> [Float] { file.tensors[prefix + name]?.floats() ?? [] }
    let w = values("w")
    let beta = values("beta")
    let alpha = values("alpha")
    let mechanism = values("reset_mechanism_val")
    threshold = file.tensors[prefix + "threshold"]
    let isSnnTorch = !beta.isEmpty || !alpha.isEmpty || !mechanism.isEmpty
    guard isSnnTorch || w.count == 1 || threshold != nil else { return nil }
    library = isSnnTorch ? .snnTorch : w.count == 1 ? .spikingJelly : nil
    let known = ["alpha", "beta", "graded_spikes_factor", "reset_mechanism_val", "threshold"]
    names = (isSnnTorch ? known : w.count == 1 ? ["threshold", "w"] : ["threshold"])
      .map { prefix + $0 }.filter { file.tensors[$0] != nil }
    func limited(_ value: Float) -> Float { value.isFinite ? min(max(value, 0), 1) : value }
    decays =
      isSnnTorch
      ? beta.map(limited) : w.count == 1 ? [Float(1 - 1 / (1 + exp(-Double(w[0]))))] : []
    currentDecays = alpha.map(limited)
    resetMechanism = mechanism.count == 1 ? Int(exactly: mechanism[0]) ?? -1 : nil
    gradedFactors = isSnnTorch ? values("graded_spikes_factor") : []
  }

  /// The factor of all neurons; nil where there is none, or several.
  var decay: Float? { CheckpointNeuron.uniform(decays) }
  /// The factor of all synapses; nil where there is none, or several.
  var currentDecay: Float? { CheckpointNeuron.uniform(currentDecays) }

  private static func uniform(_ values: [Float]) -> Float? {
    guard let first = values.first, first.isFinite, values.allSatisfy({ $0 == first }) else {
      return nil
    }
    return first
  }
}

extension CheckpointNeuron {
  /// The threshold for a population of shape `shape`: `[]`, or `[C]`; nil where it differs inside of a
  /// channel or does not broadcast by PyTorch's rule.
  func threshold(for shape: Shape) -> Tensor? {
    guard let threshold else { return nil }
    let values = threshold.floats()
    guard let first = values.first else { return nil }
    if values.allSatisfy({ $0 == first }) { return .scalar(first) }
    var sizes = threshold.shape.dimensions
    if sizes.count == shape.rank + 1, sizes[0] == 1 { sizes.removeFirst() }
    guard sizes.count == shape.rank, sizes[0] == shape[0], sizes.dropFirst().allSatisfy({ $0 == 1 })
    else { return nil }
    return Tensor(values, shape: [values.count])
  }
}
