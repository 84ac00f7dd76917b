import SpikeBytes
import SpikeData
import SpikeDiagnostics
import SpikeTestSupport
import Testing

@Suite("Recordings of events")
struct EventTests {
  /// The five bytes of an event.
  private func event(_ x: UInt8, _ y: UInt8, _ isOn: Bool, _ time: Int) -> [UInt8] {
    let word = (isOn ? 1 << 23 : 0) | time
    return [x, y] + [16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
  }

  @Test("five bytes are column, row, polarity and 23 bits of time; row 240 turns the clock over")
  func layout() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      event(3, 33, true, 0x12_3456) + event(0, 240, false, 0) + event(33, 0, false, 0x7F_FFFF),
      "a.bin")
    let recording = try NMNISTFile.read(path: path)
    #expect(
      recording.events == [
        .init(x: 3, y: 33, isOn: true, microseconds: 0x12_3456),
        .init(x: 33, y: 0, isOn: false, microseconds: 0x7F_FFFF + 8192),
      ])
    #expect(recording.width == 34 && recording.height == 34)
  }

  @Test("bad recordings are refused")
  func bad() throws {
    let good = event(1, 1, true, 100)
    let cases: [([UInt8], DataErrorCode)] = [
      ([], .empty), (good + [1, 2], .truncated), (event(34, 0, true, 5), .corrupt),
      (event(0, 34, true, 5), .corrupt), (good + event(1, 1, true, 99), .corrupt),
      (event(0, 240, false, 0), .empty),
    ]
    let folder = try TemporaryFolder()
    for (index, (bytes, code)) in cases.enumerated() {
      let path = try folder.write(bytes, "\(index).bin")
      let error = #expect(throws: DataError.self) { _ = try NMNISTFile.read(path: path) }
      #expect(error?.code == code, "case \(index)")
      #expect(error?.fix != nil && error?.location.file == path)
    }
    var random = SeededGenerator(seed: 7)
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
        UInt8.random(in: 0...63, using: &random)
      }
      _ = try? NMNISTFile.read(path: folder.write(bytes, "random.bin"))
    }
  }

  @Test("folders are read as they are distributed, and with a list of labels")
  func folders() throws {
    let folder = try TemporaryFolder()
    for (name, time) in [("Test/3/00002.bin", 10), ("Test/1/00001.bin", 20), ("Train/0/9.bin", 30)]
    {
      let parts = name.split(separator: "/")
      try AtomicFile.makeDirectory("\(folder.path)/\(parts[0])/\(parts[1])")
      _ = try folder.write(event(1, 2, true, time) + event(3, 4, false, time + 5000), name)
    }
    #expect(Recordings.recognises(folder.path))
    let data = try Recordings.load(
      folder.path, split: .test, binning: EventBinning(steps: 2, step: .microseconds(5000)))
    #expect(data.labels == [1, 3])
    #expect(data.sampleShape == [2, 2, 34, 34])
    let values = data.encoded(scale: [1], offset: [0], bits: nil)
    let lit: [Int] = values.indices.filter { values[$0] != 0 }
    let first: Int = 1156 + 69
    let second: Int = 2312 + 139
    #expect(Array(lit.prefix(2)) == [first, second])
    let empty = #expect(throws: DataError.self) {
      try Recordings.load(
        folder.path, split: .test, limit: 0,
        binning: EventBinning(steps: 2, step: .microseconds(5000)))
    }
    #expect(empty?.code == .empty)

    let list = try TemporaryFolder()
    _ = try list.write(event(1, 2, true, 0), "a.bin")
    _ = try list.write(
      Array("file\tlabel\tsplit\na.bin\t7\ttest\nb.bin\t1\ttrain\n".utf8), "labels.tsv")
    #expect(Recordings.recognises(list.path))
    #expect(
      try Recordings.load(
        list.path, split: .test, binning: EventBinning(steps: 1, step: .microseconds(1))
      ).labels == [7])
    _ = try list.write(Array("file\tlabel\tsplit\n../a.bin\t7\ttest\n".utf8), "labels.tsv")
    let outside = #expect(throws: DataError.self) {
      try Recordings.load(
        list.path, split: .test, binning: EventBinning(steps: 1, step: .microseconds(1)))
    }
    #expect(outside?.code == .corrupt)
  }
}
