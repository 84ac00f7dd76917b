import SpikeBundle
import SpikeDiagnostics
import SpikeGraph

// Nodes without weights: what lies between spikes and synapses, or between synapses and neurons.
extension GraphLowering {
  func pool(
    _ signal: Signal, _ pool: Pooling, divides: Bool, _ place: Location
  ) throws(ExportError) -> Signal {
    guard case .spikes(var spikes) = signal else {
      throw ExportError(
        .unsupportedTopology, "A pool stands between synapses and their neurons.", at: place,
        fix: "put the pool behind the neurons (activation before pooling); convert keeps the order "
          + "of the model")
    }
    let kernel = pool.kernel.count == 1 ? [1] + pool.kernel : pool.kernel
    let map = spikes.mapShape
    // A pool over the whole map tiles it whatever its stride.
    let coversAll =
      map.count == 3 && kernel == [map[1], map[2]] && pool.padsBefore.allSatisfy { $0 == 0 }
      && pool.padsAfter.allSatisfy { $0 == 0 } && pool.dilations.allSatisfy { $0 == 1 }
    guard spikes.shape.count == 3, !spikes.isFlat, kernel.count == 2, pool.isTiling || coversAll
    else {
      throw ExportError(
        .unsupportedTopology,
        "The pool with window \(pool.kernel), stride \(pool.strides) and border "
          + "\(pool.padsBefore) does not tile its map; a chip adds windows that tile it.",
        at: place, fix: "use a stride equal to the window and no border")
    }
    spikes.window = [spikes.window[0] * kernel[0], spikes.window[1] * kernel[1]]
    if divides {
      let (divisor, overflow) = spikes.divisor.multipliedReportingOverflow(
        by: kernel[0] * kernel[1])
      guard !overflow, divisor <= 1 << 24 else {
        throw ExportError(
          .limitExceeded, "The pooling windows multiply to more than 2^24.", at: place,
          fix: "pool less")
      }
      spikes.divisor = divisor
    }
    return .spikes(spikes)
  }

  /// Later spikes are a property of the projection that reads them.
  func delay(
    _ signal: Signal, by steps: [Int], _ place: Location
  ) throws(ExportError) -> Signal {
    guard case .spikes(var spikes) = signal else {
      throw ExportError(
        .unsupportedTopology, "A delay stands between synapses and their neurons.", at: place,
        fix: "put the delay in front of the synapses")
    }
    guard steps.count == 1 || spikes.window == [1, 1] else {
      throw ExportError(
        .unsupportedTopology,
        "Elements behind a pool have delays of their own; a chip delays them in front of it.",
        at: place, fix: "use one delay for all, or put the delay in front of the pool")
    }
    let count = spikes.shape.reduce(1, *)
    let before = spikes.delays.isEmpty ? Array(repeating: 0, count: count) : spikes.delays
    let after = before.indices.map { before[$0] + (steps.count == 1 ? steps[0] : steps[$0]) }
    guard let longest = after.max(), longest <= 65_535 else {
      throw ExportError(
        .limitExceeded, "Delays add up to more than 65535 steps.", at: place,
        fix: "use shorter delays")
    }
    spikes.delays = longest == 0 ? [] : after
    return .spikes(spikes)
  }

  func reshape(
    _ signal: Signal, to shape: Shape, _ place: Location
  ) throws(ExportError) -> Signal {
    switch signal {
    case .spikes(var spikes):
      let lifted = InputLowering.lifted(shape)
      if !spikes.isFlat && lifted == spikes.mapShape { return signal }
      if shape.rank == 1 {
        spikes.isFlat = spikes.isFlat || spikes.shape.count > 1
        return .spikes(spikes)
      }
      // A vector that becomes a map of the same neurons.
      if spikes.isFlat && lifted == spikes.mapShape {
        spikes.isFlat = false
        return .spikes(spikes)
      }
    case .currents(let currents):
      if InputLowering.lifted(shape) == currents.shape { return signal }
    case .broken: return signal
    }
    throw ExportError(
      .unsupportedTopology,
      "The reshape to \(shape) is neither a flattening nor its inverse.", at: place,
      fix: "give the model its input in the shape that the first layer reads")
  }

  /// A residual sum: spikes that meet at the same synapses, or synapses that meet at the same
  /// neurons.
  mutating func add(
    _ operands: [Signal], _ node: Node, _ place: Location
  ) throws(ExportError) -> Signal {
    var spikes: [Spikes] = []
    var sums: [Currents] = []
    for operand in operands {
      switch operand {
      case .spikes(let one): spikes.append(one)
      case .currents(let one): sums.append(one)
      case .broken: return .broken
      }
    }
    if sums.isEmpty, var first = spikes.first, spikes.allSatisfy({ first.canAdd($0) }) {
      first.sources = spikes.flatMap(\.sources)
      return .spikes(first)
    }
    for one in spikes {
      let factors = Array(repeating: Int32(1), count: one.mapShape[0])
      sums.append(try oneToOne(one, factors: factors, node, place))
    }
    var total = sums[0]
    for other in sums.dropFirst() {
      guard other.shape == total.shape, other.divisor == total.divisor else {
        throw ExportError(
          .unsupportedTopology,
          "Branches of a sum are averaged over \(total.divisor) and \(other.divisor) values.",
          at: place, fix: "pool both branches alike")
      }
      total.projections += other.projections
      for channel in total.biases.indices {
        let (sum, overflow) = total.biases[channel].addingReportingOverflow(other.biases[channel])
        guard !overflow else {
          throw ExportError(
            .limitExceeded, "The biases of the branches add up to more than 32 bits.", at: place,
            fix: "run sfconv fit again")
        }
        total.biases[channel] = sum
      }
    }
    return .currents(total)
  }
}
