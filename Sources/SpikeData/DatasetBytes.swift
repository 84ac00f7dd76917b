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
