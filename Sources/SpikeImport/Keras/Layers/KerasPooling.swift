import SpikeGraph

extension KerasLayerKind {
  /// `MaxPooling1D`.
  static let maxPooling1D = pooling("MaxPooling1D", axes: 1, becomes: "MaxPool") { .maxPool($0) }
  /// `MaxPooling2D`.
  static let maxPooling2D = pooling("MaxPooling2D", axes: 2, becomes: "MaxPool") { .maxPool($0) }
  /// `AveragePooling1D`; a border does not count.
  static let averagePooling1D = pooling("AveragePooling1D", axes: 1, becomes: "AveragePool") {
    .averagePool($0)
  }
  /// `AveragePooling2D`; a border does not count.
  static let averagePooling2D = pooling("AveragePooling2D", axes: 2, becomes: "AveragePool") {
    .averagePool($0)
  }
  /// `GlobalAveragePooling1D`.
  static let globalAveragePooling1D = global("GlobalAveragePooling1D", axes: 1, isMaximum: false)
  /// `GlobalAveragePooling2D`.
  static let globalAveragePooling2D = global("GlobalAveragePooling2D", axes: 2, isMaximum: false)
  /// `GlobalMaxPooling1D`.
  static let globalMaxPooling1D = global("GlobalMaxPooling1D", axes: 1, isMaximum: true)
  /// `GlobalMaxPooling2D`.
  static let globalMaxPooling2D = global("GlobalMaxPooling2D", axes: 2, isMaximum: true)

  private static func pooling(
    _ name: String, axes: Int, becomes: String,
    _ operation: @escaping @Sendable (Pooling) -> Operator
  ) -> KerasLayerKind {
    KerasLayerKind(name, becomes: becomes) { translator, layer, inputs throws(KerasError) in
      let window = try translator.window(layer, inputs[0], "pool_size", axes: axes)
      let pooling = Pooling(
        kernel: window.kernel, strides: window.strides, padsBefore: window.padsBefore,
        padsAfter: window.padsAfter)
      return try translator.build(layer) { builder throws(GraphError) in
        try builder.appendSpatial(operation(pooling), layer.name, reading: inputs[0])
      }
    }
  }

  private static func global(_ name: String, axes: Int, isMaximum: Bool) -> KerasLayerKind {
    KerasLayerKind(name, becomes: "\(isMaximum ? "MaxPool" : "AveragePool") of the whole map") {
      translator, layer, inputs throws(KerasError) in
      try layer.checkChannelsLast()
      try translator.checkRank(inputs[0], axes + 1, layer)
      let keepsAxes = try layer.flag("keepdims", default: false)
      return try translator.build(layer) { builder throws(GraphError) in
        try builder.global(
          inputs[0], isMaximum: isMaximum, keepsAxes: keepsAxes, layer.name)
      }
    }
  }
}
