import SpikeCompute
import SpikeGraph

/// Values with the moments of their optimiser.
struct TrainableValues: Hashable, Sendable, Codable {
  var values: [Float]
  var first: [Float]
  var second: [Float]

  init(_ values: [Float]) {
    self.values = values
    first = values.map { _ in 0 }
    second = first
  }

  /// Only the elements at `indices`, moments included; what is left out is gone.
  mutating func keep(_ indices: [Int]) {
    values = indices.map { values[$0] }
    first = indices.map { first[$0] }
    second = indices.map { second[$0] }
  }
}

/// The weights and biases of one projection as the optimiser sees them.
///
/// Latent weights are stored in units of the layer (root mean square 1 at the start), so that one
/// learning rate suits every layer; the real weight of row j is `rowScales[j]` times that.
struct TrainableLayer: Sendable, Codable {
  typealias ChannelScales = CodebookOptions.ChannelScales

  /// Where it stands in the graph.
  var site: ProjectionSite
  /// Shape of the weight, `[O, I/g, …]`.
  var shape: Shape
  /// Latent weights, row-major.
  var latent: TrainableValues
  /// Real units of the whole layer: root mean square at the start.
  var scale: Float
  /// Free factor of each output channel, folded into its threshold and bias; all 1 where the
  /// target has one threshold for the population.
  var channelScales: [Float]
  /// Moments of the optimiser for the logarithms of ``channelScales``; nil where these are not
  /// learned.
  var channelMoments: TrainableValues?
  /// Sum of squared gradients of each latent weight since the start; empty where nobody asks.
  var squares: [Float] = []
  /// Real biases, if the projection has them.
  var bias: TrainableValues?
  /// Weights as the network uses them, in real units.
  var quantised: [Float]
  /// Codebook index of each weight.
  var indices: [UInt8]
  /// Synapses that are gone for good; empty for none.
  var mask: [Bool] = []

  /// Rows of the weight: output channels.
  var rows: Int { shape[0] }
  /// Elements of a row.
  var columns: Int { shape[0] == 0 ? 0 : latent.values.count / shape[0] }
  /// Real weight of latent 1 in each row.
  var rowScales: [Float] { channelScales.map { $0 * scale } }

  init(
    site: ProjectionSite, weight: Tensor, bias: Tensor?, channelScales choice: ChannelScales,
    addsSquares: Bool
  ) {
    self.site = site
    shape = weight.shape
    let values = weight.floats()
    let count = max(1, values.count)
    let mean = Float((FitKernels.sumOfSquares(values) / Double(count)).squareRoot())
    scale = mean > 0 ? mean : 1
    let length = values.count / max(1, weight.shape[0])
    if choice != .off {
      let scale = scale
      channelScales = (0..<weight.shape[0]).map { row in
        let part = Array(values[row * length..<(row + 1) * length])
        let own = Float((FitKernels.sumOfSquares(part) / Double(max(1, length))).squareRoot())
        return own > 0 ? own / scale : 1
      }
    } else {
      channelScales = Array(repeating: 1, count: weight.shape[0])
    }
    if choice == .learned { channelMoments = TrainableValues(channelScales.map { _ in 0 }) }
    if addsSquares { squares = values.map { _ in 0 } }
    latent = TrainableValues(values)
    self.bias = bias.map { TrainableValues($0.floats()) }
    quantised = values
    indices = Array(repeating: 0, count: values.count)
    let scales = rowScales
    for index in values.indices { latent.values[index] /= scales[index / max(1, length)] }
  }

  /// Replaces the latent weights of some rows by codebook values: the nearest ones, those of given
  /// indices, or mixtures of all.
  mutating func quantise(
    rows: Range<Int>, by book: Codebook, values: [Float], temperature: Float?,
    counts: inout [Int32]
  ) {
    let part = FitRows(rows, columns: columns)
    let scales = Array(rowScales[rows])
    if book.keepsOrder {
      FitKernels.lookUp(
        indices, in: part, scales: scales, values: values, into: &quantised, counts: &counts)
      return
    }
    FitKernels.quantise(
      latent.values, range: elements(of: rows), columns: columns, scales: scales[...],
      middles: book.boundaries, values: values, into: &quantised, indices: &indices,
      counts: &counts)
    guard let temperature else { return }
    FitKernels.softQuantise(
      latent.values, in: part, scales: scales, values: values, temperature: temperature,
      into: &quantised)
  }

  /// Rounds the latent weights to multiples of a step.
  mutating func snap(step: Float, limits: ClosedRange<Int>) {
    FitKernels.snap(
      latent.values, columns: columns, scales: rowScales, step: step,
      limits: Float(limits.lowerBound)...Float(limits.upperBound), into: &quantised)
  }

  /// Uses the latent weights as they are.
  mutating func release() {
    let scales = rowScales
    let columns = max(1, columns)
    for index in quantised.indices {
      quantised[index] = latent.values[index] * scales[index / columns]
    }
  }

  /// One Adam step of the latent weights.
  mutating func learn(_ gradient: [Float], _ step: FitKernels.AdamStep) {
    FitKernels.adam(
      &latent.values, gradient: gradient, first: &latent.first, second: &latent.second, step: step)
    applyMask()
  }

  /// Keeps masked weights at 0, without momentum.
  mutating func applyMask() {
    for index in mask.indices where mask[index] {
      latent.values[index] = 0
      latent.first[index] = 0
      latent.second[index] = 0
    }
  }

  /// One Adam step of the logarithms of the channels' factors: dL/dlog r is the sum of gradient
  /// times weight over the channel.
  ///
  /// - Parameter limits: Where the factors must stay, so that thresholds keep in range.
  mutating func learnChannelScales(
    _ gradient: [Float], _ step: FitKernels.AdamStep, limits: ClosedRange<Float>
  ) {
    guard var moments = channelMoments else { return }
    channelMoments = nil
    let products = FitKernels.rowProducts(gradient, quantised, rows: rows, columns: columns)
    // The optimiser's own values are steps of this update; a product keeps factors positive.
    moments.values = moments.values.map { _ in 0 }
    FitKernels.adam(
      &moments.values, gradient: products, first: &moments.first, second: &moments.second,
      step: step)
    for (row, change) in moments.values.enumerated() {
      let factor = channelScales[row] * (1 + change + change * change / 2)
      channelScales[row] = max(limits.lowerBound, min(limits.upperBound, factor))
    }
    channelMoments = moments
  }

  /// Adds the squared gradients of the latent weights to their sums.
  mutating func addSquares(_ gradient: [Float]) {
    FitKernels.addSquares(gradient, columns: columns, scales: rowScales, into: &squares)
  }

  /// Pulls latent weights of some rows towards their values.
  mutating func commit(rows: Range<Int>, values: [Float], rate: Float) {
    let padded = values + Array(repeating: 0, count: 256 - values.count)
    let mean = FitKernels.magnitudes(latent.second, in: FitRows(0..<self.rows, columns: columns))
    let average = Float(mean.sum / Double(max(1, latent.second.count)))
    FitKernels.commit(
      &latent.values, indices: indices, in: FitRows(rows, columns: columns), values: padded,
      importance: average > 0 ? latent.second : nil, rate: average > 0 ? rate / average : rate)
  }

  /// Only some output channels, with everything that belongs to them; what is left out is gone.
  mutating func keepRows(_ kept: [Int]) {
    keepElements(kept.flatMap { Array($0 * columns..<($0 + 1) * columns) })
    channelScales = kept.map { channelScales[$0] }
    channelMoments?.keep(kept)
    bias?.keep(kept)
    shape.dimensions[0] = kept.count
  }

  /// Only some weights; what is left out is gone.
  mutating func keepElements(_ elements: [Int]) {
    latent.keep(elements)
    quantised = elements.map { quantised[$0] }
    indices = elements.map { indices[$0] }
    if !squares.isEmpty { squares = elements.map { squares[$0] } }
    if !mask.isEmpty { mask = elements.map { mask[$0] } }
  }

  /// One Adam step of the biases, which are real numbers in units of the threshold.
  mutating func learnBias(_ gradient: [Float], _ step: FitKernels.AdamStep) {
    guard var values = bias else { return }
    bias = nil
    FitKernels.adam(
      &values.values, gradient: gradient, first: &values.first, second: &values.second, step: step)
    bias = values
  }

  /// Positions of the weights of some rows.
  func elements(of rows: Range<Int>) -> Range<Int> {
    rows.lowerBound * columns..<rows.upperBound * columns
  }
}
