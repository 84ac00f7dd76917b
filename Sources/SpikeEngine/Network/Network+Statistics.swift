import SpikeCompute

extension Network {
  /// Counts spikes and synaptic operations on some samples, exactly.
  ///
  /// - Parameter inputs: `count` samples in the order of the graph (C, H, W), already encoded.
  public func spikeStatistics(_ inputs: [Float], count: Int) -> NetworkStatistics {
    checkInputs(inputs, count)
    let counter = ActivityCounter(plan, store)
    let pieces = inferencePieces(count, .observation)
    let collector = Collector<ActivityCounter.Counts>(count: pieces.count)
    forEach(pieces, .observation) { [self] index, piece, program in
      load(inputs, piece, into: program)
      var counts = counter.zero
      counter.count(plan.input, program.value(plan.input), &counts)
      program.forward { value in
        counter.count(value, program.value(value), &counts)
      }
      collector.set(counts, at: index)
    }
    return counter.statistics(collector.all, samples: count)
  }
}

/// Counts what happens in the values of a plan.
private struct ActivityCounter: Sendable {
  struct Counts: Sendable {
    /// Spikes of each population.
    var spikes: [Int]
    /// Synaptic operations of each projection, and whether all of its inputs were -1, 0 or 1.
    var operations: [Int]
    var isTernary: [Bool]
    /// Outputs of populations and activation functions, and how many were not 0.
    var outputs = 0
    var active = 0
  }

  private let plan: Plan
  private let fanOuts: [IndexBuffer]
  private let dense: [Int]
  /// Position of the population that makes a value, positions of the projections that read it.
  private let populationOf: [Int: Int]
  private let projectionsOf: [Int: [Int]]
  private let activations: Set<Int>

  init(_ plan: Plan, _ store: ParameterStore) {
    self.plan = plan
    var fanOuts: [IndexBuffer] = []
    for projection in plan.projections {
      let layer = plan.operations[projection.operation].layer as? any ProjectionPlan
      let weights = layer.map { store.values.view($0.weight).array() }
      fanOuts.append(IndexBuffer(layer?.fanOut(weights) ?? []))
    }
    self.fanOuts = fanOuts
    dense = plan.projections.map { plan.denseOperations($0) }
    populationOf = Dictionary(
      uniqueKeysWithValues: plan.populations.enumerated().map {
        (plan.operations[$0.element].output, $0.offset)
      })
    projectionsOf = Dictionary(grouping: plan.projections.indices) { plan.projections[$0].input }
    activations = Set(
      plan.operations.filter { $0.layer is ActivationPlan }.map(\.output))
  }

  var zero: Counts {
    Counts(
      spikes: plan.populations.map { _ in 0 }, operations: plan.projections.map { _ in 0 },
      isTernary: plan.projections.map { _ in true })
  }

  func count(_ value: Int, _ view: FloatView, _ counts: inout Counts) {
    let population = populationOf[value]
    if population != nil || activations.contains(value) {
      let active = Kernels.countNonZero(view)
      counts.outputs += view.count
      counts.active += active
      if let population { counts.spikes[population] += active }
    }
    for projection in projectionsOf[value] ?? [] {
      let events = Kernels.countEvents(view, fanOut: fanOuts[projection].all)
      // The same current in every step is charged in every step.
      let steps = plan.projections[projection].isConstant ? plan.timeSteps : 1
      counts.operations[projection] += events.synapses * steps
      if events.isGraded { counts.isTernary[projection] = false }
    }
  }

  func statistics(_ all: [Counts], samples: Int) -> NetworkStatistics {
    let perSample = 1 / Double(max(samples, 1))
    let populations = plan.populations.enumerated().map { index, operation in
      let neurons = plan.values[plan.operations[operation].output].elements
      let spikes = Double(all.reduce(0) { $0 + $1.spikes[index] }) * perSample
      return PopulationStatistics(
        node: plan.operations[operation].name, neurons: neurons, spikes: spikes,
        rate: spikes / Double(neurons * plan.timeSteps))
    }
    let projections = plan.projections.enumerated().map { index, projection in
      let operations = Double(all.reduce(0) { $0 + $1.operations[index] }) * perSample
      let isTernary = all.allSatisfy { $0.isTernary[index] }
      return ProjectionStatistics(
        node: plan.operations[projection.operation].name,
        effectiveACs: isTernary ? operations : 0, effectiveMACs: isTernary ? 0 : operations,
        dense: Double(dense[index] * plan.timeSteps))
    }
    let outputs = all.reduce(0) { $0 + $1.outputs }
    let active = all.reduce(0) { $0 + $1.active }
    return NetworkStatistics(
      samples: samples, timeSteps: plan.timeSteps, populations: populations,
      projections: projections,
      activationSparsity: outputs == 0 ? 0 : 1 - Double(active) / Double(outputs))
  }
}
