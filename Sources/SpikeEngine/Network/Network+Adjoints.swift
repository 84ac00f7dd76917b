import SpikeCompute
import SpikeGraph

/// What Fisher pruning needs to know of one population: sums over steps t and positions x, for
/// each sample and channel, as `[count][channels]`. The channels of a vector are its neurons.
public struct NeuronAdjoints: Sendable {
  /// Name of the node.
  public var node: String
  /// Number of channels.
  public var channels: Int
  /// Σ s: spikes.
  public var spikeSum: [Float]
  /// Σ d with d = dL/ds, before the surrogate derivative.
  public var adjointSum: [Float]
  /// Σ s d: what the spikes contribute to the loss, to first order.
  public var contribution: [Float]
  /// Σ e² with e = dL/d current: what a change of the bias does, squared.
  public var currentSquare: [Float]
  /// Σ_t (Σ_x s d)²: as ``contribution``, squared before steps are added.
  public var stepSquare: [Float]

  /// Makes sums.
  public init(
    node: String, channels: Int, spikeSum: [Float], adjointSum: [Float], contribution: [Float],
    currentSquare: [Float], stepSquare: [Float] = []
  ) {
    self.node = node
    self.channels = channels
    self.spikeSum = spikeSum
    self.adjointSum = adjointSum
    self.contribution = contribution
    self.currentSquare = currentSquare
    self.stepSquare = stepSquare
  }
}

extension Network {
  /// Adjoints of all spiking populations for chosen gradients of the logits.
  ///
  /// - Parameters:
  ///   - inputs: `count` samples in the order of the graph (C, H, W), already encoded.
  ///   - gradients: called once with the logits `[count][classes]` (before a final softmax);
  ///     returns any number of gradients of the logits after the last step, of the same size.
  /// - Returns: for each of these gradients, the sums of each spiking population in node order.
  /// - Complexity: two forward passes, and one backward pass for each gradient.
  public func adjointStatistics(
    _ inputs: [Float], count: Int, gradients: (_ logits: [Float]) -> [[Float]]
  ) -> [[NeuronAdjoints]] {
    precondition(graph.firstRecurrentNode == nil, "recurrent synapses have no backward pass")
    let logits =
      infer(inputs, count: count, value: plan.logits, steps: [timeSteps - 1]).first ?? []
    let seeds = gradients(logits)
    precondition(
      seeds.allSatisfy { $0.count == logits.count }, "a gradient for each of \(logits.count) logits"
    )
    let results = seeds.map { _ in
      plan.populations.map { AdjointSums(samples: count, channels: channels(of: $0)) }
    }
    let all = Piece.cut(0..<count, size: pieces[.adjoints])
    forEach(all, .adjoints) { [self] _, piece, program in
      load(inputs, piece, into: program)
      program.forward()
      for (seed, sums) in zip(seeds, results) {
        guard !program.layout.backward.isEmpty else { continue }
        put(seed, piece, into: program)
        program.backward(parameters: nil)
        for (target, operation) in zip(sums, plan.populations) {
          program.sums(operation)?.copy(into: target, from: piece.samples.lowerBound)
        }
      }
    }
    return results.map { populations in
      zip(populations, plan.populations).map { sums, operation in
        NeuronAdjoints(
          node: plan.operations[operation].name, channels: sums.channels,
          spikeSum: sums.spikeSum.array(), adjointSum: sums.adjointSum.array(),
          contribution: sums.contribution.array(), currentSquare: sums.currentSquare.array(),
          stepSquare: sums.stepSquare.array())
      }
    }
  }

  private func channels(of population: Int) -> Int {
    MemoryOrder.split(plan.values[plan.operations[population].output].shape).channels
  }

  /// Writes the gradient of the logits after the last step; those before it have none.
  private func put(_ seed: [Float], _ piece: Piece, into program: Program) {
    let gradient = program.logitGradient
    let classes = plan.values[plan.logits].elements
    let width = piece.samples.count * classes
    gradient.fill(0)
    let first = piece.samples.lowerBound * classes
    gradient.slice(gradient.count - width..<gradient.count).assign(seed, first..<first + width)
  }
}

extension AdjointSums {
  /// Copies sums of some samples to their place among those of all.
  fileprivate func copy(into all: AdjointSums, from firstSample: Int) {
    let rows = firstSample * channels..<(firstSample + samples) * channels
    for (source, target) in [
      (spikeSum, all.spikeSum), (adjointSum, all.adjointSum), (contribution, all.contribution),
      (currentSquare, all.currentSquare), (stepSquare, all.stepSquare),
    ] { target.slice(rows).assign(from: source) }
  }
}
