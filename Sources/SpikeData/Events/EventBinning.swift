/// How recordings are cut into steps and fitted to the input of a network.
public struct EventBinning: Hashable, Sendable {
  /// Where a step ends.
  public enum Step: Hashable, Sendable {
    /// After so many microseconds, at least 1; the first step starts with the first event.
    case microseconds(Int)
    /// After so many events, at least 1.
    case events(Int)
  }

  /// Number of steps; what comes after the last one is left out.
  public var steps: Int
  /// Length of a step.
  public var step: Step
  /// Channels 1 or 2, rows and columns of a frame; nil for the two polarities of the whole sensor.
  public var frame: [Int]?
  /// Bits b of the graded spikes that a network takes, 1…8: counts are then at most 2^b - 1
  /// and stand in the upper b bits of the byte, so that `raw >> (8 - b)` is the count; nil for plain
  /// counts up to 255.
  public var bits: Int?

  /// Makes a way of binning.
  public init(steps: Int, step: Step, frame: [Int]? = nil, bits: Int? = nil) {
    self.steps = steps
    self.step = step
    self.frame = frame
    self.bits = bits
  }
}

extension EventRecording {
  /// Counts of events, `[steps][C][rows][columns]`: with two channels, 0 is darker and 1 brighter; with
  /// one, both count.
  ///
  /// A frame smaller than the sensor counts the events of blocks of pixels: column x of W goes to
  /// column ⌊x · w / W⌋ of w, rows likewise. More events of one place and step than the largest count
  /// are that count.
  /// - Precondition: the frame is not larger than the sensor, its channels are 1 or 2.
  /// - Complexity: O(events + steps · elements of a frame).
  public func frames(_ binning: EventBinning) -> [UInt8] {
    let frame = binning.frame ?? [2, height, width]
    precondition(
      frame.count == 3 && (1...2).contains(frame[0]) && (1...height).contains(frame[1])
        && (1...width).contains(frame[2]), "a frame that the sensor cannot fill")
    precondition(binning.steps > 0 && binning.step.isPositive, "steps of no length")
    precondition((1...8).contains(binning.bits ?? 8), "bits of a byte")
    let unit = UInt8(1 << (8 - (binning.bits ?? 8)))
    let largest = UInt8.max / unit * unit
    let (rows, columns) = (frame[1], frame[2])
    let rowOf = (0..<height).map { $0 * rows / height * columns }
    let columnOf = (0..<width).map { $0 * columns / width }
    let area = rows * columns
    let size = frame[0] * area
    var frames = [UInt8](repeating: 0, count: binning.steps * size)
    guard let start = events.first?.microseconds else { return frames }
    for (index, event) in events.enumerated() {
      let step =
        switch binning.step {
        case .microseconds(let length): (event.microseconds - start) / length
        case .events(let count): index / count
        }
      // Neither times nor numbers of events fall.
      guard step < binning.steps else { break }
      let channel = frame[0] == 2 && event.isOn ? area : 0
      let place = step * size + channel + rowOf[event.y] + columnOf[event.x]
      if frames[place] < largest { frames[place] += unit }
    }
    return frames
  }
}

extension EventBinning.Step {
  /// Whether a step has a length.
  var isPositive: Bool {
    switch self {
    case .microseconds(let length), .events(let length): length > 0
    }
  }
}
