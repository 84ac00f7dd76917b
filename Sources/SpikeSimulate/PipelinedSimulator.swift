public import SpikeBundle
import SpikeCompute
public import SpikeDiagnostics

/// Runs a bundle with the timing of a chip on which every synapse costs one time step.
///
/// Steps count from 1, as in Lava. Column k of the input is sent in step k + 1 and integrated by
/// the first layer in step k + 2, by the layer behind it in step k + 3, and so on. With a reset
/// interval I and offset O, the layer at depth l (0 is the first) clears current and potential at
/// the start of every step n with n mod I = (O + 1 + l) mod I. Images of T columns, one after the
/// other, with I = T and O = 1 give in every layer what ``IntegerSimulator`` gives for each image
/// alone.
public struct PipelinedSimulator: Sendable {
  private let network: PreparedNetwork
  /// Longest way from the input to each population, in synapses, less one.
  public let depths: [Int]

  /// Checks a bundle and lays it out.
  /// - Throws: `simulate.invalid-bundle`, `simulate.range-too-wide`; `simulate.exceeds-chip` for
  ///   chips that work on one spike after the other.
  public init(_ bundle: Bundle) throws(SimulateError) {
    network = try PreparedNetwork(bundle)
    guard network.crossbar == nil, network.xylo == nil else {
      throw SimulateError(
        .exceedsChip,
        "'\(bundle.arithmetic.rawValue)' has no latency of synapses, or one of its own.",
        at: Location(node: bundle.name), fix: "use IntegerSimulator")
    }
    var depths: [Int] = []
    for list in network.projections {
      var depth = 0
      for projection in list {
        for case .population(let position) in projection.sources where position < depths.count {
          depth = max(depth, depths[position] + 1)
        }
      }
      depths.append(depth)
    }
    self.depths = depths
  }

  /// What every neuron did in every step; values are in C, H, W order.
  public struct Trace: Hashable, Sendable {
    /// Spikes (0 or 1; more on chips without time steps) by population and step; a read-out that overflows its chip's highest
    /// threshold shows a 1 too, as on the chip.
    public var spikes: [[[Int32]]]
    /// Currents after each step, by population and step, in units of the state.
    public var currents: [[[Int32]]]
    /// Potentials after each step, by population and step, in units of the state.
    public var potentials: [[[Int32]]]
  }

  /// Runs `steps` steps on the columns of an input.
  /// - Parameters:
  ///   - columns: graded spikes of each step in C, H, W order, as the chip receives them; silence
  ///     follows the last column.
  ///   - steps: number of steps to run.
  ///   - resetInterval: every so many steps each layer is cleared; nil is never.
  ///   - resetOffset: see the type.
  /// - Throws: `simulate.wrong-sample` where a column has another size or values too large.
  public func run(
    columns: [[Int32]], steps: Int, resetInterval: Int? = nil, resetOffset: Int = 0
  ) throws(SimulateError) -> Trace {
    let largest = Int32(1 << network.inputBits) - 1
    for column in columns {
      guard column.count == network.inputLayout.count,
        column.allSatisfy({ (0...largest).contains($0) })
      else {
        throw SimulateError(
          .wrongSample,
          "A column has \(column.count) values; \(network.inputLayout.count) values of 0…\(largest)"
            + " are allowed.")
      }
    }
    let state = SimulationState(network)
    state.resetAll()
    // What each source sent in the step before.
    let sentInput = IntegerBuffer(count: network.inputLayout.count)
    let sent = network.populations.map { IntegerBuffer(count: $0.layout.count) }
    let empty = Array(repeating: [[Int32]](), count: network.populations.count)
    var trace = Trace(spikes: empty, currents: empty, potentials: empty)
    for step in 1...max(1, steps) {
      for population in network.populations.indices {
        if let interval = resetInterval, interval > 0,
          (step - resetOffset - 1 - depths[population]) % interval == 0
        {
          state.reset(population)
        }
        state.deliver(to: population) { source in
          switch source {
          case .input: sentInput
          case .population(let index): sent[index]
          }
        }
        state.advance(population)
      }
      for (population, prepared) in network.populations.enumerated() {
        sent[population].assign(state.spikes[population])
        let layout = prepared.layout
        trace.spikes[population].append(layout.ordered(state.spikes[population].array()))
        trace.currents[population].append(layout.ordered(state.currents[population].array()))
        trace.potentials[population].append(layout.ordered(state.potentials[population].array()))
      }
      if step <= columns.count {
        sentInput.assign(network.inputLayout.map(columns[step - 1]))
      } else {
        sentInput.fill(0)
      }
    }
    return trace
  }
}
