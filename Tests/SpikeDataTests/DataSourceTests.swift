import SpikeBytes
import SpikeData
import SpikeDiagnostics
import Testing

@Suite("Reading labelled data")
struct DataSourceTests {
  private func load(
    _ path: String, _ split: DataSplit = .train, shape: [Int]? = nil
  ) throws(DataError) -> Dataset {
    try DataSource.load(path, split: split, inputShape: shape, folder: nil)
  }

  @Test(".npz files give x in C, H, W order and y", arguments: [false, true])
  func npz(isDeflated: Bool) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(isDeflated ? NPZSamples.deflated : NPZSamples.stored, "a.npz")
    let data = try load(path)
    #expect(data.count == 3)
    #expect(data.sampleShape == [2, 4, 5])
    #expect(data.labels == [2, 0, 1])
    #expect(data.classCount == 3)
    #expect(data.isBytes)
    let values = data.encoded(scale: [1], offset: [0], bits: nil)
    #expect(values == (0..<120).map { Float($0 % 251) })
  }

  @Test("x_test and y_test are the test split, whatever their type and byte order")
  func npzTestSplit() throws {
    let folder = try TemporaryFolder()
    let data = try load(try folder.write(NPZSamples.deflated, "a.npz"), .test)
    #expect(data.count == 1)
    #expect(!data.isBytes)
    #expect(data.labels == [2])
    #expect(
      data.encoded(scale: [2], offset: [1], bits: nil) == (0..<40).map { 2 * Float($0) + 1 })
  }

  @Test("a folder of IDX files is read, gzipped or not")
  func idxFolder() throws {
    let folder = try TemporaryFolder()
    let pixels = (0..<24).map { UInt8($0 * 10) }
    _ = try folder.write(idx([2, 3, 4], pixels), "train-images-idx3-ubyte")
    _ = try folder.write(idx([2], [7, 1]), "train-labels.idx1-ubyte")
    let data = try load(folder.path, shape: [1, 3, 4])
    #expect(data.labels == [7, 1])
    #expect(data.classCount == 8)
    #expect(data.encoded(scale: [1], offset: [0], bits: nil) == pixels.map { Float($0) })
    let error = try #require(throws: DataError.self) { try load(folder.path, .test) }
    #expect(error.code == .notFound)
    #expect(error.message.contains("t10k-images-idx3-ubyte"))
  }

  @Test("Fashion-MNIST is found where Debian installs it, or where the variable points")
  func fashion() throws {
    let place = "/usr/share/datasets/fashion-mnist"
    let folder = try TemporaryFolder()
    guard let installed = try? load(place, .test) else {
      let error = try #require(throws: DataError.self) { try load("fashion-mnist", .test) }
      #expect(error.code == .notFound)
      #expect(error.fix?.contains("apt-get install dataset-fashion-mnist") == true)
      return
    }
    #expect(installed.count == 10_000)
    #expect(installed.sampleShape == [1, 28, 28])
    #expect(Array(installed.labels.prefix(5)) == [9, 2, 1, 1, 6])
    let named = try load("fashion-mnist", .test)
    #expect(named.name == "fashion-mnist (test)")
    #expect(named.labels == installed.labels)
    // The variable wins over the package.
    _ = try folder.write(idx([1, 1, 1], [5]), "t10k-images-idx3-ubyte")
    _ = try folder.write(idx([1], [3]), "t10k-labels-idx1-ubyte")
    let own = try DataSource.load(
      "fashion-mnist", split: .test, inputShape: nil, folder: folder.path)
    #expect(own.labels == [3])
  }

  @Test("an unknown name is refused with the nearest known one")
  func unknownName() throws {
    let error = try #require(throws: DataError.self) { try load("fashon-mnist") }
    #expect(error.code == .notFound)
    #expect(error.category == .missingInput)
    #expect(error.fix?.contains("'fashion-mnist'") == true)
  }

  @Test(
    "damaged IDX files end in an error that names the damage",
    arguments: [
      ([UInt8](), DataErrorCode.badMagic),
      ([1, 2, 3, 4, 5, 6], .badMagic),
      (idx([2, 2, 2], [1, 2, 3]), .truncated),
      (idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9]), .truncated),
      ([0, 0, 8, 3, 0, 0], .truncated),
      (idx([0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], []), .truncated),
      (idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8], type: 13), .unsupported),
      (idx([2], [1, 2]), .shapeMismatch),
      (idx([3, 1, 1], [1, 2, 3]), .countMismatch),
      (idx([0, 2, 2], []), .countMismatch),
      ([0x1F, 0x8B, 8, 0, 0, 0], .truncated),
      ([0x1F, 0x8B, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0], .corrupt),
    ])
  func hostileIDX(bytes: [UInt8], code: DataErrorCode) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(bytes, "train-images-idx3-ubyte.gz")
    _ = try folder.write(idx([2], [0, 1]), "train-labels-idx1-ubyte")
    let error = try #require(throws: DataError.self) { try load(folder.path) }
    #expect(error.code == code)
    #expect(error.location.file != nil)
    #expect(error.category == .badData)
  }

  @Test("samples of another shape are refused with both shapes; axes of size 1 are free")
  func shapes() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(NPZSamples.stored, "a.npz")
    #expect(try load(path, shape: [40]).sampleShape == [40])
    #expect(try load(path, shape: [2, 4, 5]).sampleShape == [2, 4, 5])
    let error = try #require(throws: DataError.self) { try load(path, shape: [5, 2, 4]) }
    #expect(error.code == .shapeMismatch)
    #expect(error.message.contains("[2, 4, 5]") && error.message.contains("[5, 2, 4]"))
    #expect(error.fix?.contains("channels first") == true)
    #expect(throws: DataError.self) { try load(path, shape: [1, 28, 28]) }
  }

  @Test("a file that is no archive is refused as such")
  func notAnArchive() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("GIF89a".utf8), "a.npz")
    let error = try #require(throws: DataError.self) { try load(path) }
    #expect(error.code == .badMagic)
    #expect(error.fix?.contains("numpy.savez") == true)
  }

  @Test("no mutation of an .npz file does more than throw", arguments: [false, true])
  func mutations(isDeflated: Bool) throws {
    let folder = try TemporaryFolder()
    let original = isDeflated ? NPZSamples.deflated : NPZSamples.stored
    var draws = SplitMix64(seed: isDeflated ? 11 : 7)
    var refused = 0
    for round in 0..<1000 {
      var bytes = original
      for _ in 0...draws.integer(below: 3) {
        bytes[draws.integer(below: bytes.count)] = UInt8(truncatingIfNeeded: draws.next())
      }
      if round % 5 == 0 { bytes.removeLast(draws.integer(below: bytes.count)) }
      let path = try folder.write(bytes, "m.npz")
      do throws(DataError) {
        let data = try load(path)
        #expect(
          data.encoded(scale: [1], offset: [0], bits: nil).count == data.count * data.sampleSize)
      } catch {
        refused += 1
        #expect(error.location.file == path, "seed 7/11, round \(round)")
      }
    }
    #expect(refused > 100)
  }
}
