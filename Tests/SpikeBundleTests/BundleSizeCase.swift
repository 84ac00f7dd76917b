import SpikeBundle
import SpikeBytes

/// One row of Benchmarks/bundle-sizes.csv: a bundle of seeded random weights, written with all its
/// headers.
struct BundleSizeCase {
  /// How the weights that are not 0 are drawn.
  enum Values: String {
    /// All alike.
    case uniform
    /// Bell-shaped: binomial, as quantised weights of a trained network are.
    case bell
  }

  var entries: Int
  /// Share of zeros, or nil for a codebook without 0.
  var zeroShare: Double?
  var values: Values
  /// Weights of each layer.
  var layers: [Int]

  static let header = "layers,weights,M,zeros,values,file_bytes,index_bytes,entropy_bytes,ratio"

  /// Every number of entries with every share of zeros and size, then networks of several layers.
  static let all: [BundleSizeCase] = {
    var cases: [BundleSizeCase] = []
    for size in [12_000, 200_000, 2_000_000] {
      for entries in [2, 3, 4, 8, 16, 256] {
        for zeroShare in [nil, 0.5, 0.7, 0.9, 0.95, 0.99] as [Double?] {
          let values: Values = zeroShare == nil ? .bell : .uniform
          cases.append(
            BundleSizeCase(
              entries: entries, zeroShare: zeroShare, values: values, layers: [size]))
        }
      }
    }
    // The weights of LeNet-5, of a small VGG and of many small layers.
    let networks = [
      [150, 2_400, 48_000, 10_080, 840], [1_728, 36_864, 73_728, 147_456, 294_912, 589_824, 5_120],
      Array(repeating: 400, count: 40),
    ]
    for layers in networks {
      for entries in [2, 4, 16] {
        for zeroShare in [nil, 0.5, 0.9] as [Double?] {
          cases.append(
            BundleSizeCase(entries: entries, zeroShare: zeroShare, values: .bell, layers: layers))
        }
      }
    }
    return cases
  }()

  var weightCount: Int { layers.reduce(0, +) }

  /// A chain of populations of one neuron for each weight: the shapes do not matter for sizes.
  var bundle: Bundle {
    var random = SplitMix64(seed: UInt64(1_000 * entries + layers.count))
    let zero = entries / 2
    let shift = zeroShare == nil ? Int32(1) : Int32(-zero)
    var bundle = SampleBundles.smallest
    bundle.codebooks = [
      Codebook(
        entries: (0..<entries).map { Int32($0) + shift }, zeroIsAbsent: zeroShare != nil, scale: 1)
    ]
    bundle.input.shape = [layers[0]]
    bundle.populations = []
    bundle.projections = []
    for (layer, count) in layers.enumerated() {
      // Every layer reads the input line by line: [1, n] for the first, [n, 1] behind it.
      let isFirst = layer == 0
      bundle.populations.append(
        Population(
          name: "p\(layer)", shape: [isFirst ? 1 : count], model: "IF", reset: .bySubtraction,
          spikesAboveOnly: false, thresholds: [9], biases: []))
      bundle.projections.append(
        Projection(
          name: "w\(layer)", sources: [isFirst ? .input : .population(0)], target: layer,
          kind: .dense, weightShape: isFirst ? [1, count] : [count, 1], codebooks: [0],
          indices: (0..<count).map { _ in index(zero, &random) }))
    }
    bundle.readout = .mostSpikes
    return bundle
  }

  private func index(_ zero: Int, _ random: inout SplitMix64) -> UInt8 {
    if let zeroShare, random.uniform() < zeroShare { return UInt8(zero) }
    var place: Int
    switch values {
    case .uniform: place = random.integer(below: entries - (zeroShare == nil ? 0 : 1))
    case .bell:
      let most = entries - (zeroShare == nil ? 1 : 2)
      place = random.next(bits: most)
    }
    if zeroShare != nil, place >= zero { place += 1 }
    return UInt8(place)
  }

  /// The row of this case.
  func row() throws -> String {
    let bytes = try BundleFile.encode(bundle)
    let sizes = try BundleFile.sizes(bytes, name: "memory")
    let zeros = zeroShare.map { "\($0)" } ?? "none"
    return [
      "\(layers.count)", "\(weightCount)", "\(entries)", zeros, values.rawValue,
      "\(sizes.byteCount)", "\(sizes.indexByteCount)",
      Self.decimal(sizes.entropyBits / 8, places: 1),
      sizes.entropyRatio.map { Self.decimal($0, places: 4) } ?? "",
    ].joined(separator: ",")
  }

  /// Rounded half up, without the C library.
  private static func decimal(_ value: Double, places: Int) -> String {
    let unit = (0..<places).reduce(1) { product, _ in product * 10 }
    let scaled = Int((value * Double(unit)).rounded())
    let fraction = String(scaled % unit)
    return "\(scaled / unit)." + String(repeating: "0", count: places - fraction.count) + fraction
  }
}

extension SplitMix64 {
  /// Number of ones among `bits` random bits: binomial.
  fileprivate mutating func next(bits: Int) -> Int {
    var rest = bits
    var ones = 0
    while rest > 0 {
      let word = next()
      let count = min(64, rest)
      ones += (count == 64 ? word : word & (1 << UInt64(count) - 1)).nonzeroBitCount
      rest -= count
    }
    return ones
  }
}
