import SpikeGraph

// Layers that do nothing but in training.
extension KerasLayerKind {
  /// `Dropout`.
  static let dropout = passThrough("Dropout")
  /// `AlphaDropout`.
  static let alphaDropout = passThrough("AlphaDropout")
  /// `GaussianDropout`.
  static let gaussianDropout = passThrough("GaussianDropout")
  /// `GaussianNoise`.
  static let gaussianNoise = passThrough("GaussianNoise")
  /// `SpatialDropout1D`.
  static let spatialDropout1D = passThrough("SpatialDropout1D")
  /// `SpatialDropout2D`.
  static let spatialDropout2D = passThrough("SpatialDropout2D")
  /// `ActivityRegularization`.
  static let activityRegularization = passThrough("ActivityRegularization")

  private static func passThrough(_ name: String) -> KerasLayerKind {
    KerasLayerKind(name, becomes: "nothing") { _, _, inputs throws(KerasError) in inputs[0] }
  }
}
