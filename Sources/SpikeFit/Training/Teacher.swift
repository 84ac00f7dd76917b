import SpikeData
import SpikeDiagnostics
import SpikeEngine
import SpikeGraph

/// The network whose soft labels a fit learns, on the batches of the fit.
struct Teacher: Sendable {
  private let engine: Network
  private let encoding: InputEncoding
  private let seed: UInt64
  private let augmentation: AugmentationOptions
  /// Whether the batch of the student is right for the teacher too.
  private let takesSameInput: Bool
  /// Factor on its logits before the softmax: 1 for an ANN; for potentials of a read-out, what
  /// they mean in logits.
  let scale: Float

  /// The teacher that options ask for; nil for none.
  /// - Parameter processes: who infers together.
  /// - Throws: `fit.unsuitable-teacher`, `fit.engine`.
  init?(
    _ options: FitOptions, student: NormalForm, data: Dataset, processes: any ProcessRing
  ) throws(FitError) {
    var configuration = TrainingRun.configuration(options)
    configuration.training = false
    seed = options.seed
    augmentation = options.quality.augmentation
    let own = InputEncoding(scale: [student.inputScale], bits: student.inputBits)
    switch options.quality.teacher {
    case .none: return nil
    case .start:
      engine = try Network.make(student.graph, configuration, processes)
      encoding = own
      scale = (options.logitScale ?? 1) / Float(options.timeSteps)
    case .model(let model):
      guard model.stage != .fitted else {
        throw Teacher.refusal(
          "The teacher is a fitted model, whose read-out is in integers of its own.",
          "teach with the model that it was fitted from, or with the ANN")
      }
      let steps = model.timeSteps ?? 1
      configuration.timeSteps = steps
      engine = try Network.make(model.graph, configuration, processes)
      encoding = model.encoding
      let isSpiking = model.graph.nodes.contains { $0.operator.isNeuron }
      scale = isSpiking ? SpikeFitter.recordedLogitScale(model) / Float(steps) : 1
    }
    // Bytes and 8 of their bits are the same.
    let isWhole = (encoding.bits ?? 8) == (own.bits ?? 8)
    takesSameInput =
      isWhole && encoding.scale.allSatisfy { $0 == student.inputScale }
      && encoding.offset.allSatisfy { $0 == 0 }
    try check(student, data)
  }

  private func check(_ student: NormalForm, _ data: Dataset) throws(FitError) {
    let shape = student.graph.inputs.first?.shape ?? []
    guard engine.inputShape.elementCount == shape.elementCount else {
      throw Teacher.refusal(
        "The teacher takes samples of \(engine.inputShape), the network of \(shape).",
        "choose a teacher for the same data")
    }
    guard let classes = try? student.graph.inferredShapes()[student.graph.outputs.first ?? ""],
      classes.elementCount == engine.classCount
    else {
      throw Teacher.refusal(
        "The teacher has \(engine.classCount) classes, which is not the network's number.",
        "choose a teacher for the same classes")
    }
    do throws(DataError) {
      try data.checkEncoding(
        scale: encoding.scale, offset: encoding.offset, bits: encoding.bits)
    } catch {
      throw FitError(.unsuitableTeacher, error.message, at: error.location, fix: error.fix)
    }
  }

  private static func refusal(_ message: String, _ fix: String) -> FitError {
    FitError(.unsuitableTeacher, message, fix: fix)
  }

  /// The teacher's logits `[count][classes]` for a batch.
  /// - Parameter batch: the same samples as the student gets them.
  func logits(
    of batch: [Float], _ data: Dataset, _ indices: ArraySlice<Int>, epoch: Int
  ) -> [Float] {
    guard !takesSameInput else { return engine.inferLogits(batch, count: indices.count) }
    var own: [Float] = []
    data.fillBatch(
      indices, scale: encoding.scale, offset: encoding.offset, bits: encoding.bits, into: &own)
    // What a shift uncovers is raw 0, which is the offset in this encoding.
    Augmentation(augmentation, seed: seed, fill: encoding.offset).apply(
      to: &own, indices: indices, sampleShape: data.sampleShape, epoch: epoch)
    return engine.inferLogits(own, count: indices.count)
  }
}
