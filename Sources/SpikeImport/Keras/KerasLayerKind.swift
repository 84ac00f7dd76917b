import SpikeGraph

/// A row of the layer table: one class of Keras.
struct KerasLayerKind: Sendable {
  /// Class name in the file.
  var name: String
  /// How many values it reads.
  var inputs: ClosedRange<Int>
  /// What it becomes, for the documentation.
  var becomes: String
  /// Makes the layers.
  var build:
    @Sendable (inout KerasTranslator, KerasLayer, [ChannelsLastValue]) throws(KerasError) ->
      ChannelsLastValue

  init(
    _ name: String, inputs: ClosedRange<Int> = 1...1, becomes: String,
    build:
      @escaping @Sendable (inout KerasTranslator, KerasLayer, [ChannelsLastValue])
      throws(KerasError) -> ChannelsLastValue
  ) {
    self.name = name
    self.inputs = inputs
    self.becomes = becomes
    self.build = build
  }
}
