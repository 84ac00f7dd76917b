/// Names of the foreign formats, each once.
enum XyloLayout {
  /// Arguments of rockpool's `config_from_specification`.
  enum Key {
    static let inputWeights = "weights_in"
    static let hiddenWeights = "weights_rec"
    static let outputWeights = "weights_out"
    static let membraneDash = "dash_mem"
    static let membraneDashOutput = "dash_mem_out"
    static let currentDash = "dash_syn"
    static let secondCurrentDash = "dash_syn_2"
    static let currentDashOutput = "dash_syn_out"
    static let threshold = "threshold"
    static let thresholdOutput = "threshold_out"
    static let bias = "bias_hidden"
    static let biasOutput = "bias_out"
    static let inputShift = "weight_shift_in"
    static let hiddenShift = "weight_shift_rec"
    static let outputShift = "weight_shift_out"
  }

  /// Biases that RAM images hold: two hexadecimal digits.
  static let ramBiases: ClosedRange<Int32> = -128...127
}
