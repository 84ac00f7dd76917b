import SpikeBundle

/// Writes a bundle as an ONNX file that runs the spiking network (docs/formats/onnx.md).
enum ONNXEncoder {
  /// - Throws: `export.invalid-bundle`, `export.limit-exceeded`, `export.unsupported-neuron`,
  ///   `export.unsupported-topology`, `export.wrong-arithmetic`.
  static func files(
    _ bundle: Bundle, _ options: ONNXOptions
  ) throws(ExportError) -> [NativeFile] {
    let network = try ONNXNetwork(bundle)
    var writer = ONNXGraphWriter(network, options)
    switch options.time {
    case .unrolled: try writer.writeUnrolled()
    case .scan: writer.writeScan()
    }
    let model = ONNXModelMessage(
      producer: producer(bundle), documentation: documentation(bundle, options),
      graph: writer.graph.graph, metadata: metadata(network), functions: network.functions)
    return [
      NativeFile(name: "\(CName.prefix(bundle.name)).onnx", bytes: model.encoded())
    ]
  }

  private static func producer(_ bundle: Bundle) -> (name: String, version: String) {
    let words = bundle.producer.split(separator: " ", maxSplits: 1).map {
      CName.comment(String($0))
    }
    return (words.first ?? "sfconv", words.count > 1 ? words[1] : "")
  }

  private static func documentation(_ bundle: Bundle, _ options: ONNXOptions) -> String {
    "A spiking network of \(bundle.timeSteps) time steps in integers ("
      + "\(bundle.arithmetic.rawValue)), "
      + (options.time == .scan ? "as a Scan over time." : "unrolled over time.")
      + " Run it in float32 without reduced precision: sums of synapses are proven to be exact."
  }

  private static func metadata(_ network: ONNXNetwork) -> [(key: String, value: String)] {
    let bundle = network.bundle
    var entries = [
      ("sfconv.arithmetic", bundle.arithmetic.rawValue),
      ("sfconv.input_bits", "\(bundle.input.bits)"),
      ("sfconv.readout", bundle.readout.rawValue),
      ("sfconv.target", CName.comment(bundle.target)),
      ("sfconv.time_steps", "\(bundle.timeSteps)"),
    ]
    if !bundle.labels.isEmpty {
      entries.append(
        ("sfconv.labels", bundle.labels.map(CName.comment).joined(separator: "\n")))
    }
    for (index, population) in network.populations.enumerated() {
      entries.append(
        (
          "sfconv.scale.\(population.name)",
          "\(bundle.populations[index].scale / Float(population.unit))"
        ))
    }
    return entries
  }
}
