import Foundation
import SpikeEngine
import SpikeGraph
import Testing

@Suite("Losses with a teacher and losses per step")
struct StepLossTests {
  private static func graph(seed: UInt64) -> Graph {
    var sketch = GraphSketch(input: [2, 4, 4], seed: seed)
    sketch.convolution(3, Convolution(kernel: [3, 3], padsBefore: [1, 1]))
    sketch.neuron(Neuron(.leakyIntegrateAndFire, membraneDecay: 0.5))
    sketch.flatten()
    sketch.linear(4)
    sketch.neuron(Neuron(.leakyIntegrator))
    return sketch.graph
  }

  private static func logSoftmax(_ z: [Double]) -> [Double] {
    let top = z.max() ?? 0
    let sum = log(z.reduce(0) { $0 + exp($1 - top) })
    return z.map { $0 - top - sum }
  }

  /// The mean loss of a batch from the read-out after every step.
  private static func loss(
    _ textbook: Textbook, _ batch: Textbook.Batch, _ o: LossOptions, _ teacher: [Float]
  ) -> Double {
    var total = 0.0
    for sample in 0..<batch.count {
      let potentials = textbook.logits(textbook.run(batch.sample(sample)))
      let steps = potentials.count
      let guide = teacher[sample * 4..<sample * 4 + 4].map { Double($0) * Double(o.teacherScale) }
      let heat = Double(o.temperature)
      let q = logSoftmax(guide.map { $0 / heat })
      func cross(_ z: [Double]) -> Double {
        let (p, warm) = (logSoftmax(z), logSoftmax(z.map { $0 / heat }))
        let soft = q.indices.reduce(0) { $0 + exp(q[$1]) * (q[$1] - warm[$1]) }
        return -(1 - Double(o.teacherShare)) * p[batch.labels[sample]]
          + Double(o.teacherShare) * heat * heat * soft
      }
      guard o.isPerStep else {
        total += cross((potentials.last ?? []).map { $0 * Double(o.logitScale) / Double(steps) })
        continue
      }
      for t in 0..<steps {
        let z = (0..<4).map { c in
          (potentials[t][c] - (t > 0 ? potentials[t - 1][c] : 0)) * Double(o.logitScale)
        }
        let squares = z.reduce(0) { $0 + ($1 - 1) * ($1 - 1) } / 4
        let share = Double(o.squareShare)
        total += ((1 - share) * cross(z) + share * squares) / Double(steps)
      }
    }
    return total / Double(batch.count)
  }

  @Test(
    "loss and read-out gradients are those of the formula",
    arguments: [
      LossOptions(logitScale: 1.5, teacherShare: 0.6, teacherScale: 0.5, temperature: 3),
      LossOptions(logitScale: 0.8, isPerStep: true),
      LossOptions(logitScale: 0.8, isPerStep: true, squareShare: 0.2),
      LossOptions(
        logitScale: 0.8, teacherShare: 0.3, temperature: 2, isPerStep: true, squareShare: 0.1),
    ])
  func formula(options: LossOptions) throws {
    let graph = Self.graph(seed: 7)
    let batch = Textbook.Batch.random(graph, classes: 4, count: 5, seed: 2)
    var dice = Dice(4)
    let teacher = dice.units(20, scale: 2)
    let network = try Network(
      graph, EngineConfiguration(timeSteps: 3, batch: 5, shards: 2, threads: 2, training: true))
    let result = network.step(
      batch.inputs, labels: batch.labels, count: 5, loss: options, teacher: teacher)
    var textbook = try Textbook(graph, timeSteps: 3)
    #expect(abs(result.loss - Self.loss(textbook, batch, options, teacher)) < 1e-4)
    let head = try #require(
      graph.nodes.first { if case .linear = $0.operator { true } else { false } })
    for role in [ParameterRole.weight, .bias] {
      guard let name = head.parameters[role] else { continue }
      let gradient = network.gradient(of: name)
      for index in stride(from: 0, to: gradient.count, by: 7) {
        let old = textbook.constants[name]?[index] ?? 0
        textbook.constants[name]?[index] = old + 1e-4
        let above = Self.loss(textbook, batch, options, teacher)
        textbook.constants[name]?[index] = old - 1e-4
        let below = Self.loss(textbook, batch, options, teacher)
        textbook.constants[name]?[index] = old
        #expect(abs(Double(gradient[index]) - (above - below) / 2e-4) < 1e-4, "\(name)[\(index)]")
      }
    }
  }

  @Test("the bits do not depend on the number of threads")
  func threads() throws {
    let graph = Self.graph(seed: 1)
    let batch = Textbook.Batch.random(graph, classes: 4, count: 11, seed: 2)
    var dice = Dice(5)
    let teacher = dice.units(44, scale: 2)
    let options = LossOptions(
      teacherShare: 0.5, temperature: 2, isPerStep: true, squareShare: 0.1)
    let results = try [1, 3].map { threads in
      let network = try Network(
        graph,
        EngineConfiguration(timeSteps: 3, batch: 11, shards: 4, threads: threads, training: true))
      let step = network.step(
        batch.inputs, labels: batch.labels, count: 11, loss: options, teacher: teacher)
      return (step, TrainingTests.allGradients(network))
    }
    #expect(results[0].0 == results[1].0)
    #expect(results[0].1 == results[1].1)
  }
}
