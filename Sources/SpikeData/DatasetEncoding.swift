public import SpikeDiagnostics

extension Dataset {
  /// Proves that an encoding fits these samples; call once before ``fillBatch(_:scale:offset:bits:into:)``.
  ///
  /// - Throws: `data.encoding-mismatch`: a scale or offset that is not one number or one for each
  ///   channel, bits outside 1…8, or bits on samples that are not bytes.
  public func checkEncoding(scale: [Float], offset: [Float], bits: Int?) throws(DataError) {
    for (role, values) in [("scale", scale), ("offset", offset)] {
      guard values.count == 1 || values.count == channelCount else {
        throw DataError(
          .encodingMismatch,
          "The input \(role) has \(values.count) numbers; allowed are 1 or \(channelCount), one "
            + "for each channel of \(sampleShape).",
          fix: "give one number, or one for each channel")
      }
    }
    guard let bits else { return }
    guard (1...8).contains(bits) else {
      throw DataError(
        .encodingMismatch, "The input has \(bits) bits; allowed are 1…8.", fix: "use 1 to 8 bits")
    }
    guard isBytes else {
      throw DataError(
        .encodingMismatch,
        "The model takes bytes reduced to \(bits) bits; the data set '\(name)' holds floats.",
        fix: "store x as uint8, 0…255")
    }
  }

  /// Writes encoded samples to `batch`, one after the other, in C, H, W order:
  /// x = scale · raw + offset, where raw is first shifted right to `bits` bits if those are set.
  ///
  /// `batch` is resized to `indices.count * sampleSize`. The encoding must have passed
  /// ``checkEncoding(scale:offset:bits:)``.
  /// - Complexity: O(elements).
  public func fillBatch(
    _ indices: some Collection<Int>, scale: [Float], offset: [Float], bits: Int?,
    into batch: inout [Float]
  ) {
    let channels = channelCount
    precondition(scale.count == 1 || scale.count == channels, "scale and channels differ")
    precondition(offset.count == 1 || offset.count == channels, "offset and channels differ")
    let size = sampleSize
    let area = size / channels
    if batch.count != indices.count * size {
      batch = [Float](repeating: 0, count: indices.count * size)
    }
    let isUniform = scale.count == 1 && offset.count == 1
    let runs = isUniform ? 1 : channels
    let runLength = isUniform ? size : area
    switch samples {
    case .bytes(let raw):
      let tables = (0..<runs).map { channel in
        (0..<256).map { value in
          let reduced = Float(bits.map { value >> (8 - $0) } ?? value)
          return scale[channel % scale.count] * reduced + offset[channel % offset.count]
        }
      }
      visit(indices, runs, runLength) { channel, source, target in
        let table = tables[channel]
        for index in 0..<runLength { batch[target + index] = table[Int(raw[source + index])] }
      }
    case .floats(let raw):
      precondition(bits == nil, "bits need bytes")
      visit(indices, runs, runLength) { channel, source, target in
        let factor = scale[channel % scale.count]
        let summand = offset[channel % offset.count]
        for index in 0..<runLength {
          batch[target + index] = factor * raw[source + index] + summand
        }
      }
    }
  }

  /// All samples encoded, for sets that are small.
  public func encoded(scale: [Float], offset: [Float], bits: Int?) -> [Float] {
    var batch: [Float] = []
    fillBatch(0..<count, scale: scale, offset: offset, bits: bits, into: &batch)
    return batch
  }

  /// Calls `body` with channel, first raw element and first batch element of every run.
  private func visit(
    _ indices: some Collection<Int>, _ runs: Int, _ runLength: Int,
    _ body: (_ channel: Int, _ source: Int, _ target: Int) -> Void
  ) {
    let size = sampleSize
    for (position, index) in indices.enumerated() {
      for run in 0..<runs {
        body(run, rows[index] * size + run * runLength, position * size + run * runLength)
      }
    }
  }
}
