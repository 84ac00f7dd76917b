import SpikeData
import SpikeDiagnostics
import Testing

@Suite("Folders of labelled files")
struct FolderTests {
  private let binning = EventBinning(steps: 1, step: .events(1000), frame: nil)

  private func labels(_ folder: TemporaryFolder, _ split: DataSplit) throws -> [Int] {
    try Recordings.load(folder.path, split: split, shape: [1, 1, 1], binning: binning).labels
  }

  @Test("classes lie in Train and Test of any case, and their names are numbers or are numbered")
  func classes() throws {
    let bytes = try DataFixtures.bytes("dvs.es")
    let numbers = try TemporaryFolder()
    for name in ["TEST/7/b.es", "TEST/10/a.es", "train/3/c.es", "TEST/7/.DS_Store", "TEST/7/x.txt"]
    {
      _ = try numbers.file(name, bytes)
    }
    #expect(try labels(numbers, .test) == [10, 7])
    #expect(try labels(numbers, .train) == [3])
    let names = try TemporaryFolder()
    for name in ["Test/dog/b.es", "Test/cat/c.es", "Train/ape/a.es"] {
      _ = try names.file(name, bytes)
    }
    let data = try Recordings.load(names.path, split: .test, shape: [1, 1, 1], binning: binning)
    #expect(data.labels == [2, 1])
    #expect(data.findings.contains { $0.message.contains("0 ape, 1 cat, 2 dog") })
    #expect(data.name.hasSuffix("(test)"))
  }

  @Test("classes without Train and Test serve both, and a note says so")
  func oneSplit() throws {
    let folder = try TemporaryFolder()
    _ = try folder.file("1/a.es", DataFixtures.bytes("dvs.es"))
    for split in DataSplit.allCases {
      let data = try Recordings.load(folder.path, split: split, shape: [1, 1, 1], binning: binning)
      #expect(data.labels == [1])
      #expect(data.findings.contains { $0.code == "data.one-split" })
    }
  }

  @Test("lists have tabs or commas, names or numbers, and a split or none")
  func lists() throws {
    let bytes = try DataFixtures.bytes("dvs.es")
    let folder = try TemporaryFolder()
    _ = try folder.file("deep/er/a.es", bytes)
    _ = try folder.file("b.es", bytes)
    _ = try folder.write(Array("label,file\r\n1,deep/er/a.es\r\n0,b.es\r\n".utf8), "labels.csv")
    #expect(try labels(folder, .test) == [1, 0])
    #expect(try labels(folder, .train) == [1, 0])
    _ = try folder.write(
      Array("file\tlabel\tsplit\nb.es\tzebra\ttest\ndeep/er/a.es\tant\ttrain\n".utf8), "labels.tsv")
    #expect(try labels(folder, .test) == [1])
    for line in ["/b.es\t1\ttest", "../b.es\t1\ttest", "b.es\t\ttest", "b.es", "\t1\ttest"] {
      _ = try folder.write(Array("file\tlabel\tsplit\n\(line)\n".utf8), "labels.tsv")
      let error = #expect(throws: DataError.self) { _ = try labels(folder, .test) }
      #expect(error?.code == .corrupt, "\(line)")
    }
    _ = try folder.write(Array("file\tlabel\tsplit\nno.es\t1\ttest\n".utf8), "labels.tsv")
    let missing = #expect(throws: DataError.self) { _ = try labels(folder, .test) }
    #expect(missing?.code == .notFound)
  }

  @Test("recordings of different sensors, and sounds among them, are refused")
  func mixed() throws {
    let folder = try TemporaryFolder()
    _ = try folder.file("0/a.es", DataFixtures.bytes("dvs.es"))
    _ = try folder.file("0/b.raw", DataFixtures.bytes("evt2.raw"))
    let sizes = #expect(throws: DataError.self) { _ = try labels(folder, .test) }
    #expect(sizes?.code == .shapeMismatch)
    let sounds = try TemporaryFolder()
    _ = try sounds.file("0/a.es", DataFixtures.bytes("dvs.es"))
    _ = try sounds.file("0/b.wav", DataFixtures.bytes("pcm16.wav"))
    let kinds = #expect(throws: DataError.self) { _ = try labels(sounds, .test) }
    #expect(kinds?.code == .unsupported)
  }

  @Test("what is no folder of such files is not recognised")
  func others() throws {
    let folder = try TemporaryFolder()
    #expect(!Recordings.recognises(folder.path))
    _ = try folder.file("Test/0/a.png", DataFixtures.bytes("grey.png"))
    #expect(!Recordings.recognises(folder.path))
    #expect(!Recordings.recognises(folder.path + "/none"))
    #expect(!Recordings.recognises(DataFixtures.path("dvs.es")))
    #expect(Recordings.recognises(DataFixtures.path("shd.h5")))
  }

  @Test("few recordings are the first ones, or drawn by a seed over all classes")
  func limits() throws {
    let folder = try TemporaryFolder()
    let bytes = try DataFixtures.bytes("dvs.es")
    for index in 0..<8 { _ = try folder.file("\(index % 2)/\(index).es", bytes) }
    let first = try Recordings.load(
      folder.path, split: .train, limit: 3, shape: [1, 1, 1], binning: binning)
    #expect(first.labels == [0, 1, 0])
    let drawn = try Recordings.load(
      folder.path, split: .train, limit: 4, seed: 5, shape: [1, 1, 1], binning: binning)
    #expect(drawn.labels.sorted() == [0, 0, 1, 1])
    let none = #expect(throws: DataError.self) {
      try Recordings.load(
        folder.path, split: .train, limit: 0, shape: [1, 1, 1], binning: binning)
    }
    #expect(none?.code == .empty)
    let huge = #expect(throws: DataError.self) {
      try Recordings.load(
        folder.path, split: .train, shape: [2, 240, 304],
        binning: EventBinning(steps: 65_536, step: .events(1)))
    }
    #expect(huge?.code == .tooLarge)
  }
}
