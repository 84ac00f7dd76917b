import SpikeBytes
import SpikeContainers
import SpikeData
import SpikeDiagnostics
import SpikeTestSupport
import Testing

@Suite("Bad recordings, sounds and images")
struct HostileDataTests {
  /// Reads bytes as what the ending of a name says.
  private func read(_ name: String, _ bytes: [UInt8]) throws(DataError) {
    switch FileEnding.of(name) {
    case "wav":
      let sound = try WAVFile(bytes)
      _ = FilterBank(rate: sound.rate, hop: 10_000, bandCount: 4).levels(sound.samples, steps: 2)
    case "h5":
      let file = try SHDFile(bytes)
      for index in file.labels.indices.prefix(64) { _ = try file.recording(index, sensor: nil) }
      _ = try Dataset(
        name: name, sampleShape: [1], samples: .bytes(file.labels.map { _ in 0 }),
        labels: file.labels)
    case "png", "jpg", "jpeg": _ = try ImageFolder.image(bytes)
    default:
      let recording = try EventFormat.recording(bytes, ending: FileEnding.of(name), sensor: nil)
      _ = recording.frames(
        EventBinning(steps: 3, step: .microseconds(1000), frame: [1, 1, 1]))
    }
  }

  @Test("every crafted file gives the one error that it should, with a remedy")
  func crafted() throws {
    let codes = try DataFixtures.badCodes()
    #expect(codes.count >= 120)
    for (name, code) in codes.sorted(by: { $0.key < $1.key }) {
      let bytes = try DataFixtures.bytes("bad/\(name)")
      let error = #expect(throws: DataError.self, "\(name)") { try read(name, bytes) }
      #expect(error?.codeText == code, "\(name): \(error?.description ?? "")")
      #expect(error?.fix != nil, "\(name)")
    }
  }

  @Test(
    "2,000 damaged files of each reader end in an error or in data, never in a trap",
    arguments: [
      ["evt2.raw", "evt2-late.raw"], ["evt3.raw", "evt3-vectors.raw"], ["cd.dat"],
      ["dvs.es", "atis.es"], ["dvs128.aedat", "davis346.aedat"], ["cd31.aedat"],
      ["none.aedat4", "lz4.aedat4", "zstd.aedat4"], ["shd.h5"],
      ["pcm16.wav", "pcm24.wav", "real32.wav"], ["grey.png", "palette.png", "deep.png"],
      ["colour.jpg", "progressive.jpg"],
    ])
  func mutations(_ names: [String]) throws {
    let sources = try names.map(DataFixtures.bytes)
    var codes: [DataErrorCode: Int] = [:]
    for seed in 0..<2000 {
      var random = SeededGenerator(seed: UInt64(seed))
      let bytes = FileDamage.damaged(sources[seed % names.count], &random)
      do throws(DataError) {
        try read(names[seed % names.count], bytes)
      } catch {
        #expect(error.fix != nil, "seed \(seed): \(error)")
        #expect(error.category == .badData, "seed \(seed): \(error)")
        codes[error.code, default: 0] += 1
      }
    }
    let refused = codes.values.reduce(0, +)
    #expect(refused > 200, "\(names): \(refused) of 2000 were refused, \(codes)")
    #expect(codes.count >= 2, "\(names): \(codes)")
  }

  @Test("a frame that unpacks to more than allowed costs no more, and damaged ones are refused")
  func frames() throws {
    for (name, compression) in [("lz4.aedat4", FrameCompression.lz4), ("zstd.aedat4", .zstd)] {
      let file = try DataFixtures.bytes(name)
      let magic: [UInt8] = compression == .lz4 ? [4, 0x22, 0x4D, 0x18] : [0x28, 0xB5, 0x2F, 0xFD]
      let start = try #require(
        (0..<file.count - 4).first { file[$0..<$0 + 4].elementsEqual(magic) })
      let size = (1...4).reduce(0) { $0 << 8 | Int(file[start - $1]) }
      let frame = Array(file[start..<start + size])
      let whole = try compression.unpacked(frame, limit: 1 << 20)
      #expect(whole.count > 1_400)
      #expect(try compression.unpacked(frame, limit: whole.count) == whole)
      let large = #expect(throws: FrameError.self) {
        _ = try compression.unpacked(frame, limit: whole.count - 1)
      }
      #expect(large?.code == .tooLarge)
      for bad in [[], Array(frame.dropLast()), frame + [0], Array(frame.dropFirst())] {
        let error = #expect(throws: FrameError.self) {
          _ = try compression.unpacked(bad, limit: 1 << 20)
        }
        #expect(error?.code == .damaged, "\(name) \(bad.count) of \(frame.count)")
      }
    }
  }
}

/// Files with something wrong in them.
enum FileDamage {
  static func damaged(_ source: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = source
    for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
      // Half of the damage where headers are.
      let end = random.chance(1, in: 2) ? min(bytes.count, 256) : bytes.count
      let place = Int.random(in: 0..<end, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 2:
        let value: UInt8 = random.chance(1, in: 2) ? 0xFF : 0
        for offset in place..<min(place + 4, bytes.count) { bytes[offset] = value }
      case 3: bytes.removeLast(Int.random(in: 0...bytes.count / 2, using: &random))
      case 4: bytes.remove(at: place)
      default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      }
    }
    return bytes
  }
}
