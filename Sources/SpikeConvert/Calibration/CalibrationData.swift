import SpikeData
import SpikeDiagnostics
import SpikeEngine
import SpikeGraph

/// Samples for a network, encoded in chunks of bounded size.
struct CalibrationData: Sendable {
  let dataset: Dataset
  let encoding: InputEncoding

  /// - Throws: `convert.calibration-mismatch`.
  init(_ dataset: Dataset, _ encoding: InputEncoding, input: Shape) throws(ConvertError) {
    do throws(DataError) {
      self.dataset = try dataset.reshaped(to: input.dimensions)
      try self.dataset.checkEncoding(
        scale: encoding.scale, offset: encoding.offset, bits: encoding.bits)
    } catch {
      throw ConvertError(
        .calibrationMismatch, "The calibration data do not fit the network.", fix: error.fix,
        cause: error)
    }
    self.encoding = encoding
  }

  /// Calls `body` with encoded samples `range` after range, at most `size` at once.
  func forEachChunk(
    of size: Int, _ body: (_ range: Range<Int>, _ inputs: [Float]) throws(ConvertError) -> Void
  ) throws(ConvertError) {
    var inputs: [Float] = []
    for start in stride(from: 0, to: dataset.count, by: max(1, size)) {
      let range = start..<min(dataset.count, start + max(1, size))
      dataset.fillBatch(
        range, scale: encoding.scale, offset: encoding.offset, bits: encoding.bits, into: &inputs)
      try body(range, inputs)
    }
  }

  /// The first samples only.
  func prefix(_ count: Int) -> CalibrationData {
    CalibrationData(dataset: dataset.prefix(count), encoding: encoding)
  }

  /// All samples, encoded; for few of them.
  func all() -> [Float] {
    dataset.encoded(scale: encoding.scale, offset: encoding.offset, bits: encoding.bits)
  }

  private init(dataset: Dataset, encoding: InputEncoding) {
    self.dataset = dataset
    self.encoding = encoding
  }

  /// Samples whose activations of the given sizes fit in a bounded amount of memory.
  static func chunkSize(elements: Int) -> Int { max(1, min(256, (1 << 24) / max(1, elements))) }
}

extension Network {
  /// A network for inference, with errors in the words of this station.
  static func running(
    _ graph: Graph, timeSteps: Int, threads: Int
  ) throws(ConvertError) -> Network {
    do throws(EngineError) {
      return try Network(graph, EngineConfiguration(timeSteps: timeSteps, threads: threads))
    } catch {
      throw ConvertError(
        .engineFailed, "The network cannot be run.", at: error.location, fix: error.fix,
        cause: error)
    }
  }
}
