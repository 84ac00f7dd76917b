import SpikeCompute

/// Elements that arrive a number of steps later, zeros before; the gradient goes the same way back.
struct DelayPlan: LayerPlan {
  /// Elements of one delay: a map of a sample to itself, -1 for the others.
  private struct Group: Sendable {
    var steps: Int
    var map: MovementMap
  }

  private var groups: [Group]
  private var inputIsTemporal: Bool

  /// - Parameter steps: delay of each element in memory order.
  init(_ steps: [Int], inputIsTemporal: Bool) {
    self.inputIsTemporal = inputIsTemporal
    groups = Set(steps).sorted().map { delay in
      Group(
        steps: delay,
        map: MovementMap(
          steps.indices.map { steps[$0] == delay ? $0 : -1 }, sourceBlocks: steps.count))
    }
  }

  func needs(_ extent: LayerExtent) -> LayerNeeds { LayerNeeds() }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    DelayLayer(plan: self, memory: memory)
  }

  /// Calls `body` with every pair of a step of the output and the step of the input that it shows.
  fileprivate func forEachArrival(
    _ steps: Int, _ body: (_ output: Int, _ input: Int, MovementMap) -> Void
  ) {
    for group in groups {
      for t in min(group.steps, steps)..<steps {
        body(t, inputIsTemporal ? t - group.steps : 0, group.map)
      }
    }
  }
}

private final class DelayLayer: Layer {
  private let plan: DelayPlan
  private let memory: LayerMemory
  /// Floats of one step of all samples.
  private let size: Int

  init(plan: DelayPlan, memory: LayerMemory) {
    self.plan = plan
    self.memory = memory
    size = memory.output.count / max(memory.extent.timeSteps, 1)
  }

  private func step(_ t: Int, of view: FloatView) -> FloatView {
    view.slice(t * size..<(t + 1) * size)
  }

  func forward() {
    memory.output.fill(0)
    plan.forEachArrival(memory.extent.timeSteps) { output, input, map in
      Kernels.scatterAdd(
        map, rows: size / max(map.entries, 1), from: step(input, of: memory.inputs[0]),
        into: step(output, of: memory.output))
    }
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient, let result = memory.inputGradients[0] else {
      return
    }
    result.fill(0)
    plan.forEachArrival(memory.extent.timeSteps) { output, input, map in
      Kernels.scatterAdd(
        map, rows: size / max(map.entries, 1), from: step(output, of: gradient),
        into: step(input, of: result))
    }
  }
}
