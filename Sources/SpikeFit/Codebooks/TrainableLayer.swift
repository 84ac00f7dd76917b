import SpikeCompute
import SpikeGraph

/// Values with the moments of their optimiser.
struct TrainableValues: Sendable {
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
struct TrainableLayer: Sendable {
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
  /// Real biases, if the projection has them.
  var bias: TrainableValues?
  /// Weights as the network uses them, in real units.
  var quantised: [Float]
  /// Codebook index of each weight.
  var indices: [UInt8]

  /// Rows of the weight: output channels.
  var rows: Int { shape[0] }
  /// Elements of a row.
  var columns: Int { shape[0] == 0 ? 0 : latent.values.count / shape[0] }
  /// Real weight of latent 1 in each row.
  var rowScales: [Float] { channelScales.map { $0 * scale } }

  init(site: ProjectionSite, weight: Tensor, bias: Tensor?, unit: Float?, hasChannelScales: Bool) {
    self.site = site
    shape = weight.shape
    let values = weight.floats()
    let count = max(1, values.count)
    let mean = Float((FitKernels.sumOfSquares(values) / Double(count)).squareRoot())
    scale = unit ?? (mean > 0 ? mean : 1)
    let length = values.count / max(1, weight.shape[0])
    if hasChannelScales {
      let scale = scale
      channelScales = (0..<weight.shape[0]).map { row in
        let part = Array(values[row * length..<(row + 1) * length])
        let own = Float((FitKernels.sumOfSquares(part) / Double(max(1, length))).squareRoot())
        return own > 0 ? own / scale : 1
      }
    } else {
      channelScales = Array(repeating: 1, count: weight.shape[0])
    }
    latent = TrainableValues(values)
    self.bias = bias.map { TrainableValues($0.floats()) }
    quantised = values
    indices = Array(repeating: 0, count: values.count)
    let scales = rowScales
    for index in values.indices { latent.values[index] /= scales[index / max(1, length)] }
  }

  /// Replaces the latent weights of some rows by codebook values.
  mutating func quantise(
    rows: Range<Int>, middles: [Float], values: [Float], counts: inout [Int32]
  ) {
    FitKernels.quantise(
      latent.values, range: elements(of: rows), columns: columns, scales: rowScales[rows],
      middles: middles, values: values, into: &quantised, indices: &indices, counts: &counts)
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
