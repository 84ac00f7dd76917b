public import SpikeDiagnostics
public import SpikeGraph
public import SpikeHardware

extension ChipPlanner {
  /// Runs of layers that would each fit a chip of their own, spikes going from chip to chip.
  ///
  /// Greedy from the input on, which gives the fewest chips, because every count rises with the
  /// layers. A bound, not a design: links between chips are not part of a hardware spec.
  /// - Returns: names of the layers of each chip; nil where a single layer is too large, or where
  ///   what is missing does not get better on more chips.
  /// - Throws: `fit.…` codes of models that cannot be fitted at all.
  public static func split(
    _ model: Model, options: FitOptions, spec: HardwareSpec, wishes: Wishes = Wishes()
  ) throws(FitError) -> [[String]]? {
    let form = try NormalForm(model, options: options, thresholdFactor: 1)
    let map = NetworkMap(try TrainableNetwork(form, options: options))
    let demand = ChipDemand(
      map: map, spec: spec, uniqueWeights: wishes.uniqueWeights ?? 2, layers: wishes.layers,
      hasFreeZero: hasFreeZero(options, spec),
      timeSteps: options.timeSteps, weightBits: options.bits ?? 8)
    var chips: [[String]] = []
    var start = 0
    while start < map.layers.count {
      var end = start
      while end < map.layers.count,
        demand.items(map.widths, layers: start..<end + 1).allSatisfy(\.isMet)
      {
        end += 1
      }
      guard end > start else { return nil }
      chips.append(map.layers[start..<end].map(\.name))
      start = end
    }
    return chips
  }
}
