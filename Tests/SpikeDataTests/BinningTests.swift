import SpikeData
import SpikeDiagnostics
import Testing

@Suite("Recordings as frames")
struct BinningTests {
  private let recording = EventRecording(
    width: 3, height: 2,
    events: [(0, 0, true, 500), (0, 0, true, 599), (2, 1, false, 600), (1, 0, true, 799)].map {
      .init(x: $0.0, y: $0.1, isOn: $0.2, microseconds: $0.3)
    } + [.init(x: 0, y: 0, isOn: true, microseconds: 800)])

  @Test("frames count events of each polarity from the first event on and drop what comes late")
  func time() {
    var wanted = [UInt8](repeating: 0, count: 3 * 2 * 6)
    wanted[6] = 2
    wanted[12 + 5] = 1
    wanted[24 + 6 + 1] = 1
    #expect(recording.frames(EventBinning(steps: 3, step: .microseconds(100))) == wanted)
    let many = EventRecording(
      width: 1, height: 1,
      events: Array(repeating: .init(x: 0, y: 0, isOn: false, microseconds: 7), count: 300))
    #expect(many.frames(EventBinning(steps: 1, step: .microseconds(1))) == [255, 0])
    // In the upper bits, so that raw >> (8 - bits) is the count, at most 2^bits - 1.
    #expect(
      many.frames(EventBinning(steps: 1, step: .microseconds(1), bits: 2)) == [0b1100_0000, 0])
    #expect(
      recording.frames(EventBinning(steps: 3, step: .microseconds(100), bits: 3))[6] == 2 << 5)
  }

  @Test("steps of a number of events have that many, whatever the time")
  func count() {
    var wanted = [UInt8](repeating: 0, count: 2 * 2 * 6)
    wanted[6] = 2
    wanted[12 + 5] = 1
    wanted[12 + 6 + 1] = 1
    #expect(recording.frames(EventBinning(steps: 2, step: .events(2))) == wanted)
    let all = recording.frames(EventBinning(steps: 1, step: .events(5)))
    #expect(all.reduce(0) { $0 + Int($1) } == 5)
  }

  @Test("a smaller frame counts blocks of pixels, one channel both polarities")
  func blocks() {
    // Columns 0 and 1 of 3 go to 0 of 2, column 2 to 1; both rows to one.
    #expect(
      recording.frames(EventBinning(steps: 1, step: .events(9), frame: [2, 1, 2]))
        == [0, 1, 4, 0])
    #expect(
      recording.frames(EventBinning(steps: 1, step: .events(9), frame: [1, 1, 2])) == [4, 1])
    #expect(
      recording.frames(EventBinning(steps: 2, step: .microseconds(100), frame: [1, 1, 1]))
        == [2, 1])
  }

  @Test("the shape of a network's input decides over channels and blocks, and the notes say so")
  func shapes() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("Test/4/a.raw", DataFixtures.bytes("evt2.raw"))
    _ = try folder.file("Train/0/a.raw", DataFixtures.bytes("evt2.raw"))
    #expect(Recordings.recognises(folder.path))
    let binning = EventBinning(steps: 2, step: .microseconds(1000))
    func load(_ shape: [Int]?) throws -> Dataset {
      try Recordings.load(folder.path, split: .test, shape: shape, binning: binning)
    }
    let recording = try EventFormat.read(path: path)
    for (shape, frame) in [
      ([2, 48, 64], [2, 48, 64]), ([1, 7, 9], [1, 7, 9]), ([7, 9], [1, 7, 9]),
    ] {
      let data = try load(shape)
      var wanted = binning
      wanted.frame = frame
      #expect(data.rawBytes() == recording.frames(wanted))
      #expect(data.sampleShape == [2] + shape && data.labels == [4])
      #expect(data.findings.map(\.code) == ["data.events-merged"])
    }
    #expect(try load([2, 48, 64]).findings[0].message.contains("blocks of 10 x 10"))
    #expect(try load([1, 7, 9]).findings[0].message.contains("blocks of 71 to 72 x 68 to 69"))
    let whole = try load(nil)
    #expect(whole.sampleShape == [2, 2, 480, 640] && whole.findings.isEmpty)
    #expect(try load([2 * 480 * 640]).rawBytes() == whole.rawBytes())
    for shape in [[3, 4, 4], [2, 481, 640], [2, 480, 641], [17], [1, 1, 1, 1], []] {
      let error = #expect(throws: DataError.self) { _ = try load(shape) }
      #expect(error?.code == .shapeMismatch && error?.location.file != nil, "\(shape)")
    }
  }
}
