import SpikeCompute

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
    let shards = Piece.cut(0..<count, size: share)
    let own = processes.share(of: shards.count)
    let collector = Collector<ShardResult>(count: own.count)
    let classes = plan.values[plan.logits].elements
    precondition(
      teacher.map { $0.count == count * classes } ?? true, "the teacher has other classes")
    let targets = LossTargets(labels, teacher, classes: classes)
    let costs = spikeCosts(loss, count: count)
    let (workers, pieces) = (workers, pieces)
    clock.advance()

    Shards.run(count: own.count, threads: workers.count) { [self] index, thread in
      let shard = own.lowerBound + index
      let sums = gradients(ofShardAt: index)
      var result = ShardResult(spikes: plan.populations.map { _ in 0 })
      for piece in Piece.cut(shards[shard].samples, size: pieces[.training]) {
        workers[thread].run(images: piece.samples.count, purpose: .training) { program, spare in
          load(inputs, piece, into: program)
          program.forward()
          result.add(seed(program, targets, piece.samples, loss, count))
          result.spikes = program.addSpikes(to: result.spikes, costs: costs)
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
      collector.set(result, at: index)
    }

    sumShards(own.count)
    let results = exchange(collector.all)
    moveStatistics(pieces: results.reduce(0) { $0 + $1.pieces })
    return summary(results, costs, count)
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

  private func summary(_ results: [ShardResult], _ costs: [Float], _ count: Int) -> StepResult {
    var loss = results.reduce(0) { $0 + $1.loss } / Double(count)
    var rates: [PopulationRate] = []
    for (index, operation) in plan.populations.enumerated() {
      let spikes = results.reduce(0) { $0 + $1.spikes[index] }
      let neurons = plan.values[plan.operations[operation].output].elements
      loss += Double(costs[index]) * Double(spikes)
      rates.append(
        PopulationRate(
          node: plan.operations[operation].name,
          rate: Double(spikes) / Double(neurons * count * timeSteps)))
    }
    return StepResult(
      loss: loss, correct: results.reduce(0) { $0 + $1.correct }, rates: rates)
  }

  /// What one spike of each population adds to the loss.
  private func spikeCosts(_ loss: LossOptions, count: Int) -> [Float] {
    guard loss.rateWeight != 0 else { return plan.populations.map { _ in 0 } }
    let fanOuts = plan.fanOuts()
    let synapses = zip(plan.populations, fanOuts).reduce(0.0) { sum, pair in
      sum + pair.1 * Double(plan.values[plan.operations[pair.0].output].elements)
    }
    let scale = Double(loss.rateWeight) / (max(synapses, 1) * Double(count * timeSteps))
    return fanOuts.map { Float($0 * scale) }
  }
}

extension Program {
  /// Adds the spikes of the last forward pass of each population, and sets what they cost.
  fileprivate func addSpikes(to sums: [Int], costs: [Float]) -> [Int] {
    zip(sums, zip(plan.populations, costs)).map { sum, pair in
      guard let population = population(pair.0) else { return sum }
      population.spikeCost = pair.1
      return sum + population.spikeCount
    }
  }
}
