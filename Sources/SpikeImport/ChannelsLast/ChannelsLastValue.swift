import SpikeGraph

/// An activation of a file that puts channels last, and how the graph holds it.
///
/// Shapes are per sample. The graph puts channels first, as convolutions and chips do, and values go over
/// from one to the other only where nothing else helps: weights are permuted instead.
struct ChannelsLastValue: Equatable {
  /// How the elements lie in the graph.
  enum Layout: Equatable {
    /// As in the file.
    case asInFile
    /// The last axis of the file is the first of the graph.
    case channelsFirst
    /// A vector whose elements were flattened in the order of this shape, channels first; the file
    /// flattens them channels last.
    case flattened(Shape)
  }

  /// Name in the graph.
  var name: ValueName
  /// Shape in the file.
  var shape: Shape
  /// How the graph holds it.
  var layout: Layout

  /// Shape in the graph.
  var graphShape: Shape {
    layout == .channelsFirst ? ChannelsLastValue.channelsFirst(shape) : shape
  }

  /// The last axis in front.
  static func channelsFirst(_ shape: Shape) -> Shape {
    Shape(shape.dimensions.suffix(1) + shape.dimensions.dropLast())
  }

  /// Whether the elements have the same order in both layouts: one channel, or one place.
  static func isSameOrder(_ shape: Shape) -> Bool {
    shape.dimensions.last == 1 || shape.dimensions.dropLast().allSatisfy { $0 == 1 }
  }

  /// The axis of the graph that holds an axis of the file.
  func graphAxis(_ axis: Int) -> Int {
    guard layout == .channelsFirst else { return axis }
    return axis == shape.rank - 1 ? 0 : axis + 1
  }
}
