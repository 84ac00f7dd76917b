/// What a netx file does not say.
public struct NetxImportOptions: Hashable, Sendable {
  /// Time steps of an inference, for the stations behind; nil where it is open.
  public var timeSteps: Int?
  /// Bits of the graded spikes that enter; 1 is plain spikes (netx' `input_message_bits` 0).
  public var inputBits = 1
  /// Shape of the input where the file has no input layer.
  public var inputShape: [Int]?

  /// Makes options with defaults.
  public init() {}
}
