import SpikeBundle

extension ExportTarget {
  /// Any runtime of ONNX files, for the bundle of a chip.
  static let onnx = ExportTarget(
    name: "onnx", summary: "ONNX: the spiking network for any runtime", arithmetic: .plain,
    limits: TargetLimits(), nativeFormat: "ONNX (.onnx)", takesEveryArithmetic: true,
    encodeWithOptions: { bundle, options throws(ExportError) in
      try ONNXEncoder.files(bundle, options.onnx)
    })
}
