import SpikeDiagnostics

/// Collects the events of a file and holds them to what every format promises: places on the sensor,
/// times that do not fall, and a number that has a bound.
struct EventCollector {
  /// Events of a recording.
  static let limit = 16_000_000
  /// 146,000 years.
  private static let lastMicrosecond = 1 << 62

  private let sensor: SensorSize
  /// What the file should be, for people: `a recording of N-MNIST`.
  private let kind: String
  private var events: [EventRecording.Event] = []
  private var last = Int.min

  /// - Parameter expected: room for so many events, as far as the bytes of the file bound them.
  init(_ sensor: SensorSize, of kind: String, expected: Int = 0) {
    self.sensor = sensor
    self.kind = kind
    events.reserveCapacity(min(expected, EventCollector.limit))
  }

  /// Takes the next event.
  /// - Throws: `data.corrupt`, `data.too-large`.
  mutating func add(
    _ x: Int, _ y: Int, isOn: Bool, microseconds: Int, at offset: Int?
  ) throws(DataError) {
    guard x >= 0, y >= 0, x < sensor.width, y < sensor.height else {
      throw DataError(
        .corrupt, "An event at column \(x) and row \(y); the sensor has \(sensor).",
        at: Location(byteOffset: offset),
        fix: "check that this is \(kind) of such a sensor, and get a fresh copy of it")
    }
    guard microseconds >= last else {
      throw DataError(
        .corrupt,
        "An event at \(microseconds) µs after one at \(last) µs; time does not run backwards.",
        at: Location(byteOffset: offset),
        fix: "check that this is \(kind), and get a fresh copy of it, or sort its events by time")
    }
    // So that differences of times are numbers.
    guard (0...EventCollector.lastMicrosecond).contains(microseconds) else {
      throw DataError(
        .corrupt,
        "An event at \(microseconds) µs; times are 0 to \(EventCollector.lastMicrosecond) µs.",
        at: Location(byteOffset: offset),
        fix: "check that this is \(kind), and get a fresh copy of it")
    }
    guard events.count < EventCollector.limit else {
      throw DataError(
        .tooLarge, "The file has more than \(EventCollector.limit) events.",
        at: Location(byteOffset: offset), fix: "cut the recording into shorter ones")
    }
    last = microseconds
    events.append(
      EventRecording.Event(x: x, y: y, isOn: isOn, microseconds: microseconds))
  }

  /// The recording.
  /// - Throws: `data.empty`.
  func recording() throws(DataError) -> EventRecording {
    guard !events.isEmpty else {
      throw DataError(
        .empty, "The file has no events.",
        fix: "check that this is \(kind), and get a fresh copy of it")
    }
    return EventRecording(width: sensor.width, height: sensor.height, events: events)
  }
}

/// Columns and rows of a sensor.
public struct SensorSize: Hashable, Sendable, CustomStringConvertible {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int

  /// Sensors have up to so many columns and rows: the addresses of all formats fit.
  public static let limit = 1 << 15

  /// Makes a size; nil where a side is not in 1…32,768.
  public init?(width: Int, height: Int) {
    guard (1...SensorSize.limit).contains(width), (1...SensorSize.limit).contains(height) else {
      return nil
    }
    self.width = width
    self.height = height
  }

  /// Reads `640x480`.
  public init?(_ text: some StringProtocol) {
    let sides = text.split(separator: "x", omittingEmptySubsequences: false).map {
      Int($0.drop { $0 == " " }.prefix { $0.isNumber })
    }
    guard sides.count == 2, let width = sides[0], let height = sides[1] else { return nil }
    self.init(width: width, height: height)
  }

  /// A size that is known to be one.
  init(known width: Int, _ height: Int) {
    self.width = width
    self.height = height
  }

  /// For example `640 x 480`.
  public var description: String { "\(width) x \(height)" }

  /// What to do where a file does not say its size.
  static func missing(_ kind: String) -> DataError {
    DataError(
      .unsupported, "The header of the \(kind) does not say how large the sensor is.",
      fix: "give its columns and rows with --event-size, for example --event-size 640x480")
  }
}
