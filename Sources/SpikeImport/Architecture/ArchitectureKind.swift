import SpikeGraph

/// A kind of layer: a row of the table.
struct ArchitectureKind: Sendable {
  /// What a layer makes from what it reads.
  typealias Build =
    @Sendable (
      ArchitectureLayer, [ArchitectureValue], inout ArchitectureBuilder
    ) throws(ArchitectureError) -> ArchitectureValue

  /// The text of the key `kind`.
  let name: String
  /// Keys besides name, kind and inputs.
  let keys: Set<String>
  /// Whether it reads several layers, which `inputs` names.
  var joins = false
  /// Tensors in the state dict by the last part of their names.
  var tensors: [ParameterRole: String] = [:]
  /// Puts the layer into the graph.
  let build: Build
}

/// A value of a network that is being built.
struct ArchitectureValue: Hashable, Sendable {
  var name: ValueName
  var shape: Shape
}
