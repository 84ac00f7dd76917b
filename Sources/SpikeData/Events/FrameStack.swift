import SpikeDiagnostics

/// Frames of recordings, one after the other, all in the shape that the network takes.
struct FrameStack {
  /// The frames.
  private(set) var samples: [UInt8] = []
  /// Shape of a frame; known once there is one.
  private(set) var sampleShape: [Int] = []
  /// What was done to the recordings.
  var notes: [Finding] = []

  private let shape: [Int]?
  private let binning: EventBinning
  private let limit: Int
  private var sensor: SensorSize?
  private var frame: [Int] = []
  private var bank: (rate: Int, filters: FilterBank)?

  /// - Parameters:
  ///   - shape: of a frame, as the network takes it; nil for the whole sensor.
  ///   - limit: bytes that all frames may have.
  init(shape: [Int]?, binning: EventBinning, limit: Int) {
    self.shape = shape
    self.binning = binning
    self.limit = limit
  }

  /// Adds a recording of events.
  /// - Parameter count: recordings that there will be.
  /// - Throws: `data.shape-mismatch`, `data.too-large`.
  mutating func add(_ recording: EventRecording, of count: Int) throws(DataError) {
    let size = SensorSize(known: recording.width, recording.height)
    if sensor == nil {
      guard bank == nil else { throw FrameStack.mixed() }
      frame = try FrameStack.frame(shape, on: size)
      try begin(shape ?? frame, count)
      sensor = size
      notes += changes(size)
    }
    guard size == sensor else {
      throw DataError(
        .shapeMismatch,
        "The recording has \(size) pixels; those before it have \(sensor?.description ?? "others").",
        fix: "keep recordings of different sensors in different folders")
    }
    var binning = binning
    binning.frame = frame
    samples += recording.frames(binning)
  }

  /// Adds a sound.
  mutating func add(_ sound: WAVFile, of count: Int) throws(DataError) {
    guard sensor == nil else { throw FrameStack.mixed() }
    guard case .microseconds(let hop) = binning.step else {
      throw DataError(
        .unsupported, "A sound has no events to count.", fix: "give --event-step instead")
    }
    guard let shape, let bands = shape.max(), shape.count(where: { $0 != 1 }) <= 1, bands <= 4096
    else {
      throw DataError(
        .shapeMismatch,
        "The network takes \(shape ?? []); a sound has bands, up to 4096 along one axis.",
        fix: "give a network with one axis of bands")
    }
    if bank == nil {
      try begin(shape, count)
      notes.append(
        Finding(
          .note, code: "data.filter-bank",
          message:
            "Sounds are rendered as \(bands) mel bands of 80 dB, one set each \(hop) µs: our "
            + "rendering.", fix: "give what the network was trained on as .npz where that differs"))
    }
    if bank?.rate != sound.rate {
      bank = (sound.rate, FilterBank(rate: sound.rate, hop: hop, bandCount: bands))
    }
    samples += bank?.filters.levels(sound.samples, steps: binning.steps) ?? []
  }

  private mutating func begin(_ shape: [Int], _ count: Int) throws(DataError) {
    var total = max(1, count)
    for size in shape + [binning.steps] {
      let (product, overflow) = total.multipliedReportingOverflow(by: max(1, size))
      total = overflow ? Int.max : product
    }
    guard total <= limit else {
      throw DataError(
        .tooLarge,
        "\(count) recordings of \(binning.steps) steps need more than \(limit) bytes.",
        fix: "take fewer with --test-samples and --train-samples, or fewer steps")
    }
    sampleShape = shape
    samples.reserveCapacity(total)
  }

  /// Channels, rows and columns of a frame under the shape of the network's input.
  private static func frame(_ shape: [Int]?, on sensor: SensorSize) throws(DataError) -> [Int] {
    let area = sensor.width * sensor.height
    let frame: [Int]? =
      switch shape?.count {
      case nil: [2, sensor.height, sensor.width]
      case 3: shape
      case 2 where sensor.height == 1: shape.map { [$0[0], 1, $0[1]] }
      case 2: shape.map { [1] + $0 }
      case 1 where shape == [2 * area]: [2, sensor.height, sensor.width]
      case 1 where shape == [area]: [1, sensor.height, sensor.width]
      case 1 where sensor.height == 1: shape.map { [1, 1] + $0 }
      default: nil
      }
    guard let frame, (1...2).contains(frame[0]), (1...sensor.height).contains(frame[1]),
      (1...sensor.width).contains(frame[2])
    else {
      throw DataError(
        .shapeMismatch,
        "The sensor has \(sensor) pixels of 2 polarities; the network takes \(shape ?? []).",
        fix: "give a network with 1 or 2 channels and at most the sensor's rows and columns")
    }
    return frame
  }

  private func changes(_ sensor: SensorSize) -> [Finding] {
    var said: [String] = []
    if frame[1] != sensor.height || frame[2] != sensor.width {
      let blocks = "\(ratio(sensor.width, frame[2])) x \(ratio(sensor.height, frame[1]))"
      said.append(
        "frames of \(frame[2]) x \(frame[1]) count the events of blocks of \(blocks) pixels")
    }
    if frame[0] == 1, sensor.height > 1 { said.append("both polarities count in one channel") }
    guard !said.isEmpty else { return [] }
    return [
      Finding(
        .note, code: "data.events-merged",
        message: "The sensor has \(sensor) pixels: " + said.joined(separator: "; ") + ".")
    ]
  }

  private func ratio(_ whole: Int, _ part: Int) -> String {
    whole % part == 0 ? "\(whole / part)" : "\(whole / part) to \(whole / part + 1)"
  }

  private static func mixed() -> DataError {
    DataError(
      .unsupported, "The folder has sounds and recordings of events.",
      fix: "keep them in different folders")
  }
}
