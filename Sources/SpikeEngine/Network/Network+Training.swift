import SpikeCompute
import Synchronization

/// What a training step found.
public struct StepResult: Hashable, Sendable {
  /// Mean of the loss over the batch, with the price of activity.
  public var loss: Double
  /// Samples whose first largest logit is the label.
  public var correct: Int
  /// Spikes per neuron and step of each spiking population, in node order.
  public var rates: [PopulationRate]

  /// Makes a result.
  public init(loss: Double, correct: Int, rates: [PopulationRate]) {
    self.loss = loss
    self.correct = correct
    self.rates = rates
  }
}

/// Activity of one population.
public struct PopulationRate: Hashable, Sendable {
  /// Name of the node.
  public var node: String
  /// Spikes per neuron and step.
  public var rate: Double

  /// Makes a rate.
  public init(node: String, rate: Double) {
    self.node = node
    self.rate = rate
  }
}

extension Network {
  /// One training step without an optimiser: the loss of a batch and the gradients of its mean,
  /// which ``gradient(of:)`` reads.
  ///
  /// The batch is cut into the configured number of shards of one size (the last ones may be
  /// smaller or empty); gradients are added in the order of the shards, so the bits depend on
  /// `count` and the number of shards and not on threads. Batch normalisation uses the
  /// statistics of the samples at hand and moves the stored ones a tenth of the way.
  ///
  /// A step allocates nothing of its own, unless the caller still holds the result of the step before.
  ///
  /// With several processes each works on shards of its own, and all get the gradients and the result
  /// of the whole batch; in a broken ring neither means anything.
  ///
  /// - Parameters:
  ///   - inputs: `count` samples in the order of the graph (C, H, W), already encoded.
  ///   - labels: classes of the samples; see ``validate(_:labels:count:)``.
  ///   - teacher: logits of a teacher for these samples, `[count][classes]`, for
  ///     ``LossOptions/teacherShare``; nil trains on the labels alone.
  public func step(
    _ inputs: [Float], labels: [Int], count: Int, loss: LossOptions = LossOptions(),
    teacher: [Float]? = nil
  ) -> StepResult {
    precondition(configuration.training, "the network was not made for training")
    precondition(count > 0 && labels.count == count, "\(labels.count) labels for \(count) samples")
    checkInputs(inputs, count)
    let share = (count + configuration.shards - 1) / configuration.shards
    let own = processes.share(of: Piece.count(in: 0..<count, size: share))
    let classes = plan.values[plan.logits].elements
    precondition(
      teacher.map { $0.count == count * classes } ?? true, "the teacher has other classes")
    stepMemory.task.withLock { task in
      task.targets.set(labels, teacher: teacher)
      (task.inputs, task.loss) = (inputs, loss)
      (task.count, task.share, task.own) = (count, share, own)
      setCosts(&task.costs, loss, count: count)
    }
    clock.advance()
    Shards.run(count: own.count, threads: workers.count, self)
    // The caller may write to its inputs again without copying them.
    stepMemory.task.withLock { $0.inputs = [] }

    sumShards(own.count)
    return stepMemory.summary.withLock { summary in
      sumResults(own.count, into: &summary.total)
      moveStatistics(pieces: summary.total.pieces)
      return result(&summary, count)
    }
  }

  /// Moves the stored statistics of batch normalisation towards those of the batch.
  private func moveStatistics(pieces: Int) {
    for slot in plan.parameters.slots where slot.isStatistic {
      let stored = store.values.view(slot.range)
      let sums = gradients.view(slot.range)
      Kernels.scale(stored, by: 0.9)
      Kernels.axpy(0.1 / Float(pieces), sums, into: stored)
      sums.fill(0)
    }
  }

  private func result(_ summary: inout StepMemory.Summary, _ count: Int) -> StepResult {
    let total = summary.total
    let costs = stepMemory.task.withLock { $0.costs }
    var loss = total.loss / Double(count)
    for (index, operation) in plan.populations.enumerated() {
      let spikes = total.spikes[index]
      let neurons = plan.values[plan.operations[operation].output].elements
      loss += Double(costs[index]) * Double(spikes)
      // In place, unless the caller keeps the result of the step before.
      summary.rates[index].rate = Double(spikes) / Double(neurons * count * timeSteps)
    }
    return StepResult(loss: loss, correct: total.correct, rates: summary.rates)
  }

  /// What one spike of each population adds to the loss.
  private func setCosts(_ costs: inout [Float], _ loss: LossOptions, count: Int) {
    guard loss.rateWeight != 0 else {
      for index in costs.indices { costs[index] = 0 }
      return
    }
    let fanOuts = stepMemory.fanOuts(of: plan)
    var synapses = 0.0
    for (population, fanOut) in zip(plan.populations, fanOuts) {
      synapses += fanOut * Double(plan.values[plan.operations[population].output].elements)
    }
    let scale = Double(loss.rateWeight) / (max(synapses, 1) * Double(count * timeSteps))
    for index in costs.indices { costs[index] = Float(fanOuts[index] * scale) }
  }
}

extension Network: ShardWork {
  /// The part of a training step that belongs to one shard of this process.
  package func run(shard index: Int, thread: Int) {
    let task = stepMemory.task.withLock { $0 }
    let samples = Piece(task.own.lowerBound + index, of: 0..<task.count, size: task.share).samples
    let sums = gradients(ofShardAt: index)
    var result = stepMemory.tallies[index].open()
    for part in 0..<Piece.count(in: samples, size: pieces[.training]) {
      let piece = Piece(part, of: samples, size: pieces[.training])
      workers[thread].run(images: piece.samples.count, purpose: .training) { program, spare in
        load(task.inputs, piece, into: program)
        program.forward()
        result.add(seed(program, task.targets, piece.samples, task.loss, task.count))
        program.addSpikes(to: &result.spikes, costs: task.costs)
        if result.pieces == 0 {
          Kernels.withoutDenormals { program.backward(parameters: sums) }
        } else {
          let gradients = spare()
          Kernels.withoutDenormals { program.backward(parameters: gradients) }
          Kernels.add(sums, gradients, into: sums)
        }
        result.pieces += 1
      }
    }
    stepMemory.tallies[index].close(result)
  }
}

extension Program {
  /// Adds the spikes of the last forward pass of each population, and sets what they cost.
  fileprivate func addSpikes(to sums: inout [Int], costs: [Float]) {
    for (index, population) in populations.enumerated() {
      guard let population else { continue }
      population.spikeCost = costs[index]
      sums[index] += population.spikeCount
    }
  }
}
