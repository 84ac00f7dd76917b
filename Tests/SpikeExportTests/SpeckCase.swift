import SpikeBundle
import SpikeSimulate
import SpikeTestSupport

/// A bundle for Speck and what every neuron does with one sample.
struct SpeckCase {
  let name: String
  let chip: String
  let bundle: Bundle
  /// The bundle that the file is made of; another one where the test must notice.
  let written: Bundle
  /// A change of the file's text, where the test must notice.
  let edit: (String) -> String
  let sample: [UInt8]
  let trace: PipelinedSimulator.Trace
  let counts: OperationCounts

  init(
    _ name: String, _ bundle: Bundle, chip: String = "speck2f", written: Bundle? = nil,
    seed: UInt64, edit: @escaping (String) -> String = { $0 }
  ) throws {
    self.name = name
    self.chip = chip
    self.bundle = bundle
    self.written = written ?? bundle
    self.edit = edit
    var random = SeededGenerator(seed: seed)
    sample = (0..<bundle.input.shape.reduce(1, *)).map { _ in
      UInt8.random(in: 0...255, using: &random)
    }
    let simulator = try IntegerSimulator(bundle)
    trace = try simulator.trace(sample: sample)
    counts = try simulator.run(sample: sample).counts
  }

  /// Events by step, channel, row and column.
  var columns: [Int32] {
    let step = sample.map { Int32($0 >> UInt8(8 - bundle.input.bits)) }
    return (0..<bundle.timeSteps).flatMap { _ in step }
  }

  /// `[T, C, H, W]`.
  var shape: [Int] {
    [bundle.timeSteps]
      + (bundle.input.shape.count == 3 ? bundle.input.shape : bundle.input.shape + [1, 1])
  }

  /// What sinabs must say, by the end of its file's name.
  var expected: [String: [Int32]] {
    var result: [String: [Int32]] = [:]
    for index in bundle.populations.indices {
      result["\(index).spikes"] = trace.spikes[index].flatMap { $0 }
      result["\(index).potentials"] = trace.potentials[index].flatMap { $0 }
    }
    return result
  }
}

/// The formulas of docs/formats/speck.md, slowly: synapse by synapse.
enum TextbookSpeck {
  static func run(_ bundle: Bundle, sample: [UInt8]) -> (
    spikes: [[[Int32]]], potentials: [[[Int32]]]
  ) {
    let input = sample.map { Int($0 >> UInt8(8 - bundle.input.bits)) }
    var potentials = bundle.populations.map { population in
      (0..<population.neuronCount).map { value(population.initialPotentials, $0, population) }
    }
    let empty = Array(repeating: [[Int32]](), count: bundle.populations.count)
    var trace = (spikes: empty, potentials: empty)
    for _ in 0..<bundle.timeSteps {
      var spikes: [[Int]] = []
      for (index, population) in bundle.populations.enumerated() {
        var sums = [Int](repeating: 0, count: population.neuronCount)
        for projection in bundle.projections where projection.target == index {
          for source in projection.sources {
            var (values, shape) = (input, bundle.input.shape)
            if case .population(let other) = source {
              (values, shape) = (spikes[other], bundle.populations[other].shape)
            }
            projection.forEachSynapse(
              from: shape, to: population.shape, codebooks: bundle.codebooks
            ) { sums[$0.target] += Int($0.weight) * values[$0.source] }
          }
        }
        var fired = [Int](repeating: 0, count: population.neuronCount)
        for neuron in sums.indices {
          var potential = potentials[index][neuron] + sums[neuron]
          potential += value(population.biases, neuron, population)
          let threshold = population.model == "LI" ? 32767 : Int(population.thresholds[0])
          while (fired[neuron] + 1) * threshold <= potential, fired[neuron] < 255 {
            fired[neuron] += 1
          }
          if fired[neuron] > 0 {
            let isHard = population.reset == .toValue(0)
            potential = isHard ? 0 : potential - fired[neuron] * threshold
          }
          potentials[index][neuron] = max(-32768, min(32767, potential))
        }
        spikes.append(fired)
        trace.spikes[index].append(fired.map { Int32($0) })
        trace.potentials[index].append(potentials[index].map { Int32($0) })
      }
    }
    return trace
  }

  private static func value(_ values: [Int32], _ neuron: Int, _ population: Population) -> Int {
    if values.isEmpty { return 0 }
    let place = neuron / (population.neuronCount / population.shape[0])
    return Int(values[values.count == 1 ? 0 : place])
  }
}
