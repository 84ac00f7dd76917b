import SpikeCompute
public import SpikeDiagnostics
import SpikeGraph

extension Network {
  /// Puts samples into a program's input memory.
  func load(_ inputs: [Float], _ piece: Piece, into program: Program) {
    if plan.values[plan.input].isTemporal {
      loadSteps(inputs, piece, into: program)
      return
    }
    let first = piece.samples.lowerBound * inputCount
    let range = first..<first + piece.samples.count * inputCount
    if let inputMap {
      program.staging.assign(inputs, range)
      Kernels.gather(
        inputMap, rows: piece.samples.count, from: program.staging,
        into: program.value(plan.input))
    } else {
      program.value(plan.input).assign(inputs, range)
    }
  }

  /// As ``load(_:_:into:)`` where samples are `[T][…]`: in memory the steps are outermost.
  private func loadSteps(_ inputs: [Float], _ piece: Piece, into program: Program) {
    let elements = inputShape.elementCount
    for (place, sample) in piece.samples.enumerated() {
      for step in 0..<timeSteps {
        let first = (sample * timeSteps + step) * elements
        let target = program.value(plan.input, step: step)
          .slice(place * elements..<(place + 1) * elements)
        guard let inputMap else {
          target.assign(inputs, first..<first + elements)
          continue
        }
        let staging = program.staging.slice(0..<elements)
        staging.assign(inputs, first..<first + elements)
        Kernels.gather(inputMap, rows: 1, from: staging, into: target)
      }
    }
  }

  /// Runs `body` for every piece, in any order, on all threads.
  func forEach(
    _ pieces: [Piece], _ purpose: LayerExtent.Purpose,
    _ body: @Sendable (_ index: Int, Piece, Program) -> Void
  ) {
    let workers = workers
    clock.advance()
    Shards.run(count: pieces.count, threads: workers.count) { index, thread in
      let piece = pieces[index]
      workers[thread].run(images: piece.samples.count, purpose: purpose) { program, _ in
        body(index, piece, program)
      }
    }
  }

  /// Pieces for inference: small enough that all threads get work, and the same on any number of
  /// threads.
  func inferencePieces(_ count: Int, _ purpose: LayerExtent.Purpose) -> [Piece] {
    let share = (count + configuration.shards - 1) / configuration.shards
    return Piece.cut(0..<count, size: min(pieces[purpose], max(share, 1)))
  }

  func checkInputs(_ inputs: [Float], _ count: Int) {
    precondition(
      count >= 0 && inputs.count == count * inputCount,
      "\(inputs.count) numbers are not \(count) samples of \(inputCount)")
  }

  /// Checks data from outside before it is run.
  /// - Throws: `engine.invalid-input` where the number of inputs is not `count` times that of a
  ///   sample, or labels are too few or outside the classes of the output.
  public func validate(
    _ inputs: [Float], labels: [Int]? = nil, count: Int
  ) throws(EngineError) {
    guard count >= 0, inputs.count == count * inputCount else {
      throw EngineError(
        .invalidInput,
        "There are \(inputs.count) input numbers; \(count) samples of shape \(inputShape)"
          + "\(configuration.inputPerStep ? " in \(timeSteps) steps" : "") have "
          + "\(count * inputCount).", fix: "check the shape of the data against the model")
    }
    guard let labels else { return }
    guard labels.count == count else {
      throw EngineError(
        .invalidInput, "There are \(labels.count) labels for \(count) samples.",
        fix: "give one label for each sample")
    }
    let classes = plan.values[plan.logits].elements
    if let wrong = labels.first(where: { !(0..<classes).contains($0) }) {
      throw EngineError(
        .invalidInput, "A label is \(wrong); the network has classes 0 to \(classes - 1).",
        fix: "check the labels against the model")
    }
  }
}
