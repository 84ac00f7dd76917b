import Foundation
import SpikeData
import SpikeDiagnostics
import SpikeTestSupport
import Testing

@Suite("Cochleas and sounds")
struct SpikesAndSoundsTests {
  @Test("data as the Spiking Heidelberg Digits have them are the spikes that h5py finds")
  func heidelberg() throws {
    let expected = try DataFixtures.expected()
    let file = try SHDFile(path: DataFixtures.path("shd.h5"))
    #expect(file.labels == expected["shd.h5"]?.labels)
    for index in file.labels.indices {
      let recording = try file.recording(index, sensor: nil)
      let events = try #require(expected["shd.h5/\(index)"]?.events)
      #expect(recording.events == DataFixtures.events(events), "\(index)")
      #expect(recording.width == 700 && recording.height == 1)
    }
    let data = try Recordings.load(
      DataFixtures.path("shd.h5"), split: .test, shape: [35],
      binning: EventBinning(steps: 10, step: .microseconds(100_000)))
    #expect(data.sampleShape == [10, 35] && data.labels == file.labels)
    let total = try #require(data.rawBytes()).reduce(0) { $0 + Int($1) }
    let wanted = try file.labels.indices.reduce(0) { sum, index in
      let recording = try file.recording(index, sensor: nil)
      let start = recording.events[0].microseconds
      return sum + recording.events.count { $0.microseconds - start < 1_000_000 }
    }
    #expect(total == wanted)
    #expect(data.findings.map(\.code) == ["data.events-merged"])
  }

  @Test("a folder has a file for each split")
  func splits() throws {
    let folder = try TemporaryFolder()
    let bytes = try DataFixtures.bytes("shd.h5")
    _ = try folder.write(bytes, "shd_train.h5")
    #expect(SHDFile.path(folder.path, split: .train) == "\(folder.path)/shd_train.h5")
    #expect(SHDFile.path(folder.path, split: .test) == nil)
    _ = try folder.write(bytes, "shd_test.h5")
    #expect(SHDFile.path(folder.path, split: .test) != nil)
    _ = try folder.write(bytes, "shd_test2.h5")
    #expect(SHDFile.path(folder.path, split: .test) == nil)
  }

  @Test(
    "every form of samples gives the numbers that were written",
    arguments: ["pcm8", "pcm16", "pcm24", "pcm32", "real32", "real64"])
  func samples(_ form: String) throws {
    let expected = try #require(DataFixtures.expected()["\(form).wav"])
    let sound = try WAVFile(DataFixtures.bytes("\(form).wav"))
    #expect(sound.rate == expected.rate && sound.samples.count == 900)
    let wanted = try #require(expected.samples)
    for (index, value) in wanted.enumerated() {
      #expect(abs(sound.samples[30 * index] - value) < 1e-12, "\(form) \(index)")
    }
  }

  @Test("levels are those of numpy's transform, but for one where a power is at the edge")
  func levels() throws {
    let expected = try #require(DataFixtures.expected()["pcm16.wav"]?.levels)
    let sound = try WAVFile(DataFixtures.bytes("pcm16.wav"))
    let levels = FilterBank(rate: sound.rate, hop: 10_000, bandCount: 20)
      .levels(sound.samples, steps: 14)
    #expect(levels.count == expected.count && levels.count == 280)
    var others = 0
    for (found, wanted) in zip(levels, expected) {
      #expect(abs(Int(found) - wanted) <= 1)
      others += Int(found) == wanted ? 0 : 1
    }
    #expect(others <= 2, "\(others)")
    // The sound ends after 112.5 ms.
    #expect(levels.suffix(40).allSatisfy { $0 == 0 } && Set(levels).count > 60)
  }

  @Test("a sine of full scale in the middle of a band has the level 255, silence 0")
  func scale() {
    #expect(FilterBank.level(0) == 0 && FilterBank.level(1) == 255)
    #expect(FilterBank.level(1e-8) == 0 && FilterBank.level(1e-4) == 127)
    let transform = FourierTransform(atLeast: 100)
    #expect(transform.count == 128)
    let tone = (0..<128).map { cos(2 * .pi * 5 * Double($0) / 128) }
    let power = transform.power(tone)
    for (bin, value) in power.enumerated() {
      #expect(abs(value - (bin == 5 ? 4096 : 0)) < 1e-6, "\(bin)")
    }
  }

  @Test("sounds fill the bands of a network, and a note says how")
  func sounds() throws {
    let folder = try TemporaryFolder()
    for name in ["0/a.wav", "1/b.wav"] {
      _ = try folder.file(name, DataFixtures.bytes("pcm16.wav"))
    }
    let binning = EventBinning(steps: 14, step: .microseconds(10_000))
    let data = try Recordings.load(folder.path, split: .test, shape: [20], binning: binning)
    #expect(data.sampleShape == [14, 20] && data.labels == [0, 1])
    #expect(data.findings.contains { $0.message.contains("our rendering") })
    for (shape, step): ([Int]?, EventBinning.Step) in [
      (nil, .microseconds(10)), ([2, 3], .microseconds(10)), ([20], .events(5)),
    ] {
      let error = #expect(throws: DataError.self) {
        try Recordings.load(
          folder.path, split: .test, shape: shape, binning: EventBinning(steps: 2, step: step))
      }
      #expect([.shapeMismatch, .unsupported].contains(error?.code))
    }
  }

  @Test(
    "recorded digits are read and are not silent",
    .enabled(if: SharedTestData.folder != nil, "\(SharedTestData.advice)"))
  func digits() throws {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: SharedTestData.path("fsdd-a/recordings")
    ).filter { $0.hasSuffix(".wav") }.sorted()
    #expect(names.count == 1000)
    for name in names {
      let path = SharedTestData.path("fsdd-a/recordings/\(name)")
      let sound = try WAVFile([UInt8](Data(contentsOf: URL(filePath: path))))
      #expect(sound.rate == 8000)
      let levels = FilterBank(rate: sound.rate, hop: 20_000, bandCount: 16)
        .levels(sound.samples, steps: 20)
      #expect(levels.max() ?? 0 > 100, "\(name)")
    }
  }
}
