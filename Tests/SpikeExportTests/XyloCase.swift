import Foundation
import SpikeBundle
import SpikeExport
import SpikeSimulate
import SpikeTestSupport

import struct SpikeBundle.Bundle

/// A bundle for Xylo and what every neuron does with one sample.
struct XyloCase {
  let name: String
  let chip: String
  let bundle: Bundle
  /// The bundle that the files are made of; another one where the test must notice.
  let written: Bundle
  /// One map for all steps, or one for each.
  let sample: [UInt8]
  let inputPerStep: Bool
  let trace: PipelinedSimulator.Trace

  init(
    _ name: String, _ bundle: Bundle, chip: String, written: Bundle? = nil,
    inputPerStep: Bool = false, seed: UInt64
  ) throws {
    self.name = name
    self.chip = chip
    self.bundle = bundle
    self.written = written ?? bundle
    var random = SeededGenerator(seed: seed)
    self.inputPerStep = inputPerStep
    let maps = inputPerStep ? bundle.timeSteps : 1
    sample = (0..<bundle.input.shape.reduce(1, *) * maps).map { _ in
      random.chance(1, in: 3) ? 0 : UInt8.random(in: 0...255, using: &random)
    }
    trace = try IntegerSimulator(bundle).trace(sample: sample, inputPerStep: inputPerStep)
  }

  /// Spikes by input line in every step.
  var columns: [Int32] {
    let sent = sample.map { Int32($0 >> UInt8(8 - bundle.input.bits)) }
    return inputPerStep ? sent : (0..<bundle.timeSteps).flatMap { _ in sent }
  }

  /// What the vendor's simulator must say, by the end of its file's name.
  var expected: [String: [Int32]] {
    let last = bundle.populations.count - 1
    func hidden(_ values: [[[Int32]]]) -> [Int32] {
      (0..<bundle.timeSteps).flatMap { step in (0..<last).flatMap { values[$0][step] } }
    }
    return [
      "spikes": hidden(trace.spikes), "currents": hidden(trace.currents),
      "potentials": hidden(trace.potentials), "output": trace.spikes[last].flatMap { $0 },
      "output_currents": trace.currents[last].flatMap { $0 },
      "output_potentials": trace.potentials[last].flatMap { $0 },
    ]
  }

  var hiddenSpikes: Int { (expected["spikes"] ?? []).reduce(0) { $0 + Int($1) } }
}

/// Makes bundles of Xylo's arithmetic at random.
struct RandomXylo {
  var seed: UInt64
  var uniqueWeights = 0
  var layers = 2
  var biases = true
  var shift: Int32 = 0
  var isSaturated = false
  var readsPotential = true
  var skips = false
  var recurs = false
  var timeSteps = 40

  func bundle() -> Bundle {
    var random = SeededGenerator(seed: seed)
    let input = InputPort(
      shape: [[Int.random(in: 1...16, using: &random)], [1, 4, 4], [4, 2, 2]].randomElement(
        using: &random) ?? [3], bits: Int.random(in: 1...4, using: &random))
    var result = Bundle(
      name: "xylo-\(seed)", producer: "test", target: "xylo-audio3", arithmetic: .xylo,
      timeSteps: timeSteps, input: input, populations: [], projections: [], codebooks: [],
      readout: readsPotential ? .largestPotential : .mostSpikes)
    var sizes: [Int] = []
    for layer in 0...layers {
      let isLast = layer == layers
      let size = Int.random(in: isLast ? 2...8 : 3...40, using: &random)
      sizes.append(size)
      var sources: [(Source, Int)] = [
        layer == 0
          ? (.input, input.shape.reduce(1, *)) : (.population(layer - 1), sizes[layer - 1])
      ]
      if skips, layer > 1 { sources.append((.population(layer - 2), sizes[layer - 2])) }
      if skips, layer > 0, !isLast { sources.append((.input, input.shape.reduce(1, *))) }
      if recurs, !isLast { sources.append((.population(layer), size)) }
      for (source, count) in sources {
        let book = codebook(&random)
        result.codebooks.append(book)
        result.projections.append(
          Projection(
            name: "p\(result.projections.count)", sources: [source], target: layer, kind: .dense,
            weightShape: [size, count], codebooks: [result.codebooks.count - 1],
            indices: (0..<size * count).map { _ in
              UInt8(Int.random(in: 0..<book.entries.count, using: &random))
            }))
      }
      result.populations.append(population(layer, size, isLast, &random))
    }
    return result
  }

  private func codebook(_ random: inout SeededGenerator) -> Codebook {
    let unique =
      uniqueWeights > 0 ? uniqueWeights : [2, 4, 16, 256][Int.random(in: 0..<4, using: &random)]
    var entries: Set<Int32> = [127, -128]
    while entries.count < unique { entries.insert(Int32.random(in: -128...127, using: &random)) }
    return Codebook(entries: entries.map { $0 << shift }.sorted(), zeroIsAbsent: false, scale: 1)
  }

  private func population(
    _ layer: Int, _ size: Int, _ isLast: Bool, _ random: inout SeededGenerator
  ) -> Population {
    let isReadout = isLast && readsPotential
    let largest: Int32 = isSaturated ? 32767 : 600 << shift
    return Population(
      name: "n\(layer)", shape: [size], model: isReadout ? "LI" : "CubaLIF",
      reset: isReadout ? nil : .bySubtraction, spikesAboveOnly: false,
      thresholds: isReadout
        ? [] : (0..<size).map { _ in Int32.random(in: 1...largest, using: &random) },
      biases: biases
        ? (0..<size).map { _ in Int32.random(in: -100...127, using: &random) } : [],
      membraneDecay: Int32.random(in: 0...15, using: &random),
      currentDecay: Int32.random(in: isSaturated ? 0...15 : 1...6, using: &random))
  }
}

/// The formulas of docs/formats/xylo.md, slowly: spike by spike.
struct TextbookXylo {
  private static func saturated(_ x: Int, _ y: Int) -> Int {
    let limit = y < 0 ? -32768 : 32767
    return abs(limit - x) > abs(y) ? x + y : limit
  }

  private static func decay(_ x: Int, _ dash: Int32) -> Int {
    let part = x >> Int(dash)
    return part == 0 ? x.signum() : part
  }

  /// What every neuron did, by population and step.
  struct Trace {
    var spikes: [[[Int32]]]
    var currents: [[[Int32]]]
    var potentials: [[[Int32]]]
  }

  /// What every neuron of a chain of dense projections does.
  /// - Parameter columns: spikes by input line, step after step.
  static func run(_ bundle: Bundle, columns: [Int32]) -> Trace {
    let empty = bundle.populations.map { _ in [[Int32]]() }
    var trace = Trace(spikes: empty, currents: empty, potentials: empty)
    let lines = columns.count / bundle.timeSteps
    var spikes = bundle.populations.map { Array(repeating: 0, count: $0.neuronCount) }
    var currents = spikes
    var potentials = spikes
    let hasBias = bundle.populations.contains { $0.biases.contains { $0 != 0 } }
    // The input arrives first, then hidden neurons in their order.
    let order: [Source] = [.input] + bundle.populations.indices.map { .population($0) }
    for step in 0..<bundle.timeSteps {
      let before = spikes
      let input = columns[step * lines..<(step + 1) * lines].map { min(15, Int($0)) }
      for source in order {
        let sent: [Int]
        switch source {
        case .input: sent = input
        case .population(let index): sent = before[index]
        }
        for projection in bundle.projections where projection.sources == [source] {
          let weights = projection.weights(from: bundle.codebooks)
          for (pre, count) in sent.enumerated() {
            for _ in 0..<count {
              for post in currents[projection.target].indices {
                let weight = Int(weights[post * sent.count + pre])
                currents[projection.target][post] = saturated(
                  currents[projection.target][post], weight)
              }
            }
          }
        }
      }
      for (index, population) in bundle.populations.enumerated() {
        let isLast = index == bundle.populations.count - 1
        for neuron in 0..<population.neuronCount {
          let current = currents[index][neuron]
          currents[index][neuron] = current - decay(current, population.currentDecay)
          let potential = potentials[index][neuron]
          var change = Int(
            Int16(truncatingIfNeeded: -decay(potential, population.membraneDecay)))
          change = saturated(change, currents[index][neuron])
          if hasBias {
            let bias = population.biases.isEmpty ? 0 : Int(population.biases[neuron])
            change = saturated(change, bias)
          }
          var after = saturated(potential, change)
          let isReadout = population.model == "LI"
          let threshold =
            isReadout
            ? 32767 : Int(population.thresholds[population.thresholds.count > 1 ? neuron : 0])
          var fired = 0
          while after >= threshold, fired < (isLast ? 1 : 31) {
            after -= threshold
            fired += 1
          }
          potentials[index][neuron] = after
          spikes[index][neuron] = fired
        }
        trace.spikes[index].append(spikes[index].map { Int32($0) })
        trace.currents[index].append(currents[index].map { Int32($0) })
        trace.potentials[index].append(potentials[index].map { Int32($0) })
      }
    }
    return trace
  }
}
