import SpikeCompute
import SpikeDiagnostics

/// A plan bound to the arena of one thread for a number of samples and a purpose.
final class Program {
  let plan: Plan
  let layout: ProgramLayout
  private let layers: [(any Layer)?]
  /// The bound populations of the plan, in its order; nil where one does not run.
  let populations: [(any PopulationLayer)?]
  private let arena: FloatView

  init(
    _ plan: Plan, _ layout: ProgramLayout, _ configuration: EngineConfiguration,
    parameters: FloatView, clock: ParameterClock, arena: FloatView
  ) throws(EngineError) {
    self.plan = plan
    self.layout = layout
    self.arena = arena
    let running = Set(layout.forward)
    var layers: [(any Layer)?] = []
    for (index, operation) in plan.operations.enumerated() {
      guard running.contains(index) else {
        layers.append(nil)
        continue
      }
      let buffers = layout.operations[index]
      var extent = layout.extent
      extent.steps = plan.steps(of: operation.output)
      let gradient = layout.gradients[operation.output]
      extent.isDifferentiated = !gradient.isEmpty
      let memory = LayerMemory(
        extent: extent,
        inputs: operation.inputs.map { arena.slice(layout.values[$0]) },
        output: arena.slice(layout.values[operation.output]),
        inputGradients: operation.inputs.indices.map { input in
          guard input < buffers.targets.count, !buffers.targets[input].isEmpty else { return nil }
          return arena.slice(buffers.targets[input])
        },
        outputGradient: gradient.isEmpty ? nil : arena.slice(gradient),
        saved: arena.slice(buffers.saved), forwardScratch: arena.slice(buffers.forwardScratch),
        backwardScratch: arena.slice(buffers.backwardScratch), parameters: parameters,
        clock: clock, surrogate: configuration.surrogate,
        resetGradientDetached: configuration.resetGradientDetached)
      do throws(ComputeError) {
        layers.append(try operation.layer.bind(memory))
      } catch {
        throw EngineError(
          .kernelFailed, "No kernel could be made for this layer.",
          at: .init(node: operation.name),
          fix: "check the sizes of the layer; report the model if they are ordinary",
          cause: error)
      }
    }
    self.layers = layers
    populations = plan.populations.map { layers[$0] as? any PopulationLayer }
  }

  /// Samples that the program works on.
  var images: Int { layout.extent.images }
  /// The memory of a value; the steps follow each other.
  func value(_ value: Int) -> FloatView { arena.slice(layout.values[value]) }
  /// The memory of one step of a value; a constant value is the same in all steps.
  func value(_ value: Int, step: Int) -> FloatView {
    let count = plan.values[value].elements * images
    let first = plan.values[value].isTemporal ? step * count : 0
    return self.value(value).slice(first..<first + count)
  }
  /// Where the input is put in the order of the graph.
  var staging: FloatView { arena.slice(layout.staging) }
  /// The gradient of the logits, all steps. Where nothing below them can be trained, no operation
  /// reads it.
  var logitGradient: FloatView {
    let range = layout.gradients[plan.logits]
    return range.isEmpty ? unreadGradient.all : arena.slice(range)
  }
  private lazy var unreadGradient = FloatBuffer(count: value(plan.logits).count)
  /// The sums of a bound population's last backward pass.
  func sums(_ operation: Int) -> AdjointSums? { (layers[operation] as? NeuronLayer)?.sums }

  /// Runs all operations; `watch` is called when an operation's output is there.
  func forward(watch: ((Int) -> Void)? = nil) {
    for index in layout.forward {
      layers[index]?.forward()
      watch?(plan.operations[index].output)
    }
  }

  /// Runs back from the gradient of the logits. Without `parameters` only activations get
  /// gradients.
  func backward(parameters: FloatView?) {
    for index in layout.backward {
      layers[index]?.backward(parameters: parameters)
      let buffers = layout.operations[index]
      for (position, input) in plan.operations[index].inputs.enumerated()
      where buffers.isAddition[position] {
        let gradient = arena.slice(layout.gradients[input])
        Kernels.add(gradient, arena.slice(buffers.targets[position]), into: gradient)
      }
    }
  }
}
