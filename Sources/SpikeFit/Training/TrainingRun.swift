import Foundation
import SpikeData
import SpikeDiagnostics
import SpikeEngine
import SpikeGraph

/// One training run: batches, gradients, optimiser, pruning events, the start of integers.
struct TrainingRun {
  private(set) var network: TrainableNetwork
  private var engine: Network
  private let options: FitOptions
  private let data: Dataset
  private let processes: any ProcessRing
  private let rates: LearningSchedule
  private var pruner: Pruner
  private let teacher: Teacher?
  private var average: WeightAverage?
  private let validation: Validation?
  private var stopping = EarlyStop()
  private let codebookStart: Int
  private let snapStart: Int
  /// Steps planned and done.
  let steps: Int
  private(set) var step = 0
  /// Reports since the start.
  private(set) var meter = ProgressMeter()
  /// Whether the caller cancelled.
  private(set) var isInterrupted = false
  /// Share of correct evaluation samples just before integers came in.
  private(set) var floatAccuracy: Double?

  /// Reports to the caller every this many steps.
  private static let reportInterval = 20

  /// - Parameters:
  ///   - heldOut: samples that are not trained on, for choosing the best epoch.
  ///   - processes: who trains together; all take the same steps and have the same network.
  init(
    _ network: TrainableNetwork, data: Dataset, heldOut: Dataset? = nil,
    processes: any ProcessRing = OneProcess()
  ) throws(FitError) {
    self.network = network
    self.data = data
    self.processes = processes
    let options = network.options
    self.options = options
    let perEpoch = max(1, data.count / options.batch)
    let steps = Int((Double(perEpoch) * options.epochs).rounded())
    self.steps = steps
    rates = LearningSchedule(options.learning, steps: steps)
    func place(_ share: Double) -> Int { Int((Double(steps) * share).rounded()) }
    // Clustering after the fact trains without codebooks and integers.
    let isReal = options.quality.isFullPrecision || options.codebook.method == .postHoc
    codebookStart = isReal ? Int.max : place(options.schedule.codebookStart)
    snapStart = isReal ? Int.max : place(options.schedule.snapStart)
    let samples = data.calibration(options.pruning.samples, seed: options.seed)
    var inputs: [Float] = []
    samples.fillBatch(
      0..<samples.count, scale: [network.form.inputScale], offset: [0],
      bits: network.form.inputBits, into: &inputs)
    let schedule = PruningSchedule(
      finalShare: Pruner.finalShare(network), first: place(options.schedule.pruneStart),
      last: place(options.schedule.pruneEnd), events: options.pruning.events,
      isNeeded: !options.pruning.budgets.isEmpty || options.pruning.sparsity > 0,
      correction: options.pruning.budgets.isEmpty
        ? nil : max(1, place(options.schedule.snapStart)) - 1)
    pruner = Pruner(
      network, schedule: schedule, samples: inputs, count: samples.count, labels: samples.labels)
    engine = try Network.make(
      network.engineGraph, TrainingRun.configuration(options), processes)
    teacher = try Teacher(options, student: network.form, data: data, processes: processes)
    average = WeightAverage(decay: options.quality.averageDecay)
    validation = heldOut.map { Validation($0, form: network.form, options: options) }
    if codebookStart == 0 {
      measureImportance()
      self.network.startCodebooks()
    }
    average?.restart(from: self.network)
    write()
  }

  /// What the run has made: the best epoch where one was looked for, else the average of the steps
  /// where one was asked for.
  var result: TrainableNetwork { stopping.best ?? averaged }
  private var averaged: TrainableNetwork { average?.applied(to: network) ?? network }

  /// All that a run needs to go on, apart from its options and data.
  var state: RunState {
    get {
      var meter = meter
      meter.settle()
      return RunState(
        network: network, pruner: pruner, average: average, stopping: stopping, step: step,
        meter: meter, floatAccuracy: floatAccuracy)
    }
    set {
      network = newValue.network
      pruner = newValue.pruner
      average = newValue.average
      stopping = newValue.stopping
      step = newValue.step
      meter = newValue.meter
      floatAccuracy = newValue.floatAccuracy
    }
  }

  /// Goes on from the state of an earlier run with the same options and data.
  mutating func resume(_ state: RunState) throws(FitError) {
    self.state = state
    try remakeEngine()
  }

  /// Makes the engine for the channels of now.
  private mutating func remakeEngine() throws(FitError) {
    engine = try Network.make(
      network.engineGraph, TrainingRun.configuration(options), processes)
    write()
  }

  static func configuration(_ options: FitOptions) -> EngineConfiguration {
    EngineConfiguration(
      timeSteps: options.timeSteps, inputPerStep: options.inputPerStep, batch: options.batch,
      threads: options.threads, training: true,
      surrogate: options.surrogate)
  }

  /// Trains to the end or until cancelled.
  /// - Parameters:
  ///   - measure: accuracy for the result; asked once, when integers are about to come in.
  ///   - save: given a way to the state after every step, the step, and whether it is the last chance.
  mutating func run(
    progress: (FitProgress) -> Void, isCancelled: () -> Bool, measure: (Network) -> Double?,
    save: (_ state: () -> RunState, _ step: Int, _ isLast: Bool) throws(FitError) -> Void
  ) throws(FitError) {
    meter.start()
    if steps == 0 { try pruneOnly(measure) }
    var batch: [Float] = []
    let perEpoch = max(1, data.count / options.batch)
    var order = EpochOrder(count: data.count, seed: options.seed, epoch: step / perEpoch).batches(
      of: options.batch)
    let augmentation = Augmentation(options.quality.augmentation, seed: options.seed)
    while step < steps, !stopping.isDone {
      // A signal may reach one process alone, or all at different steps.
      let isOver = processes.any(isCancelled())
      try FitAgreement.checkWhole(processes)
      if isOver {
        isInterrupted = true
        try save({ state }, step, true)
        return
      }
      if step % perEpoch == 0, step > 0 {
        order = EpochOrder(count: data.count, seed: options.seed, epoch: step / perEpoch).batches(
          of: options.batch)
      }
      try prepareStep(measure)
      let indices = order[step % perEpoch]
      data.fillBatch(
        indices, scale: [network.form.inputScale], offset: [0], bits: network.form.inputBits,
        into: &batch)
      augmentation.apply(
        to: &batch, indices: indices, sampleShape: data.sampleShape, epoch: step / perEpoch)
      try learn(batch, indices, epoch: step / perEpoch)
      step += 1
      if step % perEpoch == 0 || step == steps { validate() }
      if step % TrainingRun.reportInterval == 0 || step == steps {
        progress(
          meter.report(
            step: step, steps: steps, perEpoch: perEpoch, epochs: options.epochs,
            removed: pruner.removed, rate: rates.rate(at: step - 1), part: part,
            validation: stopping.last))
      }
      try save({ state }, step, false)
    }
    // Clustering after the fact is as good as the real weights until now.
    if snapStart == Int.max, !options.quality.isFullPrecision {
      measureAveraged(measure)
      measureImportance()
    }
  }

  /// Measures what weights are worth to codebooks, where that takes passes of its own.
  private mutating func measureImportance() {
    guard options.codebook.importance == .fisher, options.uniqueWeights != nil else { return }
    FisherWeights.measure(
      &network, engine: engine, inputs: pruner.samples, count: pruner.count)
  }

  /// A run without training: everything is pruned at once.
  private mutating func pruneOnly(_ measure: (Network) -> Double?) throws(FitError) {
    while pruner.isDue(0), !isInterrupted {
      guard try pruner.prune(&network, engine: engine) else { continue }
      try remakeEngine()
    }
    floatAccuracy = measure(engine)
  }

  /// What happens between two steps: codebooks start, channels go, integers come in.
  private mutating func prepareStep(_ measure: (Network) -> Double?) throws(FitError) {
    network.progress = Double(step) / Double(max(1, steps))
    if step == codebookStart, step > 0 {
      measureImportance()
      network.startCodebooks()
      average?.restart(from: network)
      write()
    }
    if pruner.isDue(step), try pruner.prune(&network, engine: engine) {
      try remakeEngine()
      average?.restart(from: network)
    }
    if step == snapStart {
      measureAveraged(measure)
      network.integers = IntegerUnits(network)
      network.quantise()
      if !network.leakyPopulations.isEmpty {
        try remakeEngine()
      }
      average?.restart(from: network)
      write()
    }
  }

  private mutating func measureAveraged(_ measure: (Network) -> Double?) {
    let current = network
    network = averaged
    write()
    floatAccuracy = measure(engine)
    network = current
    write()
  }

  private var part: FitProgress.Part {
    if network.integers != nil { return .integers }
    return network.codebooks.isEmpty ? .real : .codebooks
  }

  /// Measures an epoch on samples that were held out, once the network is what it will be.
  private mutating func validate() {
    guard let validation, codebookStart == Int.max || network.integers != nil else { return }
    let current = network
    network = averaged
    write()
    stopping.add(
      validation.accuracy(of: engine), network, patience: options.quality.patience)
    network = current
    write()
  }

  private var loss: LossOptions {
    let quality = options.quality
    return LossOptions(
      labelSmoothing: options.labelSmoothing, logitScale: options.logitScale ?? 1,
      rateWeight: quality.rateWeight, teacherShare: teacher == nil ? 0 : quality.teacherShare,
      teacherScale: teacher?.scale ?? 1, temperature: quality.temperature,
      isPerStep: quality.isPerStep, squareShare: quality.squareShare)
  }

  private mutating func learn(
    _ batch: [Float], _ indices: ArraySlice<Int>, epoch: Int
  ) throws(FitError) {
    let labels = indices.map { data.labels[$0] }
    let result = engine.step(
      batch, labels: labels, count: labels.count, loss: loss,
      teacher: teacher?.logits(of: batch, data, indices, epoch: epoch))
    try FitAgreement.checkWhole(processes)
    var weights: [[Float]] = []
    var biases: [[Float]] = []
    for layer in network.layers {
      weights.append(engine.gradient(of: layer.site.weight))
      biases.append(layer.site.bias.map { engine.gradient(of: $0) } ?? [])
    }
    let decays = network.decayNames.map { engine.gradient(of: $0)[0] }
    try guardAgainstDivergence(result.loss, weights + biases + [decays], epoch: epoch)
    let share = network.codebooks.isEmpty ? 1 : options.learning.codebookShare
    network.learn(
      rate: rates.rate(at: step) * share, weightGradients: weights, biasGradients: biases,
      decayGradients: decays)
    average?.update(network)
    write()
    meter.add(result, samples: labels.count)
  }

  private func guardAgainstDivergence(
    _ loss: Double, _ gradients: [[Float]], epoch: Int
  ) throws(FitError) {
    let isFinite =
      loss.isFinite && gradients.allSatisfy { DivergenceGuard.isFinite($0) }
    guard !isFinite else { return }
    throw FitError(
      .diverged,
      "Training diverged in step \(step + 1) of \(steps) (epoch \(epoch + 1)): the loss is \(loss).",
      fix: "lower the learning rate (now \(options.learning.rate)), for example to "
        + "\(options.learning.rate / 4)")
  }

  /// Gives the engine the values of now.
  private mutating func write() {
    for (index, layer) in network.layers.enumerated() {
      engine.setValue(layer.quantised, of: layer.site.weight)
      if let bias = layer.site.bias {
        engine.setValue(network.realisedBias(of: index).reals, of: bias)
      }
    }
    for (leak, name) in zip(network.leaks, network.decayNames) {
      engine.setValue(
        [network.integers == nil ? leak.decay : LeakIntegers.rounded(leak.decay)], of: name)
    }
    guard network.integers != nil else { return }
    for population in network.leakyPopulations {
      engine.setValue(
        network.realisedUnits(of: population),
        of: TrainableNetwork.unitName(network.form.graph.nodes[population.node]))
    }
    for population in network.structure.populations where population.spikes {
      let node = network.form.graph.nodes[population.node]
      if let name = node.parameters[.threshold] {
        engine.setValue(network.realisedThreshold(of: population).reals, of: name)
      }
    }
    for branch in network.structure.branches {
      if let name = network.form.graph.nodes[branch.node].parameters[.scale] {
        engine.setValue(network.realisedBranch(branch).reals, of: name)
      }
    }
  }
}
