import SpikeBundle

/// What integer 1 of a population becomes in a file.
///
/// Sums of integers below 2^24 are exact in float32 in any order of additions, and so are sums of
/// their products with one power of two; with any other scale they would round. So a scale that is
/// a power of two is applied, any other stays in the metadata.
enum NIRUnit {
  /// The population's scale where it is a power of two between 2^-32 and 2^32, else 1.
  static func of(_ population: Population) -> Double {
    let scale = Double(population.scale)
    guard scale.significand == 1, (-32...32).contains(scale.exponent), scale > 0 else { return 1 }
    return scale
  }
}
