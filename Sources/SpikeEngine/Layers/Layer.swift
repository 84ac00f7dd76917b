import SpikeCompute

/// An operation as the plan holds it: what it needs, and how it is bound to memory.
protocol LayerPlan: Sendable {
  /// Whether it has constants that training changes.
  var isTrainable: Bool { get }
  /// Memory beside inputs and output for so many samples.
  func needs(_ extent: LayerExtent) -> LayerNeeds
  /// The operation on given memory, for one thread.
  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer
}

extension LayerPlan {
  var isTrainable: Bool { false }
}

/// An operation bound to memory. Used by one thread at a time.
protocol Layer: AnyObject {
  /// Computes the output from the inputs.
  func forward()
  /// Computes the gradients of the inputs (those that are wanted) from that of the output and,
  /// where `parameters` is given, writes the gradients of its own slots into it.
  func backward(parameters: FloatView?)
}

/// A bound population of spiking neurons, as the training step sees it.
protocol PopulationLayer: Layer {
  /// Spikes of the last forward pass; known in training only.
  var spikeCount: Int { get }
  /// Gradient that every spike gets besides that from its readers: the price of activity.
  var spikeCost: Float { get set }
}

/// How much a bound layer works on, and what for.
struct LayerExtent: Sendable {
  enum Purpose: Hashable, Sendable, CaseIterable {
    /// Forward as far as the output.
    case inference
    /// Forward through all operations, for whoever watches.
    case observation
    /// Forward and backward with parameter gradients.
    case training
    /// Forward once, then backward any number of times, without parameter gradients.
    case adjoints
  }
  /// Samples.
  var images: Int
  /// Time steps of the window.
  var timeSteps: Int
  /// Time steps of the output: those of the window, or 1 where it is the same in all steps.
  var steps: Int
  var purpose: Purpose
  /// Whether the output needs a backward pass.
  var isDifferentiated: Bool
}

/// What a layer asks for, in floats.
struct LayerNeeds: Sendable {
  /// Written by forward, read by backward.
  var saved = 0
  /// Only inside one forward or backward call.
  var forwardScratch = 0
  var backwardScratch = 0
  /// Which values must still be there in backward.
  var backwardReadsInputs = false
  var backwardReadsOutput = false
}

/// The memory that a layer is bound to.
struct LayerMemory {
  var extent: LayerExtent
  var inputs: [FloatView]
  var output: FloatView
  /// Where the gradient of each input goes; nil where nobody wants it. Always overwritten: where
  /// a value has several readers, the program adds up.
  var inputGradients: [FloatView?]
  /// The gradient of the output; its content may be destroyed by backward unless the purpose is
  /// `adjoints`.
  var outputGradient: FloatView?
  var saved: FloatView
  var forwardScratch: FloatView
  var backwardScratch: FloatView
  /// All parameters; a layer slices its slots.
  var parameters: FloatView
  /// Tells when they may have changed.
  var clock: ParameterClock
  var surrogate: Surrogate
  var resetGradientDetached: Bool
}
