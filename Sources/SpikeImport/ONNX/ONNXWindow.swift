import SpikeGraph

/// Kernel, stride, border and dilation of `Conv`, `MaxPool` and `AveragePool`.
///
/// `auto_pad` becomes explicit borders (ONNX operators, "Conv"): SAME makes the output
/// ceil(size / stride), with the odd element behind (UPPER) or in front (LOWER).
struct ONNXWindow {
  /// Names of the attributes that describe a window.
  static let attributes = ["auto_pad", "dilations", "kernel_shape", "pads", "strides"]

  var kernel: [Int]
  var strides: [Int]
  var padsBefore: [Int]
  var padsAfter: [Int]
  var dilations: [Int]

  /// Reads the attributes; `kernel` is known for convolutions from the weight.
  init(of node: ONNXNode, kernel known: [Int]?, input: Shape) throws(ImportError) {
    let sizes = Array(input.dimensions.dropFirst())
    guard let kernel = try node.integers("kernel_shape") ?? known else {
      throw node.error(
        .invalidAttribute, "The attribute 'kernel_shape' is missing.", fix: "export again")
    }
    if let known, known != kernel {
      throw node.wrongValue("kernel_shape", "\(kernel)", "the weight's \(known)")
    }
    guard (1...8).contains(kernel.count), kernel.count == sizes.count else {
      throw node.error(
        .unsupportedUse,
        "The window \(kernel) does not fit an input of shape \(input) (without batch).",
        fix: "use Conv1d to Conv3d on inputs [N, C, L] to [N, C, D, H, W]")
    }
    self.kernel = try ONNXWindow.checked(kernel, "kernel_shape", kernel.count, 1, node)
    let ones = kernel.map { _ in 1 }
    strides = try ONNXWindow.checked(
      try node.integers("strides") ?? ones, "strides", kernel.count, 1, node)
    dilations = try ONNXWindow.checked(
      try node.integers("dilations") ?? ones, "dilations", kernel.count, 1, node)
    padsBefore = kernel.map { _ in 0 }
    padsAfter = padsBefore
    let automatic = try node.text("auto_pad", default: "NOTSET")
    switch automatic {
    case "NOTSET", "":
      if let pads = try node.integers("pads") {
        _ = try ONNXWindow.checked(pads, "pads", 2 * kernel.count, 0, node)
        padsBefore = Array(pads[..<kernel.count])
        padsAfter = Array(pads[kernel.count...])
      }
    case "VALID": break
    case "SAME_UPPER", "SAME_LOWER":
      for axis in sizes.indices {
        let outputs = (sizes[axis] + strides[axis] - 1) / strides[axis]
        let reach = (kernel[axis] - 1) * dilations[axis] + 1
        let total = max(0, (outputs - 1) * strides[axis] + reach - sizes[axis])
        padsBefore[axis] = automatic == "SAME_UPPER" ? total / 2 : (total + 1) / 2
        padsAfter[axis] = total - padsBefore[axis]
      }
    default:
      throw node.wrongValue("auto_pad", automatic, "NOTSET, VALID, SAME_UPPER or SAME_LOWER")
    }
  }

  private static func checked(
    _ values: [Int], _ name: String, _ count: Int, _ minimum: Int, _ node: ONNXNode
  ) throws(ImportError) -> [Int] {
    guard values.count == count, values.allSatisfy({ (minimum...ONNXLimits.window).contains($0) })
    else {
      throw node.wrongValue(
        name, "\(values)", "\(count) numbers from \(minimum) to \(ONNXLimits.window)")
    }
    return values
  }
}
