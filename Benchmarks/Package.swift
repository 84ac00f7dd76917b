// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "sfconv", path: "..")],
  targets: [
    .executableTarget(
      name: "TrainingStep",
      dependencies: ["SpikeEngine", "SpikeCompute", "SpikeGraph", "SpikeBytes", "SpikeData"].map {
        .product(name: $0, package: "sfconv")
      },
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("ExistentialAny"),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
      ]),
    .executableTarget(
      name: "IndexCodec", dependencies: [.product(name: "CSpikeZstd", package: "sfconv")],
      linkerSettings: [.linkedLibrary("zstd")]),
    .executableTarget(
      name: "BundleCodec",
      dependencies: ["SpikeBundle", "SpikeBytes"].map { .product(name: $0, package: "sfconv") },
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("ExistentialAny"),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
      ]),
    .executableTarget(
      name: "CodebookFit", dependencies: [.product(name: "SpikeFit", package: "sfconv")],
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("ExistentialAny"),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
      ]),
  ]
)
