import SpikeContainers
import SpikeGraph
import SpikeImport

/// Readers of networks and of the numbers of networks.
extension Reader {
  static let networks = [
    Reader(name: "onnx") { bytes in
      _ = try ONNXImporter.read(path: InputFile.holding(bytes, named: "input.onnx"))
    },
    Reader(name: "tflite") { bytes in
      _ = try TFLiteImporter.read(path: InputFile.holding(bytes, named: "input.tflite"))
    },
    Reader(name: "keras") { bytes in
      let ending = bytes.starts(with: "PK".utf8) ? "keras" : "h5"
      _ = try KerasImporter.read(path: InputFile.holding(bytes, named: "input.\(ending)"))
    },
    Reader(name: "nir") { bytes in
      _ = try NIRImporter.read(path: InputFile.holding(bytes, named: "input.nir"))
    },
    Reader(name: "netx") { bytes in
      _ = try NetxImporter.read(path: InputFile.holding(bytes, named: "input.net"))
    },
    Reader(name: "hdf5") { bytes in _ = try HDF5Reader.read(bytes, attributes: true) },
  ]

  /// One reader, which looks at the first bytes; three targets, so that each has a corpus of its own.
  static let weights = ["safetensors", "npz", "torch"].map { name in
    Reader(name: name) { bytes in
      let file = try WeightsFile(path: InputFile.holding(bytes, named: "input.\(name)"))
      for tensor in file.tensors.values where tensor.count <= 1 << 16 { _ = tensor.floats() }
    }
  }
}
