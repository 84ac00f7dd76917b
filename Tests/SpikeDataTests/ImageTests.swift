import SpikeContainers
import SpikeData
import SpikeDiagnostics
import Testing

@Suite("Images")
struct ImageTests {
  static let files = [
    "grey.png", "colour.png", "alpha.png", "palette.png", "bilevel.png", "deep.png", "grey.jpg",
    "colour.jpg", "sampled.jpeg", "progressive.jpg",
  ]

  private func image(_ name: String) throws -> PixelImage {
    let bytes = try DataFixtures.bytes(name)
    return try PNGImage.recognises(bytes) ? PNGImage.image(bytes) : JPEGImage.image(bytes)
  }

  @Test("every form of image has the pixels that Pillow reads", arguments: files)
  func pixels(_ name: String) throws {
    let expected = try #require(DataFixtures.expected()[name])
    let image = try image(name)
    #expect([image.height, image.width, image.channels] == expected.shape)
    #expect(image.pixels == DataFixtures.pixels(try #require(expected.pixels)))
    #expect(image.hadAlpha == (name == "alpha.png") && image.wasDeep == (name == "deep.png"))
  }

  @Test("resizing is exact to one rounding of the fractions, up and down and both")
  func resize() throws {
    let expected = try DataFixtures.expected()
    let cases = expected.keys.filter { $0.contains("@") && !$0.hasSuffix("grey") }
    #expect(cases.count == 5)
    for name in cases {
      let parts = name.split(separator: "@")
      let size = try #require(SensorSize(parts[1]))
      let resized = try image(String(parts[0])).resized(width: size.width, height: size.height)
      #expect(resized.pixels == DataFixtures.pixels(expected[name]?.pixels ?? ""), "\(name)")
    }
    let grey = try image("colour.png").converted(channels: 1)
    #expect(grey.pixels == DataFixtures.pixels(expected["colour.png@grey"]?.pixels ?? ""))
    #expect(try image("grey.png").resized(width: 30, height: 23) == image("grey.png"))
  }

  @Test("a folder of images is a data set in the shape of the network's input, with notes")
  func folder() throws {
    let folder = try TemporaryFolder()
    for (place, name) in [
      ("Test/0/a.png", "grey.png"), ("Test/1/b.jpg", "colour.jpg"), ("Test/1/c.png", "alpha.png"),
    ] {
      _ = try folder.file(place, DataFixtures.bytes(name))
    }
    _ = try folder.file("Train/0/a.png", DataFixtures.bytes("deep.png"))
    let data = try DataSource.load(folder.path, split: .test, inputShape: [3, 8, 9])
    #expect(data.sampleShape == [3, 8, 9] && data.labels == [0, 1, 1] && data.isBytes)
    let colour = try image("colour.jpg").resized(width: 9, height: 8)
    let planes = (0..<3).flatMap { channel in (0..<72).map { colour.pixels[3 * $0 + channel] } }
    #expect(Array(try #require(data.rawBytes())[216..<432]) == planes)
    let note = try #require(data.findings.first { $0.code == "data.images-changed" }?.message)
    for words in ["all resized to 9 x 8 by the mean of areas", "1 repeated in 3", "1 freed of"] {
      #expect(note.contains(words), "\(note)")
    }
    let flat = try DataSource.load(folder.path, split: .train, inputShape: [690])
    #expect(flat.sampleShape == [690])
    #expect(flat.findings.contains { $0.message.contains("16 bits") })
    let own = try DataSource.load(folder.path, split: .train)
    #expect(own.sampleShape == [1, 23, 30])
    for shape in [[689], [2, 8, 8], [1, 0, 4], [1, 1, 1, 4]] {
      let error = #expect(throws: DataError.self) {
        _ = try DataSource.load(folder.path, split: .test, inputShape: shape)
      }
      #expect(error?.code == .shapeMismatch, "\(shape)")
    }
  }
}
