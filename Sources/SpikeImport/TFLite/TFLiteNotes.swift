import SpikeDiagnostics
import SpikeGraph

/// What the user should know about an imported TFLite file.
enum TFLiteNotes {
  static func findings(
    _ translator: TFLiteTranslator, _ outline: TFLiteOutline, _ graph: Graph,
    _ encoding: InputEncoding?
  ) -> [Finding] {
    var findings: [Finding] = []
    if let shape = graph.inputs.first?.shape, shape != outline.inputShape {
      findings.append(
        Finding(
          .note, code: "tflite.channels-first",
          message: "The file takes \(outline.inputShape), channels last; the graph takes \(shape).")
      )
    }
    if let encoding {
      findings.append(
        Finding(
          .note, code: "tflite.input-encoding",
          message:
            "A byte b enters as \(encoding.scale[0]) · b + \(encoding.offset[0]): bytes are taken "
            + "as the integers of the input.",
          fix: "give --input-scale and --input-offset where data are something else"))
    }
    if graph.nodes.contains(where: { if case .quantize = $0.operator { true } else { false } }) {
      findings.append(
        Finding(
          .note, code: "tflite.quantised",
          message:
            "Weights stay integers and activations are rounded to the file's grids, half-way "
            + "cases to the even number, as XNNPACK does; other kernels of TFLite differ by a step now "
            + "and then.",
          fix: "import with --dequantise for real numbers"))
    }
    if translator.dequantizes {
      findings.append(
        Finding(
          .note, code: "tflite.dequantised",
          message: "Integers of the file became real numbers; activations are not rounded, which "
            + "TFLite would do."))
    }
    return findings
  }

  /// How bytes become the real numbers of a quantised input: as its integers, moved so that they begin
  /// at 0. Nil for inputs of real numbers, of which the file does not say what bytes mean.
  static func encoding(_ input: TFLiteModel.Tensor) throws(TFLiteError) -> InputEncoding? {
    guard input.elementType == .int8 || input.elementType == .uint8,
      let quantization = try input.checkedQuantization(Shape(input.shape))
    else { return nil }
    let lowest = input.elementType == .int8 ? -128 : 0
    let scale = quantization.scales[0]
    return InputEncoding(
      scale: [scale], offset: [scale * Float(lowest - quantization.zeroPoints[0])])
  }
}
