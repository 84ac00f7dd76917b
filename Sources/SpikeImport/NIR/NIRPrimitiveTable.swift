/// All primitives of NIR 1.0 that are layers; inputs, outputs and subgraphs are wiring.
///
/// Source: Pedersen et al., "Neuromorphic intermediate representation", Nature Communications 2024,
/// table 1, and the package nir 1.0.8.
enum NIRPrimitiveTable {
  /// The rows, by name.
  static let rows: [NIRPrimitive] = [
    .affine, .averagePool, .convolution1, .convolution2, .currentBasedIntegrator, .currentBased,
    .delay, .flatten, .integrator, .integrateAndFire, .leakyIntegrator, .leakyIntegrateAndFire,
    .linear, .passage, .scale, .sumPool, .threshold,
  ]

  private static let rowsByName = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0) })

  /// The row of a primitive; nil if there is none.
  static func row(_ name: String) -> NIRPrimitive? { rowsByName[name] }
}
