import SpikeBundle
import SpikeDiagnostics
import SpikeGraph

/// Collects the codebooks of a bundle; equal ones are stored once.
struct CodebookTable {
  private(set) var codebooks: [Codebook] = []
  private var positions: [Codebook: Int] = [:]

  /// Positions of the codebooks of a weight and the index of each of its values.
  ///
  /// A weight without a codebook of its own gets one of the values that occur.
  /// - Throws: `export.weight-not-in-codebook`, `export.codebook-too-large`, `export.not-fitted`.
  mutating func encode(
    _ values: [Int32], channels: Int, codebook: WeightCodebook?, at place: Location
  ) throws(ExportError) -> (codebooks: [Int], indices: [UInt8]) {
    let lists = codebook?.entries ?? [Array(Set(values))]
    let hasFreeZero = codebook?.hasFreeZero ?? false
    guard lists.count == 1 || lists.count == channels, hasFreeZero || !lists.contains([]) else {
      throw IntegerConstant.notFitted(
        "There are \(lists.count) codebooks for \(channels) output channels; one, or one for each "
          + "channel, none of them empty, are allowed.", at: place)
    }
    var result: [Int] = []
    var indices: [UInt8] = []
    indices.reserveCapacity(values.count)
    let perList = values.count / lists.count
    for (position, list) in lists.enumerated() {
      var entries = Set(list)
      if hasFreeZero { entries.insert(0) }
      guard entries.count <= 256 else {
        throw ExportError(
          .codebookTooLarge,
          "The codebook has \(entries.count) entries; an index of 8 bits can name 256.", at: place,
          fix: "run sfconv fit with --unique-weights 256 or less (255 with a free zero)")
      }
      let book = Codebook(
        entries: entries.sorted(), zeroIsAbsent: hasFreeZero, scale: codebook?.scale ?? 1)
      result.append(add(book))
      var lookup: [Int32: UInt8] = [:]
      for (index, entry) in book.entries.enumerated() { lookup[entry] = UInt8(index) }
      // Weights repeat; the dictionary is asked once for each run of equal ones.
      var last: (value: Int32, index: UInt8)?
      for index in position * perList..<(position + 1) * perList {
        let value = values[index]
        if let last, last.value == value {
          indices.append(last.index)
          continue
        }
        guard let found = lookup[value] else {
          throw ExportError(
            .weightNotInCodebook,
            "The weight number \(index) is \(value), which is not among the "
              + "\(book.entries.count) entries of its codebook "
              + "(\(book.entries[0])…\(book.entries[book.entries.count - 1])).", at: place,
            fix: "run sfconv fit again; the model was changed after fitting")
        }
        indices.append(found)
        last = (value, found)
      }
    }
    return (Set(result).count == 1 ? [result[0]] : result, indices)
  }

  private mutating func add(_ book: Codebook) -> Int {
    if let position = positions[book] { return position }
    codebooks.append(book)
    positions[book] = codebooks.count - 1
    return codebooks.count - 1
  }
}
