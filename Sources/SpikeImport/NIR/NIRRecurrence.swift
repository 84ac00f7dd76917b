import SpikeGraph

/// The recurrent layers of a population as one: I[t] gets W s[t - 1] + b.
struct NIRRecurrence {
  /// W, row-major `[N, N]` (post x pre).
  private var values: [Double]
  /// b.
  private(set) var bias: NIRParameter
  private let count: Int

  /// Adds up the layers that feed a population back; nil where it has none.
  /// - Throws: `nir.unsupported-recurrence`, `nir.invalid-field`, `nir.missing-field`,
  ///   `nir.shape-mismatch`.
  init?(_ node: NIRNode, _ shape: Shape) throws(NIRError) {
    guard !node.feedback.isEmpty else { return nil }
    guard shape.rank == 1 else {
      throw node.error(
        .unsupportedRecurrence,
        "A recurrent layer feeds a population of shape \(shape); allowed are vectors.",
        fix: "flatten in front of the population")
    }
    count = shape[0]
    values = Array(repeating: 0, count: count * count)
    bias = NIRParameter(0)
    for layer in node.feedback {
      let weight = try layer.array("weight")
      guard weight.shape == [count, count] else {
        throw layer.error(
          .shapeMismatch,
          "The weight of a recurrent layer has shape \(weight.shape); its population has \(count) "
            + "neurons.", fix: "make the sizes of the layers fit")
      }
      for index in values.indices { values[index] += weight.values[index] }
      guard layer.type == "Affine" else { continue }
      let own = try layer.array("bias").values
      guard own.count == count || own.count == 1 else {
        throw layer.error(
          .invalidField, "The bias has \(own.count) numbers; allowed are 1 or \(count).",
          fix: "give one number for each output")
      }
      bias = bias.combined(with: NIRParameter(values: own), +)
    }
  }

  /// The weight as a constant of the graph, each row times what its neuron makes of its input.
  func weight(times gain: NIRParameter) -> Tensor {
    Tensor(
      values.indices.map { Float(values[$0] * (gain.uniform ?? gain.values[$0 / count])) },
      shape: [count, count])
  }
}
