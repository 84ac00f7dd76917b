/// A limit of a chip that a network does not meet.
public struct ChipShortfall: Hashable, Sendable {
  /// Name of the limit as hardware specs spell it, for example `neurons`.
  public var limit: String
  /// Where: a layer or a projection; nil for the whole network.
  public var place: String?
  /// What the network needs.
  public var needed: Int
  /// What the chip has.
  public var allowed: Int
  /// One sentence with both and the source of the limit.
  public var message: String
  /// What helps.
  public var remedy: String
  /// Whether fewer channels help.
  public var isPrunable: Bool

  /// Makes a shortfall.
  public init(
    limit: String, place: String? = nil, needed: Int, allowed: Int, message: String,
    remedy: String, isPrunable: Bool
  ) {
    self.limit = limit
    self.place = place
    self.needed = needed
    self.allowed = allowed
    self.message = message
    self.remedy = remedy
    self.isPrunable = isPrunable
  }
}
