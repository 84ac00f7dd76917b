/// The passes in the order in which they run, each with the reason for its place.
package enum ConversionRecipe {
  /// The list; a test holds every `after` against it.
  package static let passes: [Pass] = [
    // Before anything is rewritten, so that its message speaks of the user's own graph.
    .removeUnusedNodes,
    .removeFinalSoftmax,
    // Quantisers end in clips, which the next pass judges.
    .settleQuantization,
    .settleActivations,
    // From here on normalisation, bias addition and division are one thing: affine maps.
    .expandBatchNormalization,
    .mergeAffines,
    // First of the folds: an encoding takes scale and shift whatever padding follows.
    .foldInputAffine,
    .moveAffineBeforePooling,
    // A map between two projections goes to the one in front, where it leaves weights alone.
    .foldAffineIntoProjection,
    .foldAffineIntoConsumer,
    // Last, because a scale between pool and activation would be in the way.
    .orderMaximumPooling,
  ]

  /// Runs the passes behind `first` up to and with `last`; nil stands for the ends of the list.
  package static func run(
    _ state: inout ConversionState, after first: String? = nil, until last: String? = nil
  ) throws(ConvertError) {
    var isRunning = first == nil
    for pass in passes {
      if isRunning { try pass.run(&state) }
      if pass.name == first { isRunning = true }
      if pass.name == last { return }
    }
  }
}
