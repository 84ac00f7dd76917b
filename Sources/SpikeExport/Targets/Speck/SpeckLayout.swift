/// Names of the foreign format, each once: fields of a core's configuration as sinabs 3.1.3 gives them to
/// samna (`chips/dynapcnn.py`, `get_dynapcnn_layer_config_dict`), and of its mapping.
enum SpeckLayout {
  enum Key {
    static let destinations = "destinations"
    static let layer = "layer"
    static let enable = "enable"
    static let pooling = "pooling"
    static let dimensions = "dimensions"
    static let inputShape = "input_shape"
    static let outputShape = "output_shape"
    static let size = "size"
    static let featureCount = "feature_count"
    static let padding = "padding"
    static let stride = "stride"
    static let kernelSize = "kernel_size"
    static let weights = "weights"
    static let biases = "biases"
    static let leakEnable = "leak_enable"
    static let returnToZero = "return_to_zero"
    static let thresholdHigh = "threshold_high"
    static let thresholdLow = "threshold_low"
    static let monitorEnable = "monitor_enable"
    static let initialValues = "neurons_initial_value"
    static let layerToCore = "layer2core_map"
    static let destinationMap = "destination_map"
    static let kernelMemory = "kernel"
    static let neuronMemory = "neuron"
    static let biasMemory = "bias"
  }

  /// What sinabs writes where a neuron has no lower bound.
  static let thresholdLow = -32768
  /// Destination of a layer that leaves the chip.
  static let exit = -1
}
