import SpikeBytes

/// The neuron section: for each population its thresholds, biases and initial potentials, as zigzag
/// varints. How many there are is in the manifest.
enum NeuronSection {
  static func encode(_ populations: [Population]) -> [UInt8] {
    var writer = ByteWriter()
    for population in populations {
      for list in [population.thresholds, population.biases, population.initialPotentials] {
        for number in list { writer.append(varint: Varint.zigzag(Int64(number))) }
      }
    }
    return writer.bytes
  }

  /// Fills the lists of `populations`.
  /// - Throws: `bundle.truncated`, `bundle.invalid-value`, `bundle.invalid-structure`.
  static func decode(
    _ section: Section, counts: [Manifest.Population], into populations: inout [Population]
  ) throws(BundleError) {
    var cursor = SectionCursor(section)
    for index in populations.indices {
      populations[index].thresholds = try cursor.integers(Int(counts[index].thresholdCount))
      populations[index].biases = try cursor.integers(Int(counts[index].biasCount))
      populations[index].initialPotentials = try cursor.integers(
        Int(counts[index].initialPotentialCount))
    }
    try cursor.finish()
  }
}
