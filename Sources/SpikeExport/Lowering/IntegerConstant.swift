import SpikeDiagnostics
import SpikeGraph

/// Reading constants that a fitted model promises to be integers.
enum IntegerConstant {
  /// The elements of `tensor` as integers.
  /// - Throws: `export.not-fitted` where one is not a whole 32-bit number.
  static func values(
    _ tensor: Tensor, _ what: String, at place: Location
  ) throws(ExportError) -> [Int32] {
    let floats = tensor.floats()
    var result: [Int32] = []
    result.reserveCapacity(floats.count)
    for (index, value) in floats.enumerated() {
      guard let integer = Int32(exactly: value) else {
        throw notFitted("The \(what) number \(index) is \(value), not an integer.", at: place)
      }
      result.append(integer)
    }
    return result
  }

  static func value(
    _ value: Float, _ what: String, at place: Location
  ) throws(ExportError) -> Int32 {
    guard let integer = Int32(exactly: value) else {
      throw notFitted("The \(what) is \(value), not an integer.", at: place)
    }
    return integer
  }

  static func notFitted(_ message: String, at place: Location) -> ExportError {
    ExportError(
      .notFitted, message, at: place,
      fix: "run sfconv fit first: it brings weights, thresholds and biases to integers")
  }

  /// `value * factor` where both are integers and the product fits.
  static func product(
    _ value: Int32, _ factor: Int, _ what: String, at place: Location
  ) throws(ExportError) -> Int32 {
    let (product, overflow) = Int(value).multipliedReportingOverflow(by: factor)
    guard !overflow, let result = Int32(exactly: product) else {
      throw ExportError(
        .limitExceeded, "The \(what) \(value) times the pooling window \(factor) is too large.",
        at: place, fix: "use a smaller pooling window or a larger weight scale")
    }
    return result
  }
}
