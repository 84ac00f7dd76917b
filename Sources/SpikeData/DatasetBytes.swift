import SpikeBytes

extension Dataset {
  /// The raw bytes of all samples, one after the other in C, H, W order; nil where the data are
  /// numbers.
  /// - Complexity: O(elements); a copy.
  public func rawBytes() -> [UInt8]? {
    guard case .bytes(let bytes) = samples else { return nil }
    if rows == Array(rows.indices), bytes.count == rows.count * sampleSize { return bytes }
    return rows.flatMap { bytes[$0 * sampleSize..<($0 + 1) * sampleSize] }
  }
}

extension Dataset {
  /// Name, size, shape and checksums of samples and labels: data with another text are other data.
  /// - Complexity: O(elements).
  public var fingerprint: String {
    var samples: [UInt8] = []
    var values = ByteWriter()
    switch self.samples {
    case .bytes: samples = rawBytes() ?? []
    case .floats(let raw):
      for row in rows {
        for index in row * sampleSize..<(row + 1) * sampleSize { values.append(raw[index]) }
      }
      samples = values.bytes
    }
    var classes = ByteWriter()
    for label in labels { classes.append(UInt32(truncatingIfNeeded: label)) }
    return "\(name), \(count) of \(sampleShape), \(Checksum.crc32(samples))-"
      + "\(Checksum.crc32(classes.bytes))"
  }
}
