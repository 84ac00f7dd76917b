import Foundation
import SpikeBytes
import SpikeData
import SpikeFit
import SpikeGraph
import Testing

@Suite("Fisher information of weights")
struct FisherWeightsTests {
  @Test("a linear network has the information of its softmax: x² p (1 - p) at the temperature")
  func softmax() throws {
    var random = SplitMix64(seed: 5)
    let (classes, inputs, count) = (3, 4, 6)
    var graph = Graph(name: "linear", inputs: [GraphInput(name: "x", shape: [inputs])])
    let weights = TinyModels.random(classes * inputs, &random)
    graph.constants["w"] = Tensor(weights, shape: [classes, inputs])
    graph.nodes = [
      Node(
        name: "head", operator: .linear, inputs: ["x"], parameters: [.weight: "w"],
        output: "drive"),
      Node(
        name: "readout", operator: .neuron(Neuron(.leakyIntegrator)), inputs: ["drive"],
        output: "logits"),
    ]
    graph.outputs = ["logits"]
    let model = Model(graph: graph, stage: .spiking, timeSteps: 3)
    let samples = TinyModels.random(count * inputs, &random)
    let options = TinyModels.options {
      $0.target = .neutral
      $0.timeSteps = 3
      $0.logitScale = 2
      $0.pruning.labelTemperature = 4
    }
    let found = try SpikeFitter.fisherWeights(
      model, options: options, inputs: samples, count: count)
    // The potential after T equal steps is T times the current; logits are 2 / T of that.
    var expected = [Double](repeating: 0, count: classes * inputs)
    for sample in 0..<count {
      let x = samples[sample * inputs..<(sample + 1) * inputs].map { Double($0) }
      let z = (0..<classes).map { row in
        (0..<inputs).reduce(0.0) { $0 + Double(weights[row * inputs + $1]) * x[$1] } * 2 / 4
      }
      let sum = z.reduce(0) { $0 + exp($1) }
      for row in 0..<classes {
        let p = exp(z[row]) / sum
        for input in 0..<inputs {
          expected[row * inputs + input] +=
            p * (1 - p) * x[input] * x[input] * 0.25 / Double(count)
        }
      }
    }
    #expect(found.count == 1)
    for (value, truth) in zip(found[0], expected) {
      #expect(abs(Double(value) - truth) < 1e-4 * truth + 1e-7)
    }
  }

  @Test("weights that never meet a spike have no information")
  func silent() throws {
    var model = TinyModels.convolutional(channels: 4)
    model.graph.constants["t1"] = Tensor([0.5, 1e6, 0.5, 0.5], shape: [4])
    let data = try TinyModels.data(count: 24)
    let inputs = data.encoded(scale: model.encoding.scale, offset: [0], bits: nil)
    let found = try SpikeFitter.fisherWeights(
      model, options: TinyModels.options { $0.target = .neutral }, inputs: inputs, count: 24)
    let columns = found[1].count / 3
    for (index, value) in found[1].enumerated() {
      let isSilent = index % columns / 9 == 1
      if isSilent { #expect(value == 0) }
    }
    #expect(found[1].contains { $0 > 0 })
  }

  @Test("a fit with this importance gives the same bytes on any number of threads")
  func threads() throws {
    let data = try TinyModels.data(count: 96)
    let models = try [1, 2].map { threads in
      try SpikeFitter.fit(
        TinyModels.convolutional(),
        options: TinyModels.options {
          $0.epochs = 2
          $0.codebook.importance = .fisher
          $0.threads = threads
        }, training: data
      ).model
    }
    #expect(models[0] == models[1])
    let plain = try SpikeFitter.fit(
      TinyModels.convolutional(), options: TinyModels.options { $0.epochs = 2 }, training: data
    ).model
    #expect(plain.graph != models[0].graph)
  }
}
