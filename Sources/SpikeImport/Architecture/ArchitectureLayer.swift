import SpikeDiagnostics

/// A layer of an architecture: its name, its kind and what it reads.
struct ArchitectureLayer {
  /// Name in the state dict, for example `features.3`.
  let name: String
  /// Row of the table.
  let kind: ArchitectureKind
  /// Names of the layers that it reads.
  let inputs: [String]
  /// Its other members.
  let object: ArchitectureObject

  /// Reads a layer whose kind is known.
  /// - Parameter previous: what the layer reads where it does not say it.
  /// - Throws: `architecture.…` of the names.
  init(
    _ object: ArchitectureObject, name: String, _ kind: ArchitectureKind, after previous: String
  ) throws(ArchitectureError) {
    self.name = name
    self.kind = kind
    self.object = object
    if kind.joins {
      guard let names = try object.names("inputs", 2...64) else {
        throw object.error(
          .missingKey, "inputs", "is missing.", fix: "name the two or more layers that it joins")
      }
      inputs = names
    } else {
      inputs = [try object.text("input") ?? previous]
    }
  }

  /// Errors of keys that this kind does not have.
  var unknownKeys: [ArchitectureError] {
    object.unknownKeys(
      kind.keys.union(["name", "kind", kind.joins ? "inputs" : "input"]))
  }
}
