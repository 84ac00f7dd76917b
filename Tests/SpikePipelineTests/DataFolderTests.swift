import Foundation
import SpikeBytes
import SpikeData
import SpikeDiagnostics
import SpikePipeline
import SpikeTestSupport
import Testing

@Suite("Folders of images and recordings, the whole way", .serialized)
struct DataFolderTests {
  @Test("a folder of PNG images is converted, fitted and measured as the same images in an .npz")
  func images() throws {
    try WholeWayTests.inFolder { folder in
      // Training images of digits as an archive gives them, written out one by one.
      let source = FixtureLocation.path("onnx/digits/digits.npz")
      for (split, count) in [(DataSplit.train, 200), (.test, 100)] {
        let data = try DataSource.load(source, split: split, inputShape: [1, 8, 8]).prefix(count)
        let bytes = try #require(data.rawBytes())
        for (index, label) in data.labels.enumerated() {
          // The order of the files' names is that of the archive.
          let place = "\(folder)/png/\(split.rawValue)/\(label)"
          try AtomicFile.makeDirectory(place)
          try AtomicFile.write(
            PNGWriter.grey(Array(bytes[index * 64..<(index + 1) * 64]), width: 8, height: 8),
            to: "\(place)/\(1000 + index).png")
        }
      }
      let requests = [
        DataRequest(source: "\(folder)/png"),
        DataRequest(source: "\(folder)/digits.npz"),
      ]
      try FileManager.default.copyItem(atPath: source, toPath: "\(folder)/digits.npz")
      _ = try WholeWayTests.pipeline.importModel(
        ImportRequest(
          input: FixtureLocation.path("onnx/digits/conv.onnx"), output: "\(folder)/model.sfm"))
      var spiking = "\(folder)/model.sfm"
      var found: [String] = []
      for (index, request) in requests.enumerated() {
        // The archive has more images: the first 100 of the test split are those of the folder.
        var data = request
        data.testLimit = 100
        let output = "\(folder)/\(index).csv"
        var evaluation = EvaluateRequest(input: "\(folder)/model.sfm", data: data)
        evaluation.predictions = output
        _ = try WholeWayTests.pipeline.evaluate(evaluation)
        found.append(try String(contentsOfFile: output, encoding: .utf8))
        if index == 0 {
          _ = try WholeWayTests.pipeline.convert(
            ConvertRequest(
              input: "\(folder)/model.sfm", output: "\(folder)/spiking.sfm", data: data))
          spiking = "\(folder)/spiking.sfm"
        }
      }
      #expect(found[0] == found[1])
      #expect(found[0].split(separator: "\n").count == 101)
      var settings = FitSettings(target: "loihi2")
      settings.epochs = 1
      settings.batch = 20
      let outcome = try WholeWayTests.pipeline.fit(
        FitRequest(
          input: spiking, output: "\(folder)/fitted.sfm", data: requests[0], settings: settings))
      #expect(outcome.isClean)
      let bundled = try WholeWayTests.pipeline.export(
        ExportRequest(
          input: "\(folder)/fitted.sfm", output: "\(folder)/model.sfb", target: "loihi2"))
      #expect(bundled.isClean)
      // A bundle takes a folder of images, too.
      let measured = try WholeWayTests.pipeline.evaluate(
        EvaluateRequest(input: "\(folder)/model.sfb", data: requests[0]))
      #expect(WholeWayTests.member(measured.summary, "samples") == .integer(100))
    }
  }

  @Test("the same recordings in another format give the same predictions and spikes")
  func events() throws {
    try WholeWayTests.inFolder { folder in
      var random = SeededGenerator(seed: 11)
      for index in 0..<12 {
        let (split, label) = (index % 2 == 0 ? "Train" : "Test", index % 3)
        let events = (0..<400).map { number in
          EventRecording.Event(
            x: Int.random(in: 0..<34, using: &random), y: Int.random(in: 0..<34, using: &random),
            isOn: random.chance(1, in: 2), microseconds: 100 * number + 7)
        }
        for (format, ending) in [("nmnist", "bin"), ("dat", "dat")] {
          let place = "\(folder)/\(format)/\(split)/\(label)"
          try AtomicFile.makeDirectory(place)
          try AtomicFile.write(
            ending == "bin" ? RecordingWriter.nmnist(events) : RecordingWriter.dat(events),
            to: "\(place)/\(100 + index).\(ending)")
        }
      }
      var importing = ImportRequest(
        input: FixtureLocation.path("nir/cnn.nir"), output: "\(folder)/cnn.sfm")
      importing.nir.timeStep = 0.004
      importing.timeSteps = 8
      importing.inputBits = 3
      _ = try WholeWayTests.pipeline.importModel(importing)
      for (step, count): (Int, Int?) in [(5_000, nil), (1_000, 50)] {
        var outcomes: [Outcome] = []
        for format in ["nmnist", "dat"] {
          var data = DataRequest(source: "\(folder)/\(format)")
          data.eventStep = step
          data.eventCount = count
          var request = EvaluateRequest(input: "\(folder)/cnn.sfm", data: data)
          request.predictions = "\(folder)/\(format).csv"
          outcomes.append(try WholeWayTests.pipeline.evaluate(request))
        }
        #expect(outcomes[0].text == outcomes[1].text)
        #expect(outcomes[0].summary == outcomes[1].summary)
        #expect(outcomes[0].findings.contains { $0.code == "data.events-merged" })
        let files = try ["nmnist", "dat"].map {
          try String(contentsOfFile: "\(folder)/\($0).csv", encoding: .utf8)
        }
        #expect(files[0] == files[1] && files[0].split(separator: "\n").count == 7)
      }
    }
  }

  @Test(
    "the CNN of the NIR paper is fitted to DAT files as to the same recordings of N-MNIST",
    .enabled(if: SharedTestData.folder != nil, "\(SharedTestData.advice)"))
  func real() throws {
    try WholeWayTests.inFolder { folder in
      // The folder's name is part of a model's history.
      let sources = [SharedTestData.path("nmnist-a"), "\(folder)/nmnist-a"]
      try AtomicFile.makeDirectory(sources[1])
      let list = try String(contentsOfFile: "\(sources[0])/labels.tsv", encoding: .utf8)
      for line in list.split(separator: "\n") {
        guard let name = line.split(separator: "\t").first(where: { $0.hasSuffix(".bin") }) else {
          continue
        }
        let recording = try NMNISTFile.read(path: "\(sources[0])/\(name)")
        try Data(RecordingWriter.dat(recording.events)).write(
          to: URL(filePath: "\(sources[1])/\(name.dropLast(3))dat"))
      }
      try AtomicFile.write(
        text: list.replacingOccurrences(of: ".bin", with: ".dat"), to: "\(sources[1])/labels.tsv")
      var importing = ImportRequest(
        input: SharedTestData.path("nir-paper/02_cnn/cnn_sinabs.nir"), output: "\(folder)/cnn.sfm")
      importing.nir.readOut = "potential"
      importing.timeSteps = 10
      importing.inputBits = 3
      _ = try WholeWayTests.pipeline.importModel(importing)
      var settings = FitSettings(target: "loihi2")
      settings.epochs = 1
      settings.batch = 8
      var models: [Data] = []
      var texts: [String] = []
      for (index, source) in sources.enumerated() {
        var data = DataRequest(source: source, testLimit: 8, trainLimit: 16)
        data.eventStep = 30_000
        _ = try WholeWayTests.pipeline.fit(
          FitRequest(
            input: "\(folder)/cnn.sfm", output: "\(folder)/\(index).sfm", data: data,
            settings: settings))
        models.append(try Data(contentsOf: URL(filePath: "\(folder)/\(index).sfm")))
        texts.append(
          try WholeWayTests.pipeline.evaluate(
            EvaluateRequest(input: "\(folder)/\(index).sfm", data: data)
          ).text)
      }
      #expect(models[0] == models[1])
      #expect(texts[0] == texts[1])
    }
  }

  @Test("options of recordings that make no sense are refused")
  func options() throws {
    try WholeWayTests.inFolder { folder in
      try AtomicFile.makeDirectory("\(folder)/data/0")
      try AtomicFile.write(
        RecordingWriter.dat([.init(x: 1, y: 1, isOn: true, microseconds: 0)]),
        to: "\(folder)/data/0/a.dat")
      var importing = ImportRequest(
        input: FixtureLocation.path("nir/cnn.nir"), output: "\(folder)/cnn.sfm")
      importing.nir.timeStep = 0.004
      importing.timeSteps = 2
      _ = try WholeWayTests.pipeline.importModel(importing)
      for (count, size): (Int?, String?) in [(0, nil), (nil, "34"), (nil, "0x34")] {
        var data = DataRequest(source: "\(folder)/data")
        data.eventCount = count
        data.eventSize = size
        let error = #expect(throws: PipelineError.self) {
          _ = try WholeWayTests.pipeline.evaluate(
            EvaluateRequest(input: "\(folder)/cnn.sfm", data: data))
        }
        #expect(error?.code == .invalidOption && error?.fix != nil)
      }
    }
  }
}

/// Recordings byte by byte after their formats.
enum RecordingWriter {
  static func nmnist(_ events: [EventRecording.Event]) -> [UInt8] {
    events.flatMap { event in
      let word = (event.isOn ? 1 << 23 : 0) | event.microseconds
      return [UInt8(event.x), UInt8(event.y)]
        + [16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
    }
  }

  static func dat(_ events: [EventRecording.Event]) -> [UInt8] {
    Array("% Data file containing CD events\n% Version 2\n% Width 34\n% Height 34\n".utf8)
      + [12, 8]
      + events.flatMap { event in
        [event.microseconds, event.x | event.y << 14 | (event.isOn ? 1 << 28 : 0)].flatMap { word in
          (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
      }
  }
}

/// Grey images as PNG without compression.
enum PNGWriter {
  static func grey(_ pixels: [UInt8], width: Int, height: Int) -> [UInt8] {
    var rows: [UInt8] = []
    for row in 0..<height { rows += [0] + pixels[row * width..<(row + 1) * width] }
    var (low, high) = (1, 0)
    for byte in rows {
      low = (low + Int(byte)) % 65_521
      high = (high + low) % 65_521
    }
    // zlib: one stored block, then Adler-32.
    let stored: [UInt8] = [0x78, 1, 1] + little16(rows.count) + little16(~rows.count) + rows
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("IHDR", big32(width) + big32(height) + [8, 0, 0, 0, 0])
      + chunk("IDAT", stored + big32(high << 16 | low)) + chunk("IEND", [])
  }

  private static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
    let content = Array(name.utf8) + body
    return big32(body.count) + content + big32(Int(Checksum.crc32(content)))
  }

  private static func big32(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func little16(_ value: Int) -> [UInt8] {
    [0, 8].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
