// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Fuzzing",
  dependencies: [.package(name: "sfconv", path: "..")],
  targets: [
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "SpikeBundle", "SpikeContainers", "SpikeData", "SpikeHardware", "SpikeImport",
        "SpikeModelFile",
      ].map { .product(name: $0, package: "sfconv") },
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("ExistentialAny"),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
      ])
  ]
)
