import SpikeBundle
import SpikeDiagnostics

/// A network of neurons without leak as Xylo's neurons run it.
///
/// No neuron of Xylo is without memory of its current or without leak: a current keeps half of what
/// arrives at least, a potential loses 1 at least. With the dash 1 for currents the sum of what a spike
/// brings over all steps is its weight (x/2 + x/4 + …), and with the dash 15 for potentials a step
/// takes 1, the least that there is. Weights, thresholds and biases stay. Spikes arrive a step later in
/// each layer and currents lag one step behind, so the window is two steps longer for each hidden
/// layer. What the network computes differs from the fitted one by rounding, by several spikes a
/// step, and by timing; the simulator computes it exactly as the chip does.
enum XyloRendering {
  /// Dash of currents.
  static let currentDash: Int32 = 1
  /// Dash of potentials.
  static let membraneDash: Int32 = 15

  /// The bundle in Xylo's arithmetic.
  /// - Throws: `export.unsupported-neuron` for leaks of another kind, `export.limit-exceeded`,
  ///   `export.unsupported-topology`.
  static func rendered(_ bundle: Bundle) throws(ExportError) -> Bundle {
    var result = bundle
    var depths: [Int] = []
    for (index, population) in bundle.populations.enumerated() {
      guard population.membraneDecay == 0, population.currentDecay == 4096 else {
        throw ExportError(
          .unsupportedNeuron,
          "The neurons keep a share of their state each step; those of '\(bundle.target)' lose theirs "
            + "by shifts.", at: Location(node: population.name),
          fix: "fit with --target \(bundle.target) --leak none")
      }
      var depth = 0
      for projection in bundle.projections where projection.target == index {
        for case .population(let position) in projection.sources where position < index {
          depth = max(depth, depths[position] + 1)
        }
      }
      depths.append(depth)
      result.populations[index].membraneDecay = membraneDash
      result.populations[index].currentDecay = currentDash
      guard population.model != "LI" else { continue }
      result.populations[index].model = "CubaLIF"
      if population.spikesAboveOnly {
        result.populations[index].spikesAboveOnly = false
        result.populations[index].thresholds = population.thresholds.map {
          $0 < Int32.max ? $0 + 1 : $0
        }
      }
    }
    result.timeSteps = bundle.timeSteps + 2 * (depths.max() ?? 0)
    do throws(XyloProblem) {
      _ = try XyloCore(result)
    } catch {
      throw XyloEncoder.error(error)
    }
    return result
  }
}
