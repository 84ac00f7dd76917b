/// What the counted operations mean in energy; each figure with its source.
///
/// These are arithmetic and published per-operation figures, not measurements of this network:
/// memory, routing and idle power are outside the first three rows.
public struct EnergyReport: Hashable, Sendable {
  /// One way to price the operations.
  public struct Row: Hashable, Sendable {
    /// Name for people.
    public let name: String
    /// Picojoule per accumulate (a spike through a synapse).
    public let accumulate: Double
    /// Picojoule per multiply-accumulate (a graded input value through a synapse).
    public let multiplyAccumulate: Double
    /// Where the figures come from.
    public let source: String
    /// Nanojoule per inference.
    public let nanojoules: Double
  }

  /// Prices, the floating-point one first.
  public let rows: [Row]

  /// Prices mean operations per inference.
  /// - Parameters:
  ///   - accumulates: effective accumulates per inference.
  ///   - multiplyAccumulates: effective multiply-accumulates per inference.
  ///   - chip: the chip's published picojoule per synaptic operation with its source, if known; it
  ///     prices both kinds, since a chip's synaptic event covers either.
  public init(
    accumulates: Double, multiplyAccumulates: Double,
    chip: (name: String, picojoulesPerOperation: Double, source: String)? = nil
  ) {
    func row(_ name: String, _ add: Double, _ multiply: Double, _ source: String) -> Row {
      Row(
        name: name, accumulate: add, multiplyAccumulate: multiply, source: source,
        nanojoules: (accumulates * add + multiplyAccumulates * multiply) / 1000)
    }
    let horowitz = "M. Horowitz, ISSCC 2014, 45 nm at 0.9 V"
    var rows = [
      row("0.9 pJ per AC, 4.6 per MAC (float32)", 0.9, 4.6, horowitz),
      row(
        "0.1 pJ per AC, 3.2 per MAC (int32)", 0.1, 3.2,
        "\(horowitz): int32 add 0.1 pJ, int32 multiply 3.1 pJ"),
    ]
    if let chip {
      rows.append(
        row(
          "\(chip.name), published", chip.picojoulesPerOperation, chip.picojoulesPerOperation,
          chip.source))
    }
    self.rows = rows
  }
}
