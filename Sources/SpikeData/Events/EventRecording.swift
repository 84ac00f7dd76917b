/// What an event camera saw: changes of brightness, in the order of time.
public struct EventRecording: Hashable, Sendable {
  /// One change at one pixel.
  public struct Event: Hashable, Sendable {
    /// Column, from the left.
    public var x: Int
    /// Row, from the top.
    public var y: Int
    /// Whether the pixel became brighter.
    public var isOn: Bool
    /// Time since the recording's own zero.
    public var microseconds: Int

    /// Makes an event.
    public init(x: Int, y: Int, isOn: Bool, microseconds: Int) {
      self.x = x
      self.y = y
      self.isOn = isOn
      self.microseconds = microseconds
    }
  }

  /// Columns of the sensor.
  public var width: Int
  /// Rows of the sensor.
  public var height: Int
  /// The events; times do not fall.
  public var events: [Event]

  /// Makes a recording.
  public init(width: Int, height: Int, events: [Event]) {
    self.width = width
    self.height = height
    self.events = events
  }
}
