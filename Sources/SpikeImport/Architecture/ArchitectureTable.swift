/// All kinds of layers that an architecture may have.
///
/// To add one: a row in a file of `Layers/`, its name here, and its object in
/// `Schemas/architecture/architecture.schema.json`.
package enum ArchitectureTable {
  /// The rows, by name.
  static let rows: [ArchitectureKind] = [
    .add, .averagePool1D, .averagePool2D, .batchNormalization, .clip, .concatenate, .convolution1D,
    .convolution2D, .currentBased, .dropout, .flatten, .integrateAndFire, .leakyIntegrateAndFire,
    .leakyRelu, .linear, .maxPool1D, .maxPool2D, .readOut, .relu, .softmax, .sumPool1D, .sumPool2D,
  ]

  private static let rowsByName = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0) })

  /// The row of a kind; nil if there is none.
  static func row(_ name: String) -> ArchitectureKind? { rowsByName[name] }

  /// The keys of every kind by its name, for the documentation and the schema.
  package static var keys: [String: Set<String>] {
    rowsByName.mapValues {
      $0.keys.union(["name", "kind", $0.joins ? "inputs" : "input"])
    }
  }
}
