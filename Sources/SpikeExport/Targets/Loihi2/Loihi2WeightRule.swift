import SpikeDiagnostics

/// Weights of a dense layer that Lava's loader reads as they are written.
///
/// netx chooses a sign mode and a power-of-two scale so that weights fill 8 bits, and lava clips by
/// its own test of the signs; where the two disagree the weights change without a message. Safe
/// are weights in -128…127 that are not all zero and, where none is positive, whose minimum is no
/// power of two (docs/formats/loihi2.md, "Weights").
enum Loihi2WeightRule {
  /// - Throws: `export.limit-exceeded`, `export.unsafe-weights`.
  static func check(
    _ weights: [Int32], isDense: Bool, at place: Location
  ) throws(ExportError) {
    guard let smallest = weights.min(), let largest = weights.max() else { return }
    let range = Loihi2Layout.weights
    guard range.contains(smallest), range.contains(largest) else {
      throw ExportError(
        .limitExceeded,
        "The weights are \(smallest)…\(largest); Loihi holds \(range.lowerBound)…"
          + "\(range.upperBound).", at: place, fix: "fit with --target loihi2 or --bits 8")
    }
    guard isDense else { return }
    if smallest == 0 && largest == 0 {
      throw ExportError(
        .unsafeWeights, "All weights of the layer are 0; Lava's loader cannot read such a layer.",
        at: place, fix: "prune less: at least one synapse must stay")
    }
    if largest <= 0 && smallest.magnitude.nonzeroBitCount == 1 {
      throw ExportError(
        .unsafeWeights,
        "No weight of the layer is positive and the smallest is \(smallest), a power of two; "
          + "Lava's loader would change such weights.", at: place,
        fix: "fit with one positive weight in the codebook, or with a smallest weight of "
          + "\(smallest + 1) or \(max(smallest - 1, -127))")
    }
  }
}
