import SpikeBytes
import SpikeContainers
import SpikeDiagnostics

/// What a TFLite file says, unchecked but for places: the first subgraph with its tensors and nodes.
struct TFLiteModel {
  /// A tensor: an activation, or a constant where it has bytes.
  struct Tensor {
    var name: String
    /// Sizes with the batch; nil where the file leaves the shape out.
    var shape: [Int]
    /// Sizes with -1 where they are open; empty where none is.
    var signature: [Int]
    /// Number of the element type.
    var type: Int
    /// Where its bytes lie in the file; empty for activations.
    var range: Range<Int>
    var quantization: TFLiteQuantization?
    var isSparse: Bool
    var isVariable: Bool
  }

  /// An operator that is used once.
  struct Node {
    /// Number of the operator in `BuiltinOperator`; nil for an operator of somebody else.
    var builtin: Int?
    /// Name of an operator of somebody else.
    var customName: String
    /// Tensors that it reads; -1 where one is left out.
    var inputs: [Int]
    /// Tensors that it makes.
    var outputs: [Int]
    /// Number of the table of options in `BuiltinOptions`.
    var optionsType: Int
    var options: FlatTable?
  }

  var version: Int
  var description: String
  var tensors: [Tensor]
  var inputs: [Int]
  var outputs: [Int]
  var nodes: [Node]
  var file: MappedFile
}

/// Scales and zero points: real = scale · (integer - zero point).
struct TFLiteQuantization {
  /// One, or one for each slice along ``axis``.
  var scales: [Float]
  /// As many as scales; all 0 where the file has none.
  var zeroPoints: [Int]
  /// Axis of the tensor along which scales differ.
  var axis: Int
}
