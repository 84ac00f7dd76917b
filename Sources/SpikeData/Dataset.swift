public import SpikeDiagnostics

/// Labelled samples of one shape, in memory, as their file stored them.
///
/// Subsets share the memory of the whole: a data set is a list of rows over common samples.
public struct Dataset: Sendable {
  /// The raw samples, one after the other, each in C, H, W order.
  public enum Samples: Sendable {
    /// Bytes 0…255, as images are stored.
    case bytes([UInt8])
    /// Numbers of any range.
    case floats([Float])

    /// Number of elements.
    var count: Int {
      switch self {
      case .bytes(let values): values.count
      case .floats(let values): values.count
      }
    }
  }

  /// Name for people, for example `fashion-mnist (test)`.
  public let name: String
  /// Shape of one sample without the batch axis, for example `[1, 28, 28]`.
  public let sampleShape: [Int]
  /// One more than the largest label of the file it came from.
  public let classCount: Int
  /// Label of each sample, in `0..<classCount`.
  public let labels: [Int]
  /// What was done to the data on the way in, for people: notes.
  public private(set) var findings: [Finding] = []
  let samples: Samples
  /// Index into ``samples`` for each sample of this set.
  let rows: [Int]

  /// Number of samples.
  public var count: Int { labels.count }
  /// Elements of one sample.
  public var sampleSize: Int { sampleShape.reduce(1, *) }
  /// Number of channels: the first axis of a sample.
  public var channelCount: Int { sampleShape.first ?? 1 }
  /// Whether the samples are bytes, so that they can be reduced to graded spikes of few bits.
  public var isBytes: Bool { if case .bytes = samples { true } else { false } }

  /// Makes a data set from raw samples.
  ///
  /// - Throws: `data.empty`, `data.count-mismatch` (samples against labels), `data.shape-mismatch`,
  ///   `data.label-out-of-range` (a negative label, or one above 65,535).
  public init(
    name: String, sampleShape: [Int], samples: Samples, labels: [Int]
  ) throws(DataError) {
    guard !labels.isEmpty else {
      throw DataError(
        .empty, "The data set '\(name)' has no samples.", fix: "give at least one sample")
    }
    let size = sampleShape.reduce(1, *)
    guard size > 0, sampleShape.allSatisfy({ $0 > 0 }) else {
      throw DataError(.shapeMismatch, "Samples of shape \(sampleShape) have no elements.")
    }
    guard samples.count == size * labels.count else {
      throw DataError(
        .countMismatch, "\(samples.count / size) samples stand against \(labels.count) labels.",
        fix: "make the number of samples and labels equal")
    }
    try Dataset.check(labels, below: 1 << 16)
    self.name = name
    self.sampleShape = sampleShape
    self.samples = samples
    self.labels = labels
    rows = Array(labels.indices)
    classCount = (labels.max() ?? 0) + 1
  }

  /// The first `count` samples, or all where there are fewer.
  public func prefix(_ count: Int) -> Dataset {
    subset(Array(0..<min(max(0, count), self.count)))
  }

  /// `count` samples drawn without replacement, the same for the same seed.
  ///
  /// - Complexity: O(samples).
  public func calibration(_ count: Int, seed: UInt64) -> Dataset {
    subset(Array(EpochOrder(count: self.count, seed: seed, epoch: 0).indices.prefix(max(0, count))))
  }

  /// `count` samples of all classes, drawn by a seed without replacement, in the order of the whole;
  /// all of them where there are fewer.
  ///
  /// Every class has its share of the whole, rounded by largest remainders, and at least one sample
  /// where `count` allows that.
  /// - Complexity: O(samples · log samples).
  public func drawn(_ count: Int, seed: UInt64) -> Dataset {
    guard count < self.count else { return self }
    var members = [[Int]](repeating: [], count: classCount)
    for (index, label) in labels.enumerated() { members[label].append(index) }
    let quotas = Dataset.quotas(members.map(\.count), total: max(0, count))
    var chosen: [Int] = []
    for (label, indices) in members.enumerated() {
      // Streams of their own: those from 0 on are epochs.
      let order = EpochOrder(count: indices.count, seed: seed, epoch: -1_000 - label).indices
      chosen += order.prefix(quotas[label]).map { indices[$0] }
    }
    return subset(chosen.sorted())
  }

  /// `total` split in proportion to `sizes`, none above its size.
  private static func quotas(_ sizes: [Int], total: Int) -> [Int] {
    let all = max(1, sizes.reduce(0, +))
    var quotas = sizes.map { $0 * total / all }
    let order = sizes.indices.sorted {
      (sizes[$1] * total % all, $0) < (sizes[$0] * total % all, $1)
    }
    for label in order.prefix(total - quotas.reduce(0, +)) { quotas[label] += 1 }
    guard total >= sizes.count(where: { $0 > 0 }) else { return quotas }
    for label in sizes.indices where sizes[label] > 0 && quotas[label] == 0 {
      guard let richest = quotas.indices.max(by: { quotas[$0] < quotas[$1] }) else { break }
      quotas[richest] -= 1
      quotas[label] = 1
    }
    return quotas
  }

  /// The samples at `indices`, in that order.
  public func subset(_ indices: [Int]) -> Dataset {
    Dataset(self, labels: indices.map { labels[$0] }, rows: indices.map { rows[$0] })
  }

  /// Proves that every label has an output of a network.
  /// - Throws: `data.label-out-of-range`.
  public func checkLabels(outputs: Int) throws(DataError) {
    try Dataset.check(labels, below: outputs)
  }

  /// The same samples with notes about them.
  func noting(_ findings: [Finding]) -> Dataset {
    var copy = self
    copy.findings += findings
    return copy
  }

  /// The same samples with other labels, one for each.
  public func relabelled(_ labels: [Int]) -> Dataset {
    precondition(labels.count == count, "\(labels.count) labels for \(count) samples")
    return Dataset(self, labels: labels, rows: rows)
  }

  init(_ whole: Dataset, shape: [Int]) {
    self.init(whole, labels: whole.labels, rows: whole.rows, shape: shape)
  }

  private init(_ whole: Dataset, labels: [Int], rows: [Int], shape: [Int]? = nil) {
    name = whole.name
    sampleShape = shape ?? whole.sampleShape
    classCount = whole.classCount
    findings = whole.findings
    samples = whole.samples
    self.labels = labels
    self.rows = rows
  }

  private static func check(_ labels: [Int], below bound: Int) throws(DataError) {
    if let index = labels.firstIndex(where: { $0 < 0 || $0 >= bound }) {
      throw DataError(
        .labelOutOfRange,
        "Sample \(index) has label \(labels[index]); allowed are 0…\(bound - 1).",
        fix: "number the classes from 0, one for each output of the network")
    }
  }
}
