import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// Input spikes carry no more bits than the chip takes.
  static let inputBits = Rule(
    "validate.input-bits", "Input spikes carry no more bits than the chip takes."
  ) { inspection, rule in
    inspection.atMost(
      .inputBits, "bits of an input spike", needed: inspection.bundle.input.bits, rule: rule,
      fix: "fit again with --input-bits of the chip, or encode the input as spikes off the chip")
  }

  /// The input has no more channels than the chip's input port.
  static let inputChannels = Rule(
    "validate.input-channels", "The input has no more lines than the chip's input port."
  ) { inspection, rule in
    inspection.atMost(
      .inputChannels, "input lines", needed: inspection.bundle.input.shape.reduce(1, *),
      rule: rule, fix: "reduce the input in front of the chip")
  }

  /// The read-out has no more neurons than the chip's output port.
  static let outputNeurons = Rule(
    "validate.output-neurons", "The read-out has no more neurons than the chip's output port."
  ) { inspection, rule in
    inspection.atMost(
      .outputNeurons, "read-out neurons",
      needed: inspection.bundle.populations.last?.neuronCount ?? 0, rule: rule,
      fix: "use fewer classes, or read the output from several chips")
  }
}
