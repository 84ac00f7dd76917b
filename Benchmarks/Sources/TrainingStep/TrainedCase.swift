import Foundation
import SpikeData
import SpikeEngine
import SpikeGraph

/// A trained network with a batch of images, in a file that all libraries read: for each layer
/// with weights its weights and biases in the order of the graph, then `batch` images (C, H, W) and
/// their labels, all as little-endian 32-bit floats.
struct TrainedCase {
  /// Samples in the file.
  static let batch = 64

  var graph: Graph
  var images: [Float]
  var labels: [Int]

  /// Constants of the layers, in order.
  private static func names(_ graph: Graph) -> [ValueName] {
    graph.nodes.flatMap { node in
      [ParameterRole.weight, .bias].compactMap { node.parameters[$0] }
    }
  }

  init(graph: Graph, images: [Float], labels: [Int]) {
    (self.graph, self.images, self.labels) = (graph, images, labels)
  }

  /// Reads the file into the constants of a graph of the same layers.
  init(_ path: String, _ graph: Graph, inputCount: Int) throws {
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    var place = 0
    func nextWord() -> Float {
      guard place + 4 <= bytes.count else { return .nan }
      var word: UInt32 = 0
      for byte in bytes[place..<place + 4].reversed() { word = word << 8 | UInt32(byte) }
      place += 4
      return Float(bitPattern: word)
    }
    func next(_ count: Int) -> [Float] { (0..<count).map { _ in nextWord() } }
    var graph = graph
    for name in TrainedCase.names(graph) {
      guard let shape = graph.constants[name]?.shape else { continue }
      graph.constants[name] = Tensor(next(shape.elementCount), shape: shape)
    }
    self.graph = graph
    images = next(TrainedCase.batch * inputCount)
    labels = next(TrainedCase.batch).map { Int($0) }
  }

  /// Writes the file.
  func write(_ path: String) throws {
    let constants = TrainedCase.names(graph).flatMap { graph.constants[$0]?.floats() ?? [] }
    let values = constants + images + labels.map { Float($0) }
    let bytes = values.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) }
    }
    try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
  }
}

/// Fashion-MNIST in the shape of a network: pixels in 0…1, centred in a larger image, repeated for
/// each channel.
struct BenchmarkImages {
  private let data: Dataset
  private let shape: Shape

  init(shape: Shape) throws {
    data = try DataSource.load("fashion-mnist", split: .train)
    self.shape = shape
  }

  /// Samples `first`, `first` + 1, … of an order that a seed gives, without end.
  func batch(_ first: Int, _ count: Int, order: [Int]) throws -> (images: [Float], labels: [Int]) {
    let chosen = data.subset((first..<first + count).map { order[$0 % order.count] })
    let raw = chosen.encoded(scale: [1 / 255], offset: [0], bits: nil)
    let (height, width) = (data.sampleShape[1], data.sampleShape[2])
    let (top, left) = ((shape[1] - height) / 2, (shape[2] - width) / 2)
    var images = [Float](repeating: 0, count: count * shape.elementCount)
    for sample in 0..<count {
      for channel in 0..<shape[0] {
        for row in 0..<height {
          let target = ((sample * shape[0] + channel) * shape[1] + top + row) * shape[2] + left
          let source = (sample * height + row) * width
          for column in 0..<width { images[target + column] = raw[source + column] }
        }
      }
    }
    return (images, chosen.labels)
  }

  func order(seed: UInt64) -> [Int] {
    Array(EpochOrder(count: data.count, seed: seed, epoch: 0).indices)
  }
}
