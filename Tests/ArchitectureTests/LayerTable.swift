/// Which modules each module may import: the table of docs/architecture.md, enforced.
///
/// SwiftPM does not flag a module that is imported through a transitive dependency, so the rule
/// needs a test of its own. Modules of the toolchain are free.
enum LayerTable {
  /// Module → modules of this package that it may import, from the lowest level up.
  static let allowed: [(module: String, imports: Set<String>)] = [
    ("SpikeDiagnostics", []),
    ("SpikeBytes", ["SpikeDiagnostics", "CZlib"]),
    ("SpikeGraph", ["SpikeBytes", "SpikeDiagnostics"]),
    (
      "SpikeContainers",
      [
        "SpikeBytes", "SpikeDiagnostics", "CSpikeProtobuf", "CSpikeHDF5", "CProtobufC",
        "CSpikeLZ4", "CSpikeZstd", "CSpikePNG", "CSpikeJPEG",
      ]
    ),
    ("SpikeHardware", ["SpikeDiagnostics"]),
    (
      "SpikeBundle",
      [
        "SpikeBytes", "SpikeDiagnostics", "CBundleSchema", "CSpikeProtobuf", "CSpikeZstd",
        "CProtobufC",
      ]
    ),
    ("SpikeCompute", ["SpikeDiagnostics", "CSpikeKernels", "CSpikeDNN"]),
    (
      "SpikeModelFile",
      [
        "SpikeGraph", "SpikeBytes", "SpikeDiagnostics", "CModelSchema", "CSpikeProtobuf",
        "CProtobufC",
      ]
    ),
    (
      "SpikeImport",
      [
        "SpikeGraph", "SpikeContainers", "SpikeBytes", "SpikeDiagnostics", "CONNXSchema",
        "CSpikeProtobuf", "CProtobufC",
      ]
    ),
    ("SpikeData", ["SpikeContainers", "SpikeBytes", "SpikeDiagnostics"]),
    ("SpikeEngine", ["SpikeGraph", "SpikeCompute", "SpikeDiagnostics"]),
    (
      "SpikeProcesses",
      ["SpikeEngine", "SpikeCompute", "SpikeDiagnostics", "CSpikeMPI"]
    ),
    ("SpikeSimulate", ["SpikeBundle", "SpikeCompute", "SpikeDiagnostics"]),
    ("SpikeValidate", ["SpikeBundle", "SpikeHardware", "SpikeDiagnostics"]),
    (
      "SpikeConvert",
      [
        "SpikeGraph", "SpikeEngine", "SpikeCompute", "SpikeData", "SpikeHardware",
        "SpikeDiagnostics",
      ]
    ),
    (
      "SpikeFit",
      [
        "SpikeGraph", "SpikeEngine", "SpikeCompute", "SpikeData", "SpikeHardware", "SpikeBytes",
        "SpikeDiagnostics",
      ]
    ),
    (
      "SpikeExport",
      [
        "SpikeGraph", "SpikeBundle", "SpikeHardware", "SpikeContainers", "SpikeBytes",
        "SpikeDiagnostics", "CONNXSchema", "CProtobufC",
      ]
    ),
    (
      "SpikePipeline",
      [
        "SpikeImport", "SpikeModelFile", "SpikeConvert", "SpikeFit", "SpikeExport", "SpikeBundle",
        "SpikeValidate", "SpikeHardware", "SpikeSimulate", "SpikeEngine", "SpikeProcesses",
        "SpikeData", "SpikeGraph",
        "SpikeBytes", "SpikeDiagnostics",
      ]
    ),
    ("sfconv", ["SpikePipeline", "SpikeDiagnostics", "ArgumentParser"]),
  ]

  /// Modules of the toolchain that any module may import.
  static let toolchain: Set<String> = [
    "Foundation", "FoundationEssentials", "Glibc", "Darwin", "Musl", "Dispatch", "Synchronization",
    "RegexBuilder",
  ]

  /// Places where unsafe code may stand: whole modules, or single files.
  static let unsafePlaces = [
    "SpikeBytes/", "SpikeContainers/", "SpikeCompute/", "SpikeGraph/Tensor/TensorStorage.swift",
    "SpikeImport/ONNX/ONNXModelReader.swift", "SpikeModelFile/ModelMessageCoding.swift",
    "SpikeModelFile/ModelReader.swift",
    "SpikeBundle/ManifestCoding.swift", "SpikeBundle/IndexStreams.swift",
    "SpikeProcesses/MPIRing.swift", "SpikeExport/Targets/ONNX/ONNXMessageCoding.swift",
  ]
}
