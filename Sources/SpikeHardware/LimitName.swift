/// The numbers of a chip that a bundle can be held against; a closed list.
///
/// Names are the keys under `limits` in a spec file (`Schemas/hardware/hardware-spec.schema.json`).
public enum LimitName: String, Hashable, Sendable, CaseIterable {
  /// Hardware units that hold neurons.
  case cores
  /// Layers that can be mapped.
  case layers
  /// Neurons in one core.
  case neuronsPerCore
  /// Neurons in the chip.
  case neurons
  /// Neurons that are not read out.
  case hiddenNeurons
  /// Addresses that input lines and neurons share.
  case addresses
  /// Neurons that the input may reach.
  case inputTargets
  /// Neurons that may send to the read-out.
  case outputSources
  /// Synapses in the chip.
  case synapses
  /// Synapses in one core.
  case synapsesPerCore
  /// Synapses into one neuron.
  case fanIn
  /// Synapses out of one neuron.
  case fanOut
  /// Layers that one layer may send to.
  case fanOutLayers
  /// Channels (inputs) that the input port has.
  case inputChannels
  /// Neurons that can be read out.
  case outputNeurons
  /// Channels of one layer.
  case channels
  /// Taps of a convolution kernel along one axis.
  case kernelSize
  /// Border of a convolution along one axis.
  case padding
  /// Height or width of the map that enters a layer.
  case inputSide
  /// Height or width of a layer's map of neurons.
  case outputSide
  /// Smallest integer weight.
  case weightMinimum
  /// Largest integer weight.
  case weightMaximum
  /// Smallest integer threshold.
  case thresholdMinimum
  /// Largest integer threshold.
  case thresholdMaximum
  /// Smallest integer bias per step.
  case biasMinimum
  /// Largest integer bias per step.
  case biasMaximum
  /// Smallest integer potential.
  case potentialMinimum
  /// Largest integer potential.
  case potentialMaximum
  /// Time steps of synaptic delay.
  case delay
  /// Bits of one input spike; 1 is binary.
  case inputBits
  /// Time steps per inference.
  case timeSteps
  /// Bits of synapse memory in the chip.
  case synapseMemoryBits
  /// Words of kernel memory in the chip.
  case synapseMemoryWords
  /// Granularity: a layer takes the room of a multiple of this many channels.
  case channelMultiple
}
