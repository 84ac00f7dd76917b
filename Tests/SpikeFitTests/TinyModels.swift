import SpikeBytes
import SpikeData
import SpikeFit
import SpikeGraph

/// Small spiking networks and data that the tests of this module share.
enum TinyModels {
  static func random(_ count: Int, _ random: inout SplitMix64, _ scale: Double = 1) -> [Float] {
    (0..<count).map { _ in Float(random.normal() * scale) }
  }

  /// Conv 1→C, IF, mean of 2×2, flatten, linear, LI; thresholds per channel as a converter makes.
  static func convolutional(
    channels: Int = 6, classes: Int = 3, seed: UInt64 = 1,
    neuron: Neuron = Neuron(initialShare: 0.5)
  ) -> Model {
    var generator = SplitMix64(seed: seed)
    var graph = Graph(name: "tiny", inputs: [GraphInput(name: "x", shape: [1, 6, 6])])
    graph.constants["w1"] = Tensor(
      random(channels * 9, &generator, 0.6), shape: [channels, 1, 3, 3])
    graph.constants["b1"] = Tensor(random(channels, &generator, 0.1), shape: [channels])
    graph.constants["t1"] = Tensor(
      (0..<channels).map { 0.5 + 0.1 * Float($0 % 4) }, shape: [channels])
    graph.constants["w2"] = Tensor(
      random(classes * channels * 9, &generator, 0.3), shape: [classes, channels * 9])
    graph.constants["b2"] = Tensor(random(classes, &generator, 0.1), shape: [classes])
    graph.nodes = [
      Node(
        name: "conv",
        operator: .convolution(Convolution(kernel: [3, 3], padsBefore: [1, 1])), inputs: ["x"],
        parameters: [.weight: "w1", .bias: "b1"], output: "current"),
      Node(
        name: "hidden", operator: .neuron(neuron), inputs: ["current"],
        parameters: [.threshold: "t1"], output: "spikes"),
      Node(
        name: "pool", operator: .averagePool(Pooling(kernel: [2, 2])), inputs: ["spikes"],
        output: "pooled"),
      Node(
        name: "flat", operator: .reshape([channels * 9]), inputs: ["pooled"], output: "flat"),
      Node(
        name: "head", operator: .linear, inputs: ["flat"],
        parameters: [.weight: "w2", .bias: "b2"], output: "drive"),
      Node(
        name: "readout", operator: .neuron(Neuron(.leakyIntegrator)), inputs: ["drive"],
        output: "logits"),
    ]
    graph.outputs = ["logits"]
    return Model(graph: graph, stage: .spiking, timeSteps: 4)
  }

  /// Two branches that meet: conv a and conv b into an addition, IF; then linear, LI. The spikes of
  /// the stem also skip both.
  static func residual(channels: Int = 4, seed: UInt64 = 2) -> Model {
    var generator = SplitMix64(seed: seed)
    var graph = Graph(name: "residual", inputs: [GraphInput(name: "x", shape: [1, 4, 4])])
    func conv(_ name: String, _ inputs: Int, from value: String) {
      graph.constants["\(name).w"] = Tensor(
        random(channels * inputs * 9, &generator, 0.5), shape: [channels, inputs, 3, 3])
      graph.constants["\(name).b"] = Tensor(
        random(channels, &generator, 0.1), shape: [channels])
      graph.nodes.append(
        Node(
          name: name, operator: .convolution(Convolution(kernel: [3, 3], padsBefore: [1, 1])),
          inputs: [value], parameters: [.weight: "\(name).w", .bias: "\(name).b"],
          output: "\(name).out"))
    }
    func neurons(_ name: String, from value: String) {
      graph.constants["\(name).t"] = .scalar(0.7)
      graph.nodes.append(
        Node(
          name: name, operator: .neuron(Neuron()), inputs: [value],
          parameters: [.threshold: "\(name).t"], output: "\(name).out"))
    }
    conv("stem", 1, from: "x")
    neurons("first", from: "stem.out")
    conv("body", channels, from: "first.out")
    graph.nodes.append(
      Node(name: "add", operator: .add, inputs: ["body.out", "first.out"], output: "sum"))
    neurons("second", from: "sum")
    graph.constants["head.w"] = Tensor(
      random(3 * channels * 16, &generator, 0.3), shape: [3, channels * 16])
    graph.nodes += [
      Node(
        name: "flat", operator: .reshape([channels * 16]), inputs: ["second.out"], output: "flat"),
      Node(
        name: "head", operator: .linear, inputs: ["flat"], parameters: [.weight: "head.w"],
        output: "drive"),
      Node(
        name: "readout", operator: .neuron(Neuron(.leakyIntegrator)), inputs: ["drive"],
        output: "logits"),
    ]
    graph.outputs = ["logits"]
    return Model(graph: graph, stage: .spiking, timeSteps: 3)
  }

  /// Images of three classes: bright rows, bright columns, a bright corner, under noise.
  static func data(count: Int = 240, size: Int = 6, seed: UInt64 = 3) throws -> Dataset {
    var random = SplitMix64(seed: seed)
    var bytes: [UInt8] = []
    var labels: [Int] = []
    for _ in 0..<count {
      let label = random.integer(below: 3)
      let place = random.integer(below: size)
      for row in 0..<size {
        for column in 0..<size {
          let isBright =
            switch label {
            case 0: row == place
            case 1: column == place
            default: row < 3 && column < 3
            }
          bytes.append(UInt8((isBright ? 170 : 10) + random.integer(below: 70)))
        }
      }
      labels.append(label)
    }
    return try Dataset(
      name: "patterns", sampleShape: [1, size, size], samples: .bytes(bytes), labels: labels)
  }

  static func options(_ change: (inout FitOptions) -> Void = { _ in }) -> FitOptions {
    var options = FitOptions(target: .loihi, uniqueWeights: 4, epochs: 6, batch: 24)
    options.threads = 2
    options.pruning.samples = 48
    options.pruning.events = 3
    change(&options)
    return options
  }
}
