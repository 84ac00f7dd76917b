/// A reader of bytes from outside, and so a target of the fuzzer. To add one is to add a row.
struct Reader: Sendable {
  /// Name of the target.
  let name: String
  /// Reads bytes and throws what the reader throws.
  let read: @Sendable ([UInt8]) throws -> Void

  static let all = networks + weights + ownFiles + samples + recordings
}
