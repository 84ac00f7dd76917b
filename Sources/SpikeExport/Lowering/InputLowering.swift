import SpikeBundle
import SpikeDiagnostics
import SpikeGraph

/// How raw data enter the chip.
enum InputLowering {
  /// The input port of a fitted model.
  /// - Throws: `export.unsupported-encoding`, `export.unsupported-topology`.
  static func port(_ model: Model) throws(ExportError) -> InputPort {
    guard model.graph.inputs.count == 1 else {
      throw ExportError(
        .unsupportedTopology,
        "The network has \(model.graph.inputs.count) inputs; a bundle has one.",
        fix: "cut the model to one input before converting")
    }
    let input = model.graph.inputs[0]
    let place = Location(tensor: input.name)
    guard let shape = lifted(input.shape) else {
      throw ExportError(
        .unsupportedTopology,
        "The input has shape \(input.shape); allowed are [N], [C, L] and [C, H, W].", at: place,
        fix: "reshape the input before converting")
    }
    guard let bits = model.encoding.bits, (1...8).contains(bits) else {
      throw ExportError(
        .unsupportedEncoding,
        "The input has \(model.encoding.bits.map { "\($0) bits" } ?? "no number of bits"); a chip "
          + "takes graded spikes of 1…8 bits.", at: place, fix: "run sfconv fit first")
    }
    guard Set(model.encoding.scale).count == 1, model.encoding.offset.allSatisfy({ $0 == 0 }) else {
      throw ExportError(
        .unsupportedEncoding,
        "The input is scaled by \(model.encoding.scale) and shifted by \(model.encoding.offset); "
          + "a chip takes the integers as they are (one scale, no shift).", at: place,
        fix: "run sfconv fit, which moves scale and shift into the first layer")
    }
    return InputPort(shape: shape, bits: bits)
  }

  /// `[N]`, `[C, 1, L]` or `[C, H, W]`.
  static func lifted(_ shape: Shape) -> [Int]? {
    switch shape.rank {
    case 1, 3: shape.dimensions
    case 2: [shape[0], 1, shape[1]]
    default: nil
    }
  }
}
