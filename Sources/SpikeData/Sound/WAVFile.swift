import SpikeDiagnostics

/// A sound in a RIFF WAVE file (`.wav`), its channels averaged.
///
/// Chunks of four letters and a 32-bit size, little-endian; `fmt ` says the form, `data` holds the
/// samples (Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0"; the
/// extensible form of 2001). Read are PCM of 8 (unsigned), 16, 24 and 32 bits, and IEEE 754 numbers of
/// 32 and 64 bits.
package struct WAVFile: Hashable {
  /// Samples per second.
  package let rate: Int
  /// Samples in -1…1, of all channels averaged.
  package let samples: [Double]

  /// Samples of a sound, after averaging.
  private static let sampleLimit = 1 << 26

  /// Reads the bytes of a file.
  /// - Throws: `data.bad-magic`, `data.truncated`, `data.corrupt`, `data.unsupported`,
  ///   `data.too-large`, `data.empty`.
  /// - Complexity: O(bytes).
  package init(_ bytes: [UInt8]) throws(DataError) {
    guard bytes.count >= 12, bytes.begin(with: "RIFF"), bytes[8..<12].elementsEqual("WAVE".utf8)
    else {
      throw DataError(
        .badMagic, "This is not a WAVE file.", fix: "convert the sound to WAV with 16-bit PCM")
    }
    var form: Form?
    var place = 12
    while bytes.count - place >= 8 {
      let (start, size) = (place + 8, bytes.little32(place + 4))
      let name = bytes[place..<place + 4]
      guard size <= bytes.count - start else {
        throw DataError(
          .truncated, "A chunk of \(size) bytes; the file has \(bytes.count - start) more.",
          at: Location(byteOffset: place), fix: "get a fresh copy of the file")
      }
      if name.elementsEqual("fmt ".utf8) { form = try Form(bytes, start, size) }
      if name.elementsEqual("data".utf8) {
        guard let form else {
          throw DataError(
            .corrupt, "The samples come before their form.", at: Location(byteOffset: place),
            fix: "write the file again")
        }
        rate = form.rate
        samples = try form.samples(bytes, start, size)
        return
      }
      place = start + size + size % 2
    }
    throw DataError(
      .truncated, "The file has no samples.", fix: "get a fresh copy of the file")
  }

  /// How samples are stored.
  private struct Form {
    let rate: Int
    private let channels: Int
    private let bytesPerSample: Int
    private let isFloat: Bool

    init(_ bytes: [UInt8], _ start: Int, _ size: Int) throws(DataError) {
      guard size >= 16 else {
        throw DataError(
          .truncated, "The form has \(size) bytes instead of 16 or more.",
          at: Location(byteOffset: start), fix: "get a fresh copy of the file")
      }
      var kind = bytes.little16(start)
      // The extensible form has the kind at the start of a longer name.
      if kind == 0xFFFE, size >= 26 { kind = bytes.little16(start + 24) }
      channels = bytes.little16(start + 2)
      rate = bytes.little32(start + 4)
      let (block, bits) = (bytes.little16(start + 12), bytes.little16(start + 14))
      isFloat = kind == 3
      bytesPerSample = bits / 8
      guard
        (kind == 1 && [8, 16, 24, 32].contains(bits)) || (kind == 3 && [32, 64].contains(bits))
      else {
        throw DataError(
          .unsupported,
          "The samples have form \(kind) and \(bits) bits; read are PCM (1) of 8, 16, 24 and 32 bits "
            + "and real numbers (3) of 32 and 64.", at: Location(byteOffset: start),
          fix: "convert the sound to 16-bit PCM")
      }
      guard (1...64).contains(channels), (1_000...384_000).contains(rate),
        block == channels * bytesPerSample
      else {
        throw DataError(
          .corrupt,
          "The sound has \(channels) channels, \(rate) samples a second and blocks of \(block) "
            + "bytes; read are 1 to 64 channels and 1000 to 384000 samples a second.",
          at: Location(byteOffset: start), fix: "convert the sound to 16-bit PCM")
      }
    }

    func samples(_ bytes: [UInt8], _ start: Int, _ size: Int) throws(DataError) -> [Double] {
      let block = channels * bytesPerSample
      let count = size / block
      guard count > 0, size % block == 0 else {
        throw DataError(
          count == 0 ? .empty : .truncated,
          "There are \(size) bytes of samples; a block has \(block).",
          at: Location(byteOffset: start), fix: "get a fresh copy of the file")
      }
      guard count <= WAVFile.sampleLimit else {
        throw DataError(
          .tooLarge, "The sound has \(count) samples; read are up to \(WAVFile.sampleLimit).",
          fix: "cut the sound into shorter ones")
      }
      var samples: [Double] = []
      samples.reserveCapacity(count)
      for index in 0..<count {
        var sum = 0.0
        for channel in 0..<channels {
          sum += value(bytes, start + (index * channels + channel) * bytesPerSample)
        }
        guard sum.isFinite else {
          throw DataError(
            .corrupt, "Sample \(index) is no number.", at: Location(byteOffset: start),
            fix: "write the file again")
        }
        samples.append(sum / Double(channels))
      }
      return samples
    }

    private func value(_ bytes: [UInt8], _ place: Int) -> Double {
      switch (isFloat, bytesPerSample) {
      case (true, 4): Double(Float(bitPattern: UInt32(bytes.little32(place))))
      case (true, _):
        Double(
          bitPattern: UInt64(bytes.little32(place)) | UInt64(bytes.little32(place + 4)) << 32)
      case (false, 1): Double(Int(bytes[place]) - 128) / 128
      case (false, 2): Double(Int16(truncatingIfNeeded: bytes.little16(place))) / 0x1p15
      case (false, 3):
        Double(
          Int32(truncatingIfNeeded: (bytes.little16(place) | Int(bytes[place + 2]) << 16) << 8))
          / 0x1p31
      default: Double(Int32(truncatingIfNeeded: bytes.little32(place))) / 0x1p31
      }
    }
  }
}
