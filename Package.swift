// swift-tools-version: 6.2
import PackageDescription

// The strict settings of the house (docs/architecture.md, "Settings"): imports are internal by
// default so that no C type can leak into a public signature, every `any` is spelled out, every
// unsafe expression is marked, and a warning is an error.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// A Swift module of the Line with the modules that it may see (docs/architecture.md, "Modules").
func module(_ name: String, uses dependencies: [String] = [], products: [Target.Dependency] = [])
  -> Target
{
  .target(
    name: name,
    dependencies: dependencies.map { .target(name: $0) } + products,
    swiftSettings: strict)
}

func tests(_ name: String, uses dependencies: [String]) -> Target {
  .testTarget(
    name: name,
    dependencies: (dependencies + ["SpikeTestSupport"]).map { .target(name: $0) },
    swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "sfconv",
  products: [
    .library(name: "SpikePipeline", targets: ["SpikePipeline"]),
    .executable(name: "sfconv", targets: ["sfconv"]),
    // For Benchmarks/, which times single modules.
    .library(name: "SpikeEngine", targets: ["SpikeEngine"]),
    .library(name: "SpikeCompute", targets: ["SpikeCompute"]),
    .library(name: "SpikeFit", targets: ["SpikeFit"]),
    .library(name: "SpikeGraph", targets: ["SpikeGraph"]),
    .library(name: "SpikeBytes", targets: ["SpikeBytes"]),
    .library(name: "SpikeData", targets: ["SpikeData"]),
    .library(name: "SpikeBundle", targets: ["SpikeBundle"]),
    .library(name: "CSpikeZstd", targets: ["CSpikeZstd"]),
    // For Fuzzing/, which feeds the readers.
    .library(name: "SpikeContainers", targets: ["SpikeContainers"]),
    .library(name: "SpikeHardware", targets: ["SpikeHardware"]),
    .library(name: "SpikeImport", targets: ["SpikeImport"]),
    .library(name: "SpikeModelFile", targets: ["SpikeModelFile"]),
  ],
  traits: [
    .trait(
      name: "MPI",
      description: "Training in several processes over Open MPI (libopenmpi-dev, openmpi-bin).")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // System libraries, each behind one C target of ours.
    .systemLibrary(
      name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5-serial", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
      name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg62-turbo-dev"])]),
    .systemLibrary(name: "COpenMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),

    // C: generated schema code (Scripts/regenerate-schemas.sh) and hand-written kernels.
    .target(name: "CSpikeProtobuf", dependencies: ["CProtobufC"]),
    .target(name: "CONNXSchema", dependencies: ["CProtobufC"]),
    .target(name: "CModelSchema", dependencies: ["CProtobufC"]),
    .target(name: "CBundleSchema", dependencies: ["CProtobufC"]),
    .target(name: "CSpikeZstd", dependencies: ["CZstd"]),
    .target(name: "CSpikeHDF5", dependencies: ["CHDF5"]),
    .target(name: "CSpikeLZ4", dependencies: ["CLZ4"]),
    .target(name: "CSpikePNG", dependencies: ["CPNG"]),
    .target(name: "CSpikeJPEG", dependencies: ["CJPEG"]),
    .target(name: "CSpikeKernels"),
    // Debian ships oneDNN without a .pc file; header and library are on the default paths.
    .target(name: "CSpikeDNN", linkerSettings: [.linkedLibrary("dnnl")]),
    // Empty without the trait, so that nothing needs Open MPI to be installed.
    .target(
      name: "CSpikeMPI",
      dependencies: [.target(name: "COpenMPI", condition: .when(traits: ["MPI"]))],
      cSettings: [.define("SPIKE_MPI", .when(traits: ["MPI"]))]),

    // Level 0: words and bytes.
    module("SpikeDiagnostics"),
    module("SpikeBytes", uses: ["SpikeDiagnostics", "CZlib"]),

    // Level 1: what things are.
    module("SpikeGraph", uses: ["SpikeBytes", "SpikeDiagnostics"]),
    module(
      "SpikeContainers",
      uses: [
        "SpikeBytes", "SpikeDiagnostics", "CSpikeProtobuf", "CSpikeHDF5", "CSpikeLZ4",
        "CSpikeZstd", "CSpikePNG", "CSpikeJPEG",
      ]),
    // The specs of known chips travel inside the binary: Specs links to Schemas/hardware.
    .target(
      name: "SpikeHardware", dependencies: ["SpikeDiagnostics"],
      exclude: ["Specs/hardware-spec.schema.json"],
      resources: [
        .embedInCode("Specs/c.json"), .embedInCode("Specs/dynapcnn.json"),
        .embedInCode("Specs/loihi2.json"),
        .embedInCode("Specs/odin.json"), .embedInCode("Specs/ranc.json"),
        .embedInCode("Specs/speck2e.json"), .embedInCode("Specs/speck2f.json"),
        .embedInCode("Specs/tinyodin.json"),
        .embedInCode("Specs/truenorth.json"), .embedInCode("Specs/xylo-audio2.json"),
        .embedInCode("Specs/xylo-audio3.json"), .embedInCode("Specs/xylo-imu.json"),
      ],
      swiftSettings: strict),
    module(
      "SpikeBundle",
      uses: ["SpikeBytes", "SpikeDiagnostics", "CBundleSchema", "CSpikeProtobuf", "CSpikeZstd"]),
    module("SpikeCompute", uses: ["SpikeDiagnostics", "CSpikeKernels", "CSpikeDNN"]),
    module(
      "SpikeModelFile",
      uses: ["SpikeGraph", "SpikeBytes", "SpikeDiagnostics", "CModelSchema", "CSpikeProtobuf"]),

    // Level 2: reading, running, checking.
    module(
      "SpikeImport",
      uses: [
        "SpikeGraph", "SpikeContainers", "SpikeBytes", "SpikeDiagnostics", "CONNXSchema",
        "CSpikeProtobuf",
      ]),
    module("SpikeData", uses: ["SpikeContainers", "SpikeBytes", "SpikeDiagnostics"]),
    module("SpikeEngine", uses: ["SpikeGraph", "SpikeCompute", "SpikeDiagnostics"]),
    module("SpikeSimulate", uses: ["SpikeBundle", "SpikeCompute", "SpikeDiagnostics"]),
    module("SpikeValidate", uses: ["SpikeBundle", "SpikeHardware", "SpikeDiagnostics"]),

    module(
      "SpikeProcesses", uses: ["SpikeEngine", "SpikeCompute", "SpikeDiagnostics", "CSpikeMPI"]),

    // Level 3: the work.
    module(
      "SpikeConvert",
      uses: [
        "SpikeGraph", "SpikeEngine", "SpikeCompute", "SpikeData", "SpikeHardware",
        "SpikeDiagnostics",
      ]),
    module(
      "SpikeFit",
      uses: [
        "SpikeGraph", "SpikeEngine", "SpikeCompute", "SpikeData", "SpikeHardware", "SpikeBytes",
        "SpikeDiagnostics",
      ]),
    module(
      "SpikeExport",
      uses: [
        "SpikeGraph", "SpikeBundle", "SpikeHardware", "SpikeContainers", "SpikeBytes",
        "SpikeDiagnostics", "CONNXSchema",
      ]),

    // Level 4: the façade. Level 5: the command line.
    module(
      "SpikePipeline",
      uses: [
        "SpikeImport", "SpikeModelFile", "SpikeConvert", "SpikeFit", "SpikeExport", "SpikeBundle",
        "SpikeValidate", "SpikeHardware", "SpikeSimulate", "SpikeEngine", "SpikeProcesses",
        "SpikeData", "SpikeGraph", "SpikeBytes", "SpikeDiagnostics",
      ]),
    .executableTarget(
      name: "sfconv",
      dependencies: ["SpikePipeline", "SpikeDiagnostics", argumentParser],
      swiftSettings: strict),

    // Tests. Checkers, generators and fixture look-up live in SpikeTestSupport.
    .target(
      name: "SpikeTestSupport",
      dependencies: [
        "SpikeDiagnostics", "SpikeGraph", "SpikeBundle", "SpikeEngine", "SpikeCompute",
      ],
      path: "Tests/SpikeTestSupport", swiftSettings: strict),
    // Replaces malloc in the test program by one that counts.
    .target(name: "CAllocationCount", path: "Tests/CAllocationCount"),
    tests("SpikeDiagnosticsTests", uses: ["SpikeDiagnostics"]),
    tests("SpikeBytesTests", uses: ["SpikeBytes", "SpikeDiagnostics"]),
    tests("SpikeGraphTests", uses: ["SpikeGraph", "SpikeDiagnostics"]),
    tests("SpikeContainersTests", uses: ["SpikeContainers", "SpikeBytes", "SpikeDiagnostics"]),
    tests("SpikeHardwareTests", uses: ["SpikeHardware", "SpikeDiagnostics"]),
    tests("SpikeBundleTests", uses: ["SpikeBundle", "SpikeBytes", "SpikeDiagnostics"]),
    tests("SpikeComputeTests", uses: ["SpikeCompute", "SpikeDiagnostics"]),
    tests(
      "SpikeModelFileTests",
      uses: ["SpikeModelFile", "SpikeGraph", "SpikeBytes", "SpikeDiagnostics"]),
    tests(
      "SpikeImportTests",
      uses: [
        "SpikeImport", "SpikeEngine", "SpikeContainers", "SpikeGraph", "SpikeBytes",
        "SpikeDiagnostics",
      ]),
    tests(
      "SpikeDataTests",
      uses: ["SpikeData", "SpikeContainers", "SpikeBytes", "SpikeDiagnostics"]),
    tests(
      "SpikeEngineTests", uses: ["SpikeEngine", "SpikeCompute", "SpikeGraph", "CAllocationCount"]),
    tests(
      "SpikeProcessesTests", uses: ["SpikeProcesses", "SpikeEngine", "SpikeDiagnostics"]),
    tests("SpikeSimulateTests", uses: ["SpikeSimulate", "SpikeBundle", "SpikeDiagnostics"]),
    tests(
      "SpikeValidateTests",
      uses: ["SpikeValidate", "SpikeBundle", "SpikeHardware", "SpikeDiagnostics"]),
    tests(
      "SpikeConvertTests",
      uses: [
        "SpikeConvert", "SpikeEngine", "SpikeGraph", "SpikeData", "SpikeBytes", "SpikeDiagnostics",
      ]),
    tests(
      "SpikeFitTests",
      uses: [
        "SpikeFit", "SpikeEngine", "SpikeCompute", "SpikeGraph", "SpikeData", "SpikeHardware",
        "SpikeBytes", "SpikeDiagnostics",
      ]),
    tests(
      "SpikeExportTests",
      uses: [
        "SpikeEngine", "SpikeExport", "SpikeImport", "SpikeSimulate", "SpikeBundle", "SpikeGraph",
        "SpikeHardware", "SpikeValidate", "SpikeContainers", "SpikeBytes", "SpikeDiagnostics",
      ]),
    tests(
      "SpikePipelineTests",
      uses: [
        "SpikePipeline", "SpikeData", "SpikeGraph", "SpikeBundle", "SpikeHardware", "SpikeBytes",
        "SpikeDiagnostics",
      ]),
    tests("EndToEndTests", uses: ["SpikeDiagnostics", "sfconv"]),
    tests("ArchitectureTests", uses: ["SpikeDiagnostics"]),
  ]
)
