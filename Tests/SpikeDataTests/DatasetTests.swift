import SpikeData
import SpikeDiagnostics
import Testing

@Suite("Data sets, batches and orders")
struct DatasetTests {
  private func bytes(_ shape: [Int], count: Int) throws -> Dataset {
    let size = shape.reduce(1, *)
    return try Dataset(
      name: "d", sampleShape: shape,
      samples: .bytes((0..<count * size).map { UInt8($0 * 37 % 256) }),
      labels: (0..<count).map { $0 % 4 })
  }

  @Test("a batch is scale · raw + offset per channel, with raw shifted to the bits asked for")
  func encoding() throws {
    let data = try bytes([2, 2, 3], count: 5)
    let scale: [Float] = [0.5, 2]
    let offset: [Float] = [-1, 0.25]
    for bits in [nil, 1, 4, 8] {
      var batch: [Float] = [9]
      data.fillBatch([4, 1], scale: scale, offset: offset, bits: bits, into: &batch)
      let expected = [4, 1].flatMap { sample in
        (0..<12).map { index in
          let raw = (sample * 12 + index) * 37 % 256
          let reduced = Float(bits.map { raw >> (8 - $0) } ?? raw)
          return scale[index / 6] * reduced + offset[index / 6]
        }
      }
      #expect(batch == expected)
    }
  }

  @Test("an encoding that does not fit the samples is refused before a batch is made")
  func wrongEncoding() throws {
    let data = try bytes([2, 2, 3], count: 1)
    let floats = try Dataset(
      name: "f", sampleShape: [2], samples: .floats([1, 2]), labels: [0])
    #expect(throws: Never.self) { try data.checkEncoding(scale: [1], offset: [0, 0], bits: 4) }
    for (data, scale, bits) in [
      (data, [1, 1, 1], nil), (data, [], nil), (data, [1], 9), (data, [1], 0), (floats, [1], 4),
    ] as [(Dataset, [Float], Int?)] {
      let error = try #require(throws: DataError.self) {
        try data.checkEncoding(scale: scale, offset: [0], bits: bits)
      }
      #expect(error.code == .encodingMismatch)
    }
  }

  @Test("subsets keep samples and labels together")
  func subsets() throws {
    let data = try bytes([3], count: 10)
    let part = data.subset([7, 2, 7]).subset([1, 2])
    #expect(part.labels == [2, 3])
    #expect(
      part.encoded(scale: [1], offset: [0], bits: nil)
        == [6, 7, 8, 21, 22, 23].map { Float($0 * 37 % 256) })
    #expect(data.prefix(4).count == 4)
    #expect(data.prefix(99).count == 10)
    let drawn = data.calibration(6, seed: 5)
    #expect(drawn.labels == data.calibration(6, seed: 5).labels)
    #expect(drawn.count == 6)
    #expect(drawn.classCount == data.classCount)
  }

  @Test("a draw has its share of every class, in the order of the whole, by the seed")
  func draws() throws {
    // 60 samples of class 0, 30 of 1, 9 of 2, 1 of 4; sorted, so that the first ones are of one class.
    let labels = [(0, 60), (1, 30), (2, 9), (4, 1)].flatMap { label, count in
      Array(repeating: label, count: count)
    }
    let data = try Dataset(
      name: "d", sampleShape: [1], samples: .bytes((0..<100).map { UInt8($0) }), labels: labels)
    func counts(_ part: Dataset) -> [Int] {
      (0..<5).map { label in part.labels.count { $0 == label } }
    }
    #expect(counts(data.drawn(50, seed: 1)) == [29, 15, 5, 0, 1])
    #expect(counts(data.drawn(10, seed: 1)) == [5, 3, 1, 0, 1])
    #expect(counts(data.drawn(4, seed: 1)) == [1, 1, 1, 0, 1])
    #expect(data.drawn(3, seed: 1).count == 3)
    #expect(data.drawn(100, seed: 1).labels == labels)
    #expect(data.drawn(999, seed: 1).count == 100)
    let raw = data.drawn(50, seed: 1).rawBytes() ?? []
    #expect(raw == raw.sorted() && Set(raw).count == 50)
    #expect(raw == data.drawn(50, seed: 1).rawBytes())
    #expect(raw != data.drawn(50, seed: 2).rawBytes())
  }

  @Test("counts and labels that contradict each other are refused")
  func contradictions() throws {
    func code(_ samples: Dataset.Samples, _ shape: [Int], _ labels: [Int]) -> DataErrorCode? {
      do throws(DataError) {
        _ = try Dataset(name: "d", sampleShape: shape, samples: samples, labels: labels)
        return nil
      } catch { return error.code }
    }
    #expect(code(.bytes([1, 2, 3]), [2], [0]) == .countMismatch)
    #expect(code(.bytes([]), [2], []) == .empty)
    #expect(code(.bytes([]), [0], [0]) == .shapeMismatch)
    #expect(code(.floats([1]), [1], [-1]) == .labelOutOfRange)
    #expect(code(.floats([1]), [1], [70_000]) == .labelOutOfRange)
    #expect(code(.floats([1]), [1], [3]) == nil)
    let data = try bytes([1], count: 4)
    #expect(throws: Never.self) { try data.checkLabels(outputs: 4) }
    let error = try #require(throws: DataError.self) { try data.checkLabels(outputs: 3) }
    #expect(error.message.contains("label 3") && error.message.contains("0…2"))
  }

  @Test(
    "an epoch visits every sample once, in an order of its own", arguments: [0, 1, 2, 63, 1000])
  func epochOrder(count: Int) {
    let first = EpochOrder(count: count, seed: 3, epoch: 0)
    let second = EpochOrder(count: count, seed: 3, epoch: 1)
    #expect(first.indices.sorted() == Array(0..<count))
    #expect(first.indices == EpochOrder(count: count, seed: 3, epoch: 0).indices)
    if count > 10 {
      #expect(first.indices != second.indices)
      #expect(first.indices != EpochOrder(count: count, seed: 4, epoch: 0).indices)
    }
    #expect(first.batches(of: 7).flatMap { Array($0) } == first.indices)
    #expect(first.batches(of: 7).allSatisfy { $0.count <= 7 })
  }

  @Test("cutout blanks one square of every image and leaves shifts and flips as they were")
  func cutout() {
    let shape = [2, 9, 9]
    let indices = Array(0..<40)
    let start = [Float](repeating: 1, count: indices.count * 162)
    var batch = start
    Augmentation(cutout: 4, seed: 3, fill: [-1]).apply(
      to: &batch, indices: indices, sampleShape: shape, epoch: 2)
    var areas: Set<Int> = []
    for image in indices {
      let planes = (0..<2).map { Array(batch[image * 162 + $0 * 81..<image * 162 + $0 * 81 + 81]) }
      #expect(planes[0] == planes[1], "all channels of a place are blanked")
      let blank = planes[0].indices.filter { planes[0][$0] == -1 }
      let (rows, columns) = (Set(blank.map { $0 / 9 }), Set(blank.map { $0 % 9 }))
      #expect(blank.count == rows.count * columns.count, "a rectangle")
      #expect((2...4).contains(rows.count) && (2...4).contains(columns.count))
      areas.insert(blank.count)
    }
    #expect(areas.contains(16) && areas.count > 1, "whole squares, and ones cut by the border")

    let ramp = (0..<indices.count * 162).map { Float($0) }
    var (plain, both) = (ramp, ramp)
    Augmentation(shift: 2, flips: true, seed: 3, fill: [-1]).apply(
      to: &plain, indices: indices, sampleShape: shape, epoch: 2)
    Augmentation(shift: 2, flips: true, cutout: 3, seed: 3, fill: [-1]).apply(
      to: &both, indices: indices, sampleShape: shape, epoch: 2)
    #expect(zip(plain, both).allSatisfy { $0 == $1 || $1 == -1 })
    #expect(plain != both)
  }

  @Test("augmentation moves whole images and fills with the background")
  func augmentation() {
    let shape = [2, 5, 6]
    let indices = Array(100..<140)
    let image = (1...60).map { Float($0) }
    let original = indices.flatMap { _ in image }
    let fill: [Float] = [-1, -2]
    let step = Augmentation(shift: 2, flips: true, seed: 9, fill: fill)
    var batch = original
    step.apply(to: &batch, indices: indices, sampleShape: shape, epoch: 3)
    var seen: Set<String> = []
    for (position, sample) in indices.enumerated() {
      let result = Array(batch[position * 60..<(position + 1) * 60])
      // The oracle tries all 50 possible outcomes.
      var matches: [String] = []
      for down in -2...2 {
        for right in -2...2 {
          for isMirrored in [false, true] {
            let expected = (0..<60).map { index -> Float in
              let (channel, row, column) = (index / 30, index / 6 % 5 - down, index % 6 - right)
              guard (0..<5).contains(row), (0..<6).contains(column) else { return fill[channel] }
              return image[(channel * 5 + row) * 6 + (isMirrored ? 5 - column : column)]
            }
            if expected == result { matches.append("\(down) \(right) \(isMirrored)") }
          }
        }
      }
      #expect(matches.count == 1, "sample \(sample)")
      seen.formUnion(matches)
      // Alone or in a batch, a sample changes in the same way.
      var alone = image
      step.apply(to: &alone, indices: [sample], sampleShape: shape, epoch: 3)
      #expect(alone == result)
    }
    #expect(seen.count > 15)
    var next = original
    step.apply(to: &next, indices: indices, sampleShape: shape, epoch: 4)
    #expect(next != batch)
    var untouched = original
    Augmentation(seed: 1).apply(to: &untouched, indices: indices, sampleShape: shape, epoch: 0)
    #expect(untouched == original)
  }
}
