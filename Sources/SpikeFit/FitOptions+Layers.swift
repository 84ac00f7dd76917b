public import SpikeGraph

extension FitOptions {
  /// Numbers of single layers, where they differ from those of all.
  public struct Layers: Hashable, Sendable, Codable {
    /// Numbers of one projection.
    public struct Numbers: Hashable, Sendable, Codable {
      /// Name of the projection's node.
      public var node: String
      /// Distinct non-zero weights M of its codebooks; nil for the number of all layers.
      public var uniqueWeights: Int?
      /// Signed bits of a weight value; nil for those of all layers.
      public var bits: Int?
    }

    /// What differs, sorted by name.
    public private(set) var numbers: [Numbers] = []

    /// Makes a choice; the default treats all layers alike.
    /// - Parameters:
    ///   - uniqueWeights: M by the name of a projection's node.
    ///   - bits: Bits by the name of a projection's node.
    public init(uniqueWeights: [String: Int] = [:], bits: [String: Int] = [:]) {
      numbers = Set(uniqueWeights.keys).union(bits.keys).sorted().map {
        Numbers(node: $0, uniqueWeights: uniqueWeights[$0], bits: bits[$0])
      }
    }

    /// M of a projection, where it differs.
    public func uniqueWeights(of node: String) -> Int? {
      numbers.first { $0.node == node }?.uniqueWeights
    }

    /// Bits of a projection, where they differ.
    public func bits(of node: String) -> Int? { numbers.first { $0.node == node }?.bits }

    /// Everything by name, for the initialiser.
    public var uniqueWeightsByNode: [String: Int] {
      Dictionary(
        uniqueKeysWithValues: numbers.compactMap { item in
          item.uniqueWeights.map { (item.node, $0) }
        })
    }
    /// Bits by name, for the initialiser.
    public var bitsByNode: [String: Int] {
      Dictionary(
        uniqueKeysWithValues: numbers.compactMap { item in item.bits.map { (item.node, $0) } })
    }

    /// What differs, for the history of the model; nil where nothing does.
    var text: String? {
      guard !numbers.isEmpty else { return nil }
      return numbers.map { item in
        let parts = [
          item.uniqueWeights.map { "M = \($0)" }, item.bits.map { "\($0) bits" },
        ]
        return "\(item.node): \(parts.compactMap(\.self).joined(separator: ", "))"
      }.joined(separator: "; ")
    }
  }

  /// M of a projection; nil for any integer.
  func uniqueWeights(of node: String) -> Int? {
    uniqueWeights.map { layers.uniqueWeights(of: node) ?? $0 }
  }

  /// Integers that a weight of a projection may be.
  func weightRange(of node: String) -> ClosedRange<Int> {
    weightRange(bits: layers.bits(of: node) ?? bits)
  }

  /// Integers that a weight may be: the target's range, narrowed to some bits.
  func weightRange(bits: Int?) -> ClosedRange<Int> {
    guard let bits, (1...32).contains(bits) else { return target.weightRange }
    let half = 1 << (bits - 1)
    return max(target.weightRange.lowerBound, -half)...min(target.weightRange.upperBound, half - 1)
  }
}

extension SpikeFitter {
  /// Names of the layers with weights, in the order of the network: what lists of numbers by layer
  /// stand for.
  public static func layerNames(of model: Model) -> [String] {
    model.graph.nodes.filter {
      switch $0.operator {
      case .convolution, .linear: true
      default: false
      }
    }.map(\.name)
  }
}
