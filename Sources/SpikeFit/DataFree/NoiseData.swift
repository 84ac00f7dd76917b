import SpikeBytes
import SpikeData

/// Stand-ins for samples where there are none: smooth random fields of any contrast.
///
/// Networks see shapes, not white noise: neighbouring values are averaged twice, then every sample is
/// stretched to a range of its own. What is measured on them is a guess of what real samples would
/// give, and is called that.
enum NoiseData {
  static func make(shape: [Int], count: Int, seed: UInt64) throws(DataError) -> Dataset {
    let size = shape.reduce(1, *)
    let width = shape.count > 1 ? shape[shape.count - 1] : 1
    let height = shape.count > 2 ? shape[shape.count - 2] : 1
    var random = SplitMix64(seed: seed ^ 0x6E6F_6973_65)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size * count)
    for _ in 0..<count {
      var field = (0..<size).map { _ in random.uniform() }
      if shape.count > 1 {
        for _ in 0..<2 {
          field = blurred(field, stride: 1, length: width)
          if shape.count > 2 { field = blurred(field, stride: width, length: height) }
        }
      }
      let low = field.min() ?? 0
      let span = max(1e-9, (field.max() ?? 1) - low)
      let floor = random.uniform() * 0.5
      let ceiling = 0.5 + random.uniform() * 0.5
      for value in field {
        // Dark backgrounds are common: what lies below the floor is 0.
        let part = (value - low) / span
        bytes.append(UInt8(255 * max(0, min(1, (part - floor) / (ceiling - floor)))))
      }
    }
    return try Dataset(
      name: "noise", sampleShape: shape, samples: .bytes(bytes),
      labels: Array(repeating: 0, count: count))
  }

  /// Mean of three neighbours along one axis, borders repeated.
  private static func blurred(_ field: [Double], stride: Int, length: Int) -> [Double] {
    field.indices.map { index in
      let place = index / stride % length
      let before = place > 0 ? field[index - stride] : field[index]
      let after = place + 1 < length ? field[index + stride] : field[index]
      return (before + field[index] + after) / 3
    }
  }
}
