import SpikeCompute

extension Network {
  /// What leaves the network after the last step: `[count][outputs]`, in the order of the graph.
  ///
  /// - Parameter inputs: `count` samples in the order of the graph (C, H, W), already encoded; with
  ///   ``EngineConfiguration/inputPerStep`` each is `[T][C][H][W]`.
  ///   `count` may be any number; memory is bounded by the configuration.
  public func infer(_ inputs: [Float], count: Int) -> [Float] {
    infer(inputs, count: count, value: plan.output, steps: [timeSteps - 1]).first ?? []
  }

  /// What leaves the network after each step: the accuracy at every window from one run.
  ///
  /// For a network without neurons that is its one output.
  public func inferEveryStep(_ inputs: [Float], count: Int) -> [[Float]] {
    infer(inputs, count: count, value: plan.output, steps: Array(0..<timeSteps))
  }

  /// The logits after the last step, `[count][classes]`: as ``infer(_:count:)`` without a final
  /// softmax. What a teacher gives its student.
  public func inferLogits(_ inputs: [Float], count: Int) -> [Float] {
    infer(inputs, count: count, value: plan.logits, steps: [timeSteps - 1]).first ?? []
  }

  /// Classes of the network: logits of one sample.
  public var classCount: Int { plan.values[plan.logits].elements }

  /// A value at the end of the network after some of the steps.
  func infer(_ inputs: [Float], count: Int, value: Int, steps: [Int]) -> [[Float]] {
    checkInputs(inputs, count)
    let width = plan.values[value].elements
    let results = steps.map { _ in FloatBuffer(count: count * width) }
    let map = value == plan.output ? outputMap : nil
    let pieces = inferencePieces(count, .inference)
    forEach(Array(pieces[processes.share(of: pieces.count)]), .inference) {
      [self] _, piece, program in
      load(inputs, piece, into: program)
      program.forward()
      let rows = piece.samples.lowerBound * width..<piece.samples.upperBound * width
      for (result, step) in zip(results, steps) {
        let source = program.value(value, step: step)
        let target = result.view(rows)
        if let map {
          Kernels.gather(map, rows: piece.samples.count, from: source, into: target)
        } else {
          target.assign(from: source)
        }
      }
    }
    exchange(results, pieces, width: width)
    return results.map { $0.all.array() }
  }

  /// Completes what this process inferred by what the others did.
  private func exchange(_ results: [FloatBuffer], _ pieces: [Piece], width: Int) {
    guard processes.count > 1 else { return }
    let parts = (0..<processes.count).map { rank in
      let own = pieces[processes.share(of: pieces.count, rank: rank)]
      let first = own.first?.samples.lowerBound ?? 0
      return first * width..<(own.last?.samples.upperBound ?? 0) * width
    }
    for result in results { processes.exchange(result.all, parts: parts) }
  }
}
