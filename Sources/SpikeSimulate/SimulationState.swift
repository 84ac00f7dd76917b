import SpikeBundle
import SpikeCompute

/// Everything that changes while a network runs; one per thread.
final class SimulationState {
  let network: PreparedNetwork
  /// What the input port sends: one map for all steps, or one for each.
  var columns: [[Int32]] = []
  private let input: IntegerBuffer
  let spikes: [IntegerBuffer]
  let currents: [IntegerBuffer]
  let potentials: [IntegerBuffer]
  private let sums: [IntegerBuffer]
  /// Sums of the synapses that read the input only, where it is the same in every step of a window.
  private let inputSums: [IntegerBuffer?]
  private let synapses: [[ProjectionState]]
  private let crossbar: CrossbarWindow?
  private let xylo: XyloWindow?
  var counts = OperationCounts()
  var populationSpikes: [Int64]

  init(_ network: PreparedNetwork) {
    self.network = network
    input = IntegerBuffer(count: network.inputLayout.count)
    spikes = network.populations.map { IntegerBuffer(count: $0.layout.count) }
    currents = network.populations.map { IntegerBuffer(count: $0.layout.count) }
    potentials = network.populations.map { IntegerBuffer(count: $0.layout.count) }
    sums = network.populations.map { IntegerBuffer(count: $0.layout.count) }
    inputSums = network.projections.enumerated().map { index, list in
      list.contains { $0.readsInputOnly && $0.delay == 0 }
        ? IntegerBuffer(count: network.populations[index].layout.count) : nil
    }
    synapses = network.projections.map { $0.map(ProjectionState.init) }
    populationSpikes = network.populations.map { _ in 0 }
    crossbar = network.crossbar.map(CrossbarWindow.init)
    xylo = network.xylo.map(XyloWindow.init)
  }

  /// Puts a population into the state before the first step.
  func reset(_ population: Int) {
    let prepared = network.populations[population]
    currents[population].fill(0)
    if Set(prepared.initial).count == 1 {
      potentials[population].fill(prepared.initial[0])
    } else {
      let count = prepared.layout.count
      potentials[population].assign(
        (0..<count).map { prepared.initial[$0 % prepared.layout.channels] })
    }
  }

  /// Forgets states and everything under way.
  func resetAll() {
    for population in network.populations.indices {
      reset(population)
      spikes[population].fill(0)
      for projection in synapses[population] { projection.reset() }
    }
    counts = OperationCounts()
    populationSpikes = network.populations.map { _ in 0 }
  }

  /// Runs the window on the columns of the input: layers have no latency inside a step.
  func runWindow(afterEachStep body: () -> Void = {}) {
    resetAll()
    if let crossbar { return runWindow(on: crossbar, afterEachStep: body) }
    if let xylo { return runWindow(on: xylo, afterEachStep: body) }
    for step in 0..<network.timeSteps {
      if step < columns.count { input.assign(columns[step]) }
      for population in network.populations.indices {
        deliver(to: population, step: step)
        advance(population)
      }
      body()
    }
    counts.spikes = populationSpikes.reduce(0, +)
  }

  /// The window on a chip that works on one spike after the other; a neuron may spike more than
  /// once in a step.
  private func runWindow(on crossbar: CrossbarWindow, afterEachStep body: () -> Void) {
    let isActive = columns.map { network.inputLayout.ordered($0).map { $0 != 0 } }
    let layouts = network.populations.map(\.layout)
    crossbar.reset()
    for step in 0..<network.timeSteps {
      crossbar.step(isActive[isActive.count == 1 ? 0 : step])
      let values = crossbar.values(populations: layouts)
      for (population, prepared) in network.populations.enumerated() {
        let sent = values.spikes[population]
        spikes[population].assign(prepared.layout.map(sent))
        potentials[population].assign(prepared.layout.map(values.potentials[population]))
        let sum = sent.reduce(0) { $0 + Int64($1) }
        if prepared.spikes {
          populationSpikes[population] += sum
        } else {
          counts.readoutOverflows += sum
        }
        for projection in network.projections[population] {
          counts.dense += projection.denseSynapses
        }
      }
      body()
    }
    crossbar.add(to: &counts)
    counts.spikes = populationSpikes.reduce(0, +)
  }

  /// Runs the window and returns how often each neuron of a population spiked, as a map.
  func runWindowCountingSpikes(of population: Int) -> [Int32] {
    let totals = IntegerBuffer(count: spikes[population].count)
    runWindow { SimulateKernels.add(spikes[population], into: totals) }
    return totals.array()
  }

  /// Sums of one step; what one input brings in every step is computed once.
  private func deliver(to population: Int, step: Int) {
    guard columns.count == 1, let constant = inputSums[population] else {
      return deliver(to: population, from: map)
    }
    let total = sums[population]
    if step == 0 { constant.fill(0) }
    for (index, projection) in network.projections[population].enumerated() {
      counts.dense += projection.denseSynapses
      guard step == 0, projection.readsInputOnly, projection.delay == 0 else { continue }
      let before = counts
      synapses[population][index].deliver(from: map, into: constant, counts: &counts)
      repeatCounts(since: before)
    }
    total.assign(constant)
    for (index, projection) in network.projections[population].enumerated()
    where !(projection.readsInputOnly && projection.delay == 0) {
      synapses[population][index].deliver(from: map, into: total, counts: &counts)
    }
  }

  /// A chip delivers the input in every step: what was counted once counts for the whole window.
  private func repeatCounts(since before: OperationCounts) {
    let steps = Int64(network.timeSteps - 1)
    counts.accumulates += (counts.accumulates - before.accumulates) * steps
    counts.multiplyAccumulates += (counts.multiplyAccumulates - before.multiplyAccumulates) * steps
  }

  /// Sums of one step from given maps.
  func deliver(to population: Int, from map: (Source) -> IntegerBuffer) {
    sums[population].fill(0)
    for (index, projection) in network.projections[population].enumerated() {
      counts.dense += projection.denseSynapses
      synapses[population][index].deliver(from: map, into: sums[population], counts: &counts)
    }
  }

  /// One time step of a population on its sums.
  func advance(_ population: Int) {
    let prepared = network.populations[population]
    var events = EventCounts()
    SimulateKernels.step(
      prepared.neurons, sums: sums[population], currents: currents[population],
      potentials: potentials[population], spikes: spikes[population], counts: &events)
    counts.membraneUpdates += events.updates
    counts.wraps += events.wraps
    counts.clips += events.clips
    if prepared.spikes {
      populationSpikes[population] += events.spikes
    } else {
      counts.readoutOverflows += events.spikes
    }
  }

  private func map(_ source: Source) -> IntegerBuffer {
    switch source {
    case .input: input
    case .population(let index): spikes[index]
    }
  }
}
