extension Plan {
  /// The plan with every population and the mean or sum pool that alone reads it as one operation,
  /// where nobody needs to see the spikes: saves writing and reading them and their gradients.
  func fusingPools() -> Plan {
    var fused = self
    var pools: [Int: PooledNeuronPlan] = [:]
    var absorbed: Set<Int> = []
    for population in populations {
      let maker = operations[population]
      let readers = operations.indices.filter { operations[$0].inputs.contains(maker.output) }
      guard let reader = readers.first, readers.count == 1, maker.output != output,
        maker.output != logits, let neuron = maker.layer as? NeuronPlan,
        let pool = operations[reader].layer as? PoolPlan,
        let both = PooledNeuronPlan(neuron, pool, timeSteps: timeSteps)
      else { continue }
      pools[population] = both
      absorbed.insert(reader)
    }
    fused.operations = []
    fused.populations = []
    for (index, operation) in operations.enumerated() where !absorbed.contains(index) {
      var operation = operation
      if populations.contains(index) { fused.populations.append(fused.operations.count) }
      if let pool = pools[index],
        let reader = operations.firstIndex(where: { $0.inputs.contains(operation.output) })
      {
        operation.output = operations[reader].output
        operation.layer = pool
      }
      fused.operations.append(operation)
    }
    // Counting synaptic operations needs the plain plan.
    fused.projections = []
    return fused
  }
}
