import SpikeDiagnostics
import SpikeGraph

/// Shape of the input without its batch axis, from the file and the user.
struct ONNXInputShape {
  /// Shape of one sample.
  var sample: Shape
  /// Batch size that the file declares; nil where it is open.
  var batchSize: Int?

  /// Of a model that has no input left.
  static let none = ONNXInputShape(sample: [])

  private init(sample: Shape) { self.sample = sample }

  /// - Throws: `import.dynamic-shape`, `import.input-shape`, `import.unsupported-tensor`,
  ///   `import.too-large`, `import.no-network`.
  init(of input: ONNXValueInfo, given: [Int]?) throws(ImportError) {
    let place = Location(tensor: input.name)
    if let type = input.elementType, type != 0, ONNXElementType.type(type) == nil {
      throw ImportError(
        .unsupportedTensor,
        "The input '\(input.name)' is of type \(ONNXElementType.name(type)); numbers are allowed.",
        at: place, fix: "export the model with a float input")
    }
    if let given {
      guard !given.isEmpty, given.allSatisfy({ (1...Int(Int32.max)).contains($0) }) else {
        throw ImportError(
          .inputShape, "--input-shape is \(given); sizes of 1 or more are allowed.", at: place,
          fix: "give the shape of one sample without the batch, for example 3,224,224")
      }
    }
    guard let sizes = input.sizes else {
      guard let given else {
        throw ImportError(
          .dynamicShape, "The file does not say which shape the input '\(input.name)' has.",
          at: place, fix: "give it with --input-shape C,H,W (without the batch)")
      }
      sample = try ONNXInputShape.checked(Shape(given), place)
      return
    }
    guard let first = sizes.first else {
      throw ImportError(
        .noNetwork,
        "The input '\(input.name)' is a scalar; [N, C, H, W], [N, C, L] or [N, I] is "
          + "allowed.", at: place, fix: "export the model with the batch as first axis")
    }
    // Some exporters write 0 or -1 for a size that is left open.
    if case .fixed(let size) = first, size > 0 { batchSize = size }
    let inner = sizes.dropFirst()
    if let given, given.count != inner.count {
      throw ImportError(
        .inputShape,
        "--input-shape has \(given.count) numbers; the input '\(input.name)' has \(inner.count) "
          + "axes besides the batch.", at: place,
        fix: "give the shape of one sample without the batch")
    }
    var result: [Int] = []
    for (axis, size) in inner.enumerated() {
      switch (size, given?[axis]) {
      case (.fixed(let size), nil) where size > 0: result.append(size)
      case (.fixed(let size), let wanted?) where size > 0:
        guard size == wanted else {
          throw ImportError(
            .inputShape,
            "--input-shape gives \(wanted) for axis \(axis); the file fixes it to \(size).",
            at: place, fix: "leave out --input-shape, or export the model for another size")
        }
        result.append(size)
      case (_, let wanted?): result.append(wanted)
      default:
        throw ImportError(
          .dynamicShape,
          "The input '\(input.name)' has the shape \(ONNXInputShape.text(sizes)); only the batch "
            + "(axis 0) may be open.", at: place,
          fix: "give the sizes with --input-shape C,H,W (without the batch)")
      }
    }
    sample = try ONNXInputShape.checked(Shape(result), place)
  }

  private static func checked(_ shape: Shape, _ place: Location) throws(ImportError) -> Shape {
    guard shape.elementCount <= Int(Int32.max), shape.rank <= ONNXLimits.rank else {
      throw ImportError(
        .tooLarge, "The input \(shape) has more than \(Int32.max) elements.", at: place,
        fix: "give a smaller --input-shape")
    }
    return shape
  }

  private static func text(_ sizes: [ONNXValueInfo.Size]) -> String {
    let parts = sizes.map { size in
      switch size {
      case .fixed(let size): "\(size)"
      case .open(let name): name.isEmpty ? "?" : name
      }
    }
    return "[" + parts.joined(separator: ", ") + "]"
  }
}
