import Foundation
import SpikeBytes
import SpikeData
import SpikeDiagnostics
import SpikeTestSupport
import Testing

@Suite("Formats of recordings")
struct EventFormatTests {
  static let files = [
    "evt2.raw", "evt2-late.raw", "evt3.raw", "evt3-vectors.raw", "cd.dat", "dvs.es", "atis.es",
    "dvs128.aedat", "davis346.aedat", "cd31.aedat", "none.aedat4", "lz4.aedat4", "zstd.aedat4",
  ]

  @Test("every format gives the events that another reader finds in the file", arguments: files)
  func events(_ name: String) throws {
    let expected = try #require(DataFixtures.expected()[name])
    let recording = try EventFormat.read(path: DataFixtures.path(name))
    #expect(recording.events == DataFixtures.events(try #require(expected.events)))
    #expect(recording.width == expected.width && recording.height == expected.height)
    #expect(recording.events.count >= 60)
  }

  @Test("a size that the user gives serves files that say none, and is the sensor's of others")
  func sizes() throws {
    let bytes = try DataFixtures.bytes("cd.dat")
    let text = String(decoding: bytes.prefix(300), as: UTF8.self)
    let folder = try TemporaryFolder()
    let start = try #require(text.range(of: "% Width"))
    let end = try #require(text.range(of: "% Height 480\n"))
    let from = text.utf8.distance(from: text.startIndex, to: start.lowerBound)
    let to = text.utf8.distance(from: text.startIndex, to: end.upperBound)
    let path = try folder.write(Array(bytes[..<from] + bytes[to...]), "a.dat")
    let error = #expect(throws: DataError.self) { try EventFormat.read(path: path) }
    #expect(error?.code == .unsupported && error?.fix?.contains("--event-size") == true)
    let sized = try EventFormat.read(path: path, sensor: SensorSize("640x480"))
    #expect(sized == (try EventFormat.read(path: DataFixtures.path("cd.dat"))))
    let small = #expect(throws: DataError.self) {
      try EventFormat.read(path: path, sensor: SensorSize("100x480"))
    }
    #expect(small?.code == .corrupt)
    for text in ["", "640", "0x2", "640x", "x480", "640x480x2", "99999x1", "-3x4"] {
      #expect(SensorSize(text) == nil, "\(text)")
    }
    #expect(SensorSize("640 x 480")?.description == "640 x 480")
  }

  @Test("clocks of the Prophesee formats run over, and events before the first time are none")
  func overflow() throws {
    let folder = try TemporaryFolder()
    func words(_ values: [Int], _ size: Int) -> [UInt8] {
      values.flatMap { value in (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    }
    let header = Array("% evt 2.0\n% geometry 640x480\n".utf8)
    let high = 0xFFF_FFFF
    let evt2 = try folder.write(
      header + words([1 << 28, 8 << 28 | high, 63 << 22, 8 << 28, 5 << 22], 4), "a.raw")
    #expect(
      try EventFormat.read(path: evt2).events.map(\.microseconds) == [1 << 34 - 1, 1 << 34 + 5])
    let header3 = Array("% evt 3.0\n% geometry 640x480\n".utf8)
    let evt3 = try folder.write(
      header3
        + words(
          [0, 0x2001, 0x8FFF, 0x6FFF, 0x2001, 0x8FFF, 0x2002, 0x8000, 0x2003, 0x6007, 0x2004], 2),
      "b.raw")
    #expect(
      try EventFormat.read(path: evt3).events.map(\.microseconds)
        == [1 << 24 - 1, 1 << 24 - 1, 1 << 24, 1 << 24 + 7])
  }

  @Test("every ending belongs to a format, and a wrong one is refused by name")
  func endings() throws {
    let folder = try TemporaryFolder()
    for format in EventFormat.all { #expect(!format.endings.isEmpty, "\(format.name)") }
    let path = try folder.write(try DataFixtures.bytes("dvs.es"), "a.raw")
    let error = #expect(throws: DataError.self) { try EventFormat.read(path: path) }
    #expect(error?.code == .badMagic && error?.message.contains("EVT 3.0") == true)
    #expect(FileEnding.of("a/b.c/D.AEDAT4") == "aedat4")
    #expect(FileEnding.of("a.b/c") == "" && FileEnding.of(".raw") == "")
    let upper = try folder.write(try DataFixtures.bytes("dvs.es"), "B.ES")
    #expect(try EventFormat.read(path: upper).events.count == 200)
  }

  @Test(
    "a real recording of Prophesee gives the 521,252 events that expelliarmus finds",
    .enabled(if: SharedTestData.folder != nil, "\(SharedTestData.advice)"))
  func real() throws {
    let recording = try EventFormat.read(path: SharedTestData.path("events-faery/evt2.raw"))
    #expect(recording.events.count == 521_252)
    #expect(recording.width == 640 && recording.height == 480)
    #expect(
      recording.events.first == .init(x: 35, y: 443, isOn: true, microseconds: 913_716_224))
    #expect(
      recording.events.last == .init(x: 12, y: 471, isOn: false, microseconds: 913_812_095))
    var sums = [0, 0, 0, 0]
    for event in recording.events {
      sums[0] += event.microseconds
      sums[1] += event.x
      sums[2] += event.y
      sums[3] += event.isOn ? 1 : 0
    }
    // numpy: [int(e[k].astype(int).sum()) for k in "txyp"] of expelliarmus' array.
    #expect(sums == [476298094656969, 128979953, 216346680, 185861])
    let generic = #expect(throws: DataError.self) {
      try EventFormat.read(path: SharedTestData.path("events-faery/generic.es"))
    }
    #expect(generic?.code == .unsupported)
  }
}
