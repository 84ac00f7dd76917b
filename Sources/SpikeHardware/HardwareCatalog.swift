public import SpikeDiagnostics

/// The specs that sfconv brings along. To add one: a file in `Schemas/hardware`, a row here, and a
/// line under `resources` in `Package.swift`.
public enum HardwareCatalog {
  /// Name and JSON text of each built-in spec, sorted by name.
  package static let rows: [(name: String, json: [UInt8])] = [
    ("c", PackageResources.c_json),
    ("dynapcnn", PackageResources.dynapcnn_json),
    ("loihi2", PackageResources.loihi2_json),
    ("odin", PackageResources.odin_json),
    ("ranc", PackageResources.ranc_json),
    ("speck2e", PackageResources.speck2e_json),
    ("speck2f", PackageResources.speck2f_json),
    ("tinyodin", PackageResources.tinyodin_json),
    ("truenorth", PackageResources.truenorth_json),
    ("xylo-audio2", PackageResources.xylo_audio2_json),
    ("xylo-audio3", PackageResources.xylo_audio3_json),
    ("xylo-imu", PackageResources.xylo_imu_json),
  ]

  /// Names of the built-in specs, sorted.
  public static var names: [String] { rows.map(\.name) }

  /// The spec that a user means: a built-in name, or the path of a JSON file.
  ///
  /// A text with a slash or ending in `.json` is a path, anything else a name.
  /// - Throws: `spec.unknown-target` with the nearest name, and whatever reading the file throws.
  public static func spec(_ nameOrPath: String) throws(HardwareSpecError) -> HardwareSpec {
    if nameOrPath.contains("/") || nameOrPath.hasSuffix(".json") {
      return try HardwareSpecReader.read(path: nameOrPath)
    }
    guard let row = rows.first(where: { $0.name == nameOrPath.lowercased() }) else {
      let near = Suggestion.nearest(to: nameOrPath, among: names)
      throw HardwareSpecError(
        .unknownTarget, "There is no built-in hardware spec '\(nameOrPath)'.",
        fix: (near.map { "did you mean '\($0)'? " } ?? "")
          + "built in: \(names.joined(separator: ", ")); or give the path of your own .json file")
    }
    return try HardwareSpecReader.decode(row.json, file: "\(row.name).json")
  }
}
