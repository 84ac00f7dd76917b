import SpikeBytes
import SpikeGraph

/// One of the two networks of the benchmark; `peers/nets.py` has the same tables.
struct BenchmarkNet {
  enum Layer {
    /// 3x3, one pixel of padding, followed by spiking neurons.
    case convolution(inputs: Int, outputs: Int)
    /// Means of 2x2 windows.
    case averagePool
    /// Fully connected; the last one has a read-out instead of spiking neurons.
    case linear(inputs: Int, outputs: Int, spikes: Bool)
  }

  var name: String
  /// Shape of an image: C, H, W.
  var input: Shape
  /// Samples of a training step.
  var trainingBatch: Int
  var layers: [Layer]

  static let all = [
    BenchmarkNet(
      name: "A", input: [1, 28, 28], trainingBatch: 64,
      layers: [
        .convolution(inputs: 1, outputs: 32), .averagePool,
        .convolution(inputs: 32, outputs: 64), .averagePool,
        .linear(inputs: 3136, outputs: 256, spikes: true),
        .linear(inputs: 256, outputs: 10, spikes: false),
      ]),
    BenchmarkNet(
      name: "B", input: [3, 32, 32], trainingBatch: 16,
      layers: [
        .convolution(inputs: 3, outputs: 64), .convolution(inputs: 64, outputs: 64), .averagePool,
        .convolution(inputs: 64, outputs: 128), .convolution(inputs: 128, outputs: 128),
        .averagePool,
        .convolution(inputs: 128, outputs: 256), .convolution(inputs: 256, outputs: 256),
        .averagePool,
        .linear(inputs: 4096, outputs: 10, spikes: false),
      ]),
  ]

  /// The network with random weights. The same seed gives the same weights as the peers have.
  func graph(seed: UInt64) -> Graph {
    var builder = BenchmarkGraphBuilder(name: name, input: input, seed: seed)
    for layer in layers {
      switch layer {
      case .convolution(let inputs, let outputs):
        builder.project(
          .convolution(Convolution(kernel: [3, 3], padsBefore: [1, 1])),
          weight: [outputs, inputs, 3, 3])
        builder.spike()
      case .averagePool:
        builder.append(.averagePool(Pooling(kernel: [2, 2])))
      case .linear(let inputs, let outputs, let spikes):
        builder.flatten(to: inputs)
        builder.project(.linear, weight: [outputs, inputs])
        if spikes { builder.spike() } else { builder.readOut() }
      }
    }
    return builder.finished()
  }
}

/// Appends nodes one after the other.
private struct BenchmarkGraphBuilder {
  private var graph: Graph
  private var value: ValueName = "input"
  private var isFlat = false
  private var projections: UInt64 = 0
  private let generator: SplitMix64

  init(name: String, input: Shape, seed: UInt64) {
    graph = Graph(name: name, inputs: [GraphInput(name: value, shape: input)])
    generator = SplitMix64(seed: seed)
  }

  mutating func append(_ operation: Operator, _ parameters: [ParameterRole: ValueName] = [:]) {
    let name = "\(operation.name)\(graph.nodes.count)"
    graph.nodes.append(
      Node(
        name: name, operator: operation, inputs: [value], parameters: parameters, output: name))
    value = name
  }

  mutating func flatten(to count: Int) {
    if !isFlat { append(.reshape([count])) }
    isFlat = true
  }

  /// Weights from a normal distribution with 1.5 times the deviation of He et al. 2015, so that
  /// the deeper layers do spike; biases uniform within 1 / sqrt(inputs).
  mutating func project(_ operation: Operator, weight shape: Shape) {
    let fanIn = Double(shape.elementCount / shape[0])
    var weights = generator.stream(2 * projections)
    var biases = generator.stream(2 * projections + 1)
    projections += 1
    let deviation = 1.5 * (2 / fanIn).squareRoot()
    let bound = 1 / fanIn.squareRoot()
    let weight = (0..<shape.elementCount).map { _ in Float(weights.normal() * deviation) }
    let bias = (0..<shape[0]).map { _ in Float((2 * biases.uniform() - 1) * bound) }
    graph.constants["weight\(projections)"] = Tensor(weight, shape: shape)
    graph.constants["bias\(projections)"] = Tensor(bias, shape: [shape[0]])
    append(operation, [.weight: "weight\(projections)", .bias: "bias\(projections)"])
  }

  mutating func spike() {
    graph.constants["threshold\(projections)"] = .scalar(1)
    append(
      .neuron(Neuron(.leakyIntegrateAndFire, membraneDecay: 0.5)),
      [.threshold: "threshold\(projections)"])
  }

  /// A sum over the time steps, from which the engine makes the mean.
  mutating func readOut() { append(.neuron(Neuron(.leakyIntegrator, membraneDecay: 1))) }

  func finished() -> Graph {
    var graph = graph
    graph.outputs = [value]
    return graph
  }
}
