import SpikeBundle
import SpikeDiagnostics
import SpikeSimulate
import SpikeTestSupport
import Testing

/// Random bundles of every kind that the simulator claims to run.
private func options(_ seed: UInt64) -> RandomBundleOptions {
  var random = SeededGenerator(seed: seed ^ 0xABCD)
  var options = RandomBundleOptions()
  options.arithmetic = random.chance(1, in: 2) ? .loihiCuba : .plain
  options.inputShape = random.chance(1, in: 4) ? [9] : [random.chance(1, in: 2) ? 1 : 3, 8, 7]
  options.inputBits = random.chance(1, in: 2) ? 1 : Int.random(in: 2...8, using: &random)
  options.layers = Int.random(in: 1...4, using: &random)
  options.isChain = random.chance(1, in: 3)
  options.leaks = random.chance(1, in: 2)
  options.delays = random.chance(1, in: 4)
  options.readsPotential = random.chance(2, in: 3)
  options.timeSteps = Int.random(in: 1...6, using: &random)
  if options.leaks {
    // A current that is kept must stay inside 24 bits.
    options.weights = -20...20
    options.inputBits = min(options.inputBits, 6)
  }
  return options
}

private func sample(_ count: Int, _ random: inout SeededGenerator) -> [UInt8] {
  (0..<count).map { _ in
    random.chance(1, in: 3) ? 0 : UInt8.random(in: 0...255, using: &random)
  }
}

@Suite("Integer simulator")
struct IntegerSimulatorTests {
  @Test("a window gives what the textbook gives, neuron for neuron", arguments: 0..<200)
  func window(seed: Int) throws {
    let bundle = RandomBundle.make(seed: UInt64(seed), options(UInt64(seed)))
    let simulator = try IntegerSimulator(bundle)
    var random = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<2 {
      let bytes = sample(simulator.sampleSize, &random)
      let outcome = try simulator.run(sample: bytes)
      let expected = TextbookSimulator.window(bundle, [bytes])
      #expect(outcome.readout.map { Int($0) } == expected.readout, "seed \(seed)")
      #expect(outcome.prediction == expected.prediction, "seed \(seed)")
    }
  }

  @Test(
    "recurrent synapses and delays of source elements give what the textbook gives",
    arguments: 0..<120)
  func recurrence(seed: Int) throws {
    var drawn = options(UInt64(seed))
    drawn.recurs = true
    drawn.sourceDelays = seed % 3 == 0
    drawn.timeSteps += 6
    let bundle = RandomBundle.make(seed: UInt64(seed), drawn)
    let simulator = try IntegerSimulator(bundle)
    var random = SeededGenerator(seed: UInt64(seed))
    let bytes = sample(simulator.sampleSize, &random)
    let outcome = try simulator.run(sample: bytes)
    let expected = TextbookSimulator.window(bundle, [bytes])
    #expect(outcome.readout.map { Int($0) } == expected.readout, "seed \(seed)")
    #expect(outcome.prediction == expected.prediction, "seed \(seed)")
  }

  @Test("recurrent synapses matter: without them other spikes come")
  func recurrenceMatters() throws {
    var different = 0
    for seed in 0..<20 as Range<UInt64> {
      var drawn = RandomBundleOptions()
      drawn.recurs = true
      drawn.convolves = false
      drawn.timeSteps = 8
      let bundle = RandomBundle.make(seed: seed, drawn)
      var bare = bundle
      bare.projections.removeAll { $0.isRecurrent }
      #expect(bare != bundle)
      var random = SeededGenerator(seed: seed)
      let bytes = sample(bundle.input.shape.reduce(1, *), &random)
      let found = try IntegerSimulator(bundle).run(sample: bytes)
      if try IntegerSimulator(bare).run(sample: bytes).readout != found.readout { different += 1 }
    }
    #expect(different > 10)
  }

  @Test("pipelined timing gives what the textbook gives in every step", arguments: 0..<60)
  func pipeline(seed: Int) throws {
    var drawn = options(UInt64(seed))
    drawn.isChain = true
    drawn.recurs = seed % 2 == 0
    drawn.sourceDelays = seed % 5 == 0
    let bundle = RandomBundle.make(seed: UInt64(seed), drawn)
    let simulator = try PipelinedSimulator(bundle)
    var random = SeededGenerator(seed: UInt64(seed))
    let size = bundle.input.shape.reduce(1, *)
    let columns = (0..<9).map { _ in
      sample(size, &random).map { Int32($0 >> (8 - UInt8(bundle.input.bits))) }
    }
    let interval = seed % 3 == 0 ? nil : bundle.timeSteps
    let trace = try simulator.run(
      columns: columns, steps: 14, resetInterval: interval, resetOffset: 1)
    let expected = TextbookSimulator.pipeline(
      bundle, columns: columns.map { $0.map { Int($0) } }, steps: 14, interval: interval, offset: 1)
    for index in bundle.populations.indices {
      let name = bundle.populations[index].name
      #expect(
        trace.spikes[index].map { $0.map { Int($0) } } == expected.spikes[index],
        "seed \(seed) \(name)")
      #expect(
        trace.potentials[index].map { $0.map { Int($0) } } == expected.potentials[index],
        "seed \(seed) \(name)")
      #expect(
        trace.currents[index].map { $0.map { Int($0) } } == expected.currents[index],
        "seed \(seed) \(name)")
    }
  }

  @Test("an input for each step gives what the textbook gives", arguments: 0..<100)
  func inputPerStep(seed: Int) throws {
    let bundle = RandomBundle.make(seed: UInt64(seed), options(UInt64(seed)))
    let simulator = try IntegerSimulator(bundle)
    var random = SeededGenerator(seed: UInt64(seed))
    let columns = (0..<bundle.timeSteps).map { _ in sample(simulator.sampleSize, &random) }
    let bytes = columns.flatMap { $0 }
    let outcome = try simulator.run(sample: bytes, inputPerStep: true)
    let expected = TextbookSimulator.window(bundle, columns)
    #expect(outcome.readout.map { Int($0) } == expected.readout, "seed \(seed)")
    let trace = try simulator.trace(sample: bytes, inputPerStep: true)
    if bundle.readout == .largestPotential {
      #expect(trace.potentials.last?.last == outcome.readout, "seed \(seed)")
    }
    for (index, population) in bundle.populations.enumerated() where population.model != "LI" {
      let spikes = trace.spikes[index].joined().reduce(0) { $0 + Int64($1) }
      #expect(spikes == outcome.populationSpikes[index], "seed \(seed)")
    }
    // What is the same in all steps is computed once; operations are counted alike.
    let repeated = (0..<bundle.timeSteps).flatMap { _ in columns[0] }
    #expect(
      try simulator.run(sample: repeated, inputPerStep: true) == simulator.run(sample: columns[0]),
      "seed \(seed)")
  }

  @Test("columns of another number than the time steps are refused")
  func wrongColumns() throws {
    var drawn = RandomBundleOptions()
    drawn.timeSteps = 4
    let simulator = try IntegerSimulator(RandomBundle.make(seed: 3, drawn))
    for columns in [0, 1, 3, 5] {
      let error = #expect(throws: SimulateError.self) {
        _ = try simulator.run(
          sample: Array(repeating: 0, count: columns * simulator.sampleSize), inputPerStep: true)
      }
      #expect(error?.code == .wrongSample)
      #expect(error?.message.contains("4 steps of \(simulator.sampleSize)") == true)
    }
  }

  @Test("images one after the other with a reset per layer equal windows alone", arguments: 0..<30)
  func resetEqualsWindow(seed: Int) throws {
    var drawn = options(UInt64(seed))
    drawn.isChain = true
    drawn.delays = false
    drawn.readsPotential = true
    let bundle = RandomBundle.make(seed: UInt64(seed), drawn)
    let windows = try IntegerSimulator(bundle)
    let pipeline = try PipelinedSimulator(bundle)
    var random = SeededGenerator(seed: UInt64(seed))
    // Pictures, which are the same in all steps, and recordings, which are not.
    let inputPerStep = seed % 2 == 0
    let images = (0..<4).map { _ in
      sample(windows.sampleSize * (inputPerStep ? bundle.timeSteps : 1), &random)
    }
    let columns = images.flatMap { image in
      let sent = image.map { Int32($0 >> (8 - UInt8(bundle.input.bits))) }
      return (0..<bundle.timeSteps).map { step in
        let start = inputPerStep ? step * windows.sampleSize : 0
        return Array(sent[start..<start + windows.sampleSize])
      }
    }
    let last = bundle.populations.count - 1
    let steps = columns.count + pipeline.depths[last] + 1
    let trace = try pipeline.run(
      columns: columns, steps: steps, resetInterval: bundle.timeSteps, resetOffset: 1)
    for (index, image) in images.enumerated() {
      // Column k reaches layer l in step k + 2 + l, which is row k + 1 + l of the trace.
      let row = (index + 1) * bundle.timeSteps - 1 + 1 + pipeline.depths[last]
      #expect(
        trace.potentials[last][row]
          == (try windows.run(sample: image, inputPerStep: inputPerStep)).readout,
        "seed \(seed), image \(index)")
    }
  }

  @Test("evaluation is the same on any number of threads")
  func threads() throws {
    var drawn = RandomBundleOptions()
    drawn.inputBits = 4
    let bundle = RandomBundle.make(seed: 5, drawn)
    let simulator = try IntegerSimulator(bundle)
    var random = SeededGenerator(seed: 9)
    let samples = sample(simulator.sampleSize * 150, &random)
    let labels = (0..<150).map { $0 % 3 }
    let one = try simulator.evaluate(samples: samples, labels: labels, threads: 1)
    let two = try simulator.evaluate(samples: samples, labels: labels, threads: 2)
    #expect(one == two)
    #expect(one.predictions.count == 150)
    let alone = try simulator.run(sample: Array(samples[..<simulator.sampleSize]))
    #expect(one.predictions[0] == alone.prediction)
    #expect(try simulator.evaluate(samples: [], labels: [], threads: 2).accuracy == 0)
    let recordings = sample(simulator.sampleSize * bundle.timeSteps * 70, &random)
    let evaluation = try simulator.evaluate(
      samples: recordings, labels: Array(labels[..<70]), threads: 2, inputPerStep: true)
    #expect(
      evaluation
        == (try simulator.evaluate(
          samples: recordings, labels: Array(labels[..<70]), threads: 1, inputPerStep: true)))
    let last = Array(recordings.suffix(simulator.sampleSize * bundle.timeSteps))
    #expect(evaluation.outcomes.last == (try simulator.run(sample: last, inputPerStep: true)))
  }
}
