/// The netx layout and Loihi's number ranges: every foreign name and number, once.
///
/// Names: lava-dl 0.6.0, `lava/lib/dl/netx/hdf5.py` and `docs/formats/loihi2.md`. Ranges: Loihi
/// CUBA neurons, lava-nc 0.10.0 `lava/proc/lif/models.py` (bit-accurate model), 24-bit states,
/// 12-bit decays, 17-bit threshold mantissa, 13-bit bias mantissa, 8-bit weights.
enum Loihi2Layout {
  static let layers = "layer"
  static let type = "type"
  static let shape = "shape"
  static let weight = "weight"
  static let bias = "bias"
  static let delay = "delay"
  static let stride = "stride"
  static let padding = "padding"
  static let dilation = "dilation"
  static let groups = "groups"
  static let neuron = "neuron"
  static let inFeatures = "inFeatures"
  static let outFeatures = "outFeatures"
  static let inChannels = "inChannels"
  static let outChannels = "outChannels"
  static let kernelSize = "kernelSize"
  static let currentDecay = "iDecay"
  static let membraneDecay = "vDecay"
  static let threshold = "vThMant"
  static let refractoryDelay = "refDelay"
  static let gradedSpike = "gradedSpike"

  /// Bytes of a `type` text (`S10`).
  static let typeLength = 10
  static let inputType = "input"
  static let denseType = "dense"
  static let convolutionType = "conv"
  static let flattenType = "flatten"
  static let neuronType = "CUBA"

  static let weights: ClosedRange<Int32> = -128...127
  static let thresholds: ClosedRange<Int32> = 0...131_071
  static let biases: ClosedRange<Int32> = -4096...4095
  static let delays = 0...62
  /// Lava keeps kernel, stride, padding, dilation and groups of a convolution in signed bytes.
  static let geometry = 0...127
  /// Smallest refractory delay; the simulator ignores it.
  static let refractorySteps: Int32 = 1
}
