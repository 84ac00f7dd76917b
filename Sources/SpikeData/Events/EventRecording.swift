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

  /// Counts of events, `[steps][2][height][width]`: channel 0 darker, channel 1 brighter.
  ///
  /// The first step starts with the first event; what comes after the last one is left out, and
  /// more than 255 events of one place and step count as 255.
  /// - Parameters:
  ///   - microseconds: length of a step, at least 1.
  ///   - bits: bits b of the graded spikes that a network takes, 1…8: counts are then at most 2^b - 1
  ///     and stand in the upper b bits of the byte, so that `raw >> (8 - b)` is the count; nil for
  ///     plain counts.
  /// - Complexity: O(events + steps · pixels).
  public func frames(steps: Int, microseconds: Int, bits: Int? = nil) -> [UInt8] {
    precondition(steps > 0 && microseconds > 0, "steps of no length")
    precondition((1...8).contains(bits ?? 8), "bits of a byte")
    let unit = UInt8(1 << (8 - (bits ?? 8)))
    let largest = UInt8.max / unit * unit
    let area = width * height
    var frames = [UInt8](repeating: 0, count: steps * 2 * area)
    guard let start = events.first?.microseconds else { return frames }
    for event in events {
      let step = (event.microseconds - start) / microseconds
      guard (0..<steps).contains(step) else { continue }
      let place = (step * 2 + (event.isOn ? 1 : 0)) * area + event.y * width + event.x
      if frames[place] < largest { frames[place] += unit }
    }
    return frames
  }
}
