/// Which fields of a protobuf file a ``ProtobufSkeleton`` follows, keeps, points at or leaves out.
///
/// Messages are numbered by the caller; the file itself is message 0. Fields without a rule are
/// copied. The messages must not form a circle: nesting is bounded by the plan, not by the file.
package struct ProtobufPlan: Sendable {
  /// What happens to a length-delimited field.
  package enum Action: Hashable, Sendable {
    /// The content is a message of this number; `once` refuses a second occurrence.
    case descend(into: Int, once: Bool)
    /// The content stays in the file when it has at least ``ProtobufPlan/payloadMinimum`` bytes.
    case payload
    /// Only the fact that the field is there is kept, as a field of no bytes.
    case mark
    /// The field is left out.
    case drop
  }

  /// One row.
  package struct Rule: Hashable, Sendable {
    /// Number of the message, 0…15.
    package var message: Int
    /// Field number, 1…63.
    package var field: Int
    /// What happens to the field.
    package var action: Action

    /// Makes a row.
    package init(_ message: Int, _ field: Int, _ action: Action) {
      self.message = message
      self.field = field
      self.action = action
    }
  }

  /// The rows.
  package var rules: [Rule]
  /// Number of the field that stands in the skeleton for a payload: a message
  /// `{1: field number, 2: offset, 3: length}`.
  package var payloadField: Int
  /// Shorter payload fields are copied.
  package var payloadMinimum: Int

  /// Makes a plan.
  package init(rules: [Rule], payloadField: Int, payloadMinimum: Int = 1024) {
    self.rules = rules
    self.payloadField = payloadField
    self.payloadMinimum = payloadMinimum
  }
}
