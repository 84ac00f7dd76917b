import SpikeCompute

/// y = W x + b on rows of `width` numbers.
struct LinearPlan: LayerPlan {
  var width: Int
  var outputs: Int
  /// Rows of one sample in one step: 1 for vectors.
  var rows: Int
  /// Whether the input may be spikes, or what pools make of them.
  var inputIsTemporal: Bool
  /// Slot of the weight, as ``weightMap(_:_:_:)`` orders it.
  var weight: Range<Int>
  var bias: Range<Int>?

  var isTrainable: Bool { true }

  func needs(_ extent: LayerExtent) -> LayerNeeds {
    var needs = LayerNeeds(backwardReadsInputs: extent.purpose == .training)
    guard let events = sparseKernel(extent.images * extent.steps * rows) else { return needs }
    let staging = StagedRows.count(width: width, outputs: outputs)
    needs.forwardScratch = events.forwardScratch + staging
    guard extent.isDifferentiated else { return needs }
    needs.backwardScratch = max(
      events.weightGradientScratch, events.dataGradientScratch + staging)
    return needs
  }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    let rows = memory.output.count / max(outputs, 1)
    let kernel = try MatmulKernel(rows: rows, inputs: width, outputs: outputs)
    return LinearLayer(plan: self, kernel: kernel, events: sparseKernel(rows), memory: memory)
  }

  /// The event-driven kernel, where the input may be sparse and is large enough to gain.
  private func sparseKernel(_ rows: Int) -> SparseMatmulKernel? {
    guard inputIsTemporal, width >= 16, outputs >= 16 else { return nil }
    return SparseMatmulKernel(rows: rows, inputs: width, outputs: outputs)
  }

  /// Order of the kernel's weights, `[I][O]`, as row-major indices of the graph's `[O, I]`.
  /// `order` gives, for each place of the input in memory, its index in the vector.
  static func weightMap(_ outputs: Int, _ width: Int, _ order: [Int32]?) -> [Int32] {
    var map: [Int32] = []
    map.reserveCapacity(outputs * width)
    for place in 0..<width {
      let column = order.map { Int($0[place]) } ?? place
      for output in 0..<outputs { map.append(Int32(output * width + column)) }
    }
    return map
  }
}

/// Dense or event-driven, for each pass and row as the density of its input asks for: a count, so
/// the choice depends on the data alone.
private final class LinearLayer: Layer {
  private let plan: LinearPlan
  private let kernel: MatmulKernel
  private let events: SparseMatmulKernel?
  private let memory: LayerMemory
  private let weight: FloatView
  private let bias: FloatView?
  private var transposed = DerivedWeights()
  private var staged: StagedRows

  init(
    plan: LinearPlan, kernel: MatmulKernel, events: SparseMatmulKernel?, memory: LayerMemory
  ) {
    self.plan = plan
    self.kernel = kernel
    self.events = events
    self.memory = memory
    weight = memory.parameters.slice(plan.weight)
    bias = plan.bias.map { memory.parameters.slice($0) }
    staged = StagedRows()
  }

  func forward() {
    let (input, output) = (memory.inputs[0], memory.output)
    if let events {
      let (scratch, staging) = split(memory.forwardScratch, events.forwardScratch)
      let isDone = events.forward(
        input, weight: weight, bias: bias, into: output, scratch: scratch,
        leftOver: { row in
          staged.add(row, of: input, width: plan.width, in: staging)
          if staged.isFull { multiplyStaged(staging, output, isTransposed: false) }
        })
      if isDone {
        multiplyStaged(staging, output, isTransposed: false)
        return
      }
    }
    kernel.forward(input, weight: weight, bias: bias, into: output)
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient else { return }
    if let parameters {
      backwardWeights(
        gradient, parameters.slice(plan.weight), plan.bias.map { parameters.slice($0) })
    }
    if let inputGradient = memory.inputGradients[0] { backwardData(gradient, inputGradient) }
  }

  private func backwardWeights(
    _ gradient: FloatView, _ weightGradient: FloatView, _ biasGradient: FloatView?
  ) {
    if let events,
      events.backwardWeights(
        memory.inputs[0], gradient, weightGradient: weightGradient, biasGradient: biasGradient,
        scratch: memory.backwardScratch)
    {
      return
    }
    kernel.backwardWeights(
      memory.inputs[0], gradient, weightGradient: weightGradient, biasGradient: biasGradient)
  }

  private func backwardData(_ gradient: FloatView, _ inputGradient: FloatView) {
    if let events {
      let (scratch, staging) = split(memory.backwardScratch, events.dataGradientScratch)
      let isDone = events.backwardData(
        gradient,
        transposed: {
          transposed.get(weight.count, memory.clock) { events.transpose(weight, into: $0) }
        }, into: inputGradient, scratch: scratch,
        leftOver: { row in
          staged.add(row, of: gradient, width: plan.outputs, in: staging)
          if staged.isFull { multiplyStaged(staging, inputGradient, isTransposed: true) }
        })
      if isDone {
        multiplyStaged(staging, inputGradient, isTransposed: true)
        return
      }
    }
    kernel.backwardData(gradient, weight: weight, into: inputGradient)
  }

  private func split(_ scratch: FloatView, _ count: Int) -> (FloatView, FloatView) {
    (
      scratch.slice(0..<count),
      scratch.slice(count..<count + StagedRows.count(width: plan.width, outputs: plan.outputs))
    )
  }

  private func multiplyStaged(_ staging: FloatView, _ result: FloatView, isTransposed: Bool) {
    if staged.rows.isEmpty { return }
    let (from, to) = isTransposed ? (plan.outputs, plan.width) : (plan.width, plan.outputs)
    let (x, y) = staged.views(staging, from, to)
    kernel.multiplyRows(
      x, weight: weight, isTransposed: isTransposed, bias: isTransposed ? nil : bias, into: y)
    staged.finish(y, width: to, into: result)
  }
}

/// Rows that are too dense for events, put together for the dense kernel.
private struct StagedRows {
  /// Rows that go together. Always so many, filled up with 0, so that a row's result does not
  /// depend on how many there are.
  private static let most = 16
  private(set) var rows: [Int] = []

  init() { rows.reserveCapacity(StagedRows.most) }

  /// Floats that they take up.
  static func count(width: Int, outputs: Int) -> Int { most * (width + outputs) }

  var isFull: Bool { rows.count == StagedRows.most }

  mutating func add(_ row: Int, of x: FloatView, width: Int, in staging: FloatView) {
    staging.slice(rows.count * width..<(rows.count + 1) * width).assign(
      from: x.slice(row * width..<(row + 1) * width))
    rows.append(row)
  }

  /// The rows, and room for their results.
  func views(_ staging: FloatView, _ width: Int, _ result: Int) -> (FloatView, FloatView) {
    let end = StagedRows.most * width
    staging.slice(rows.count * width..<end).fill(0)
    return (staging.slice(0..<end), staging.slice(end..<end + StagedRows.most * result))
  }

  /// Puts the results where they belong, and begins again.
  mutating func finish(_ y: FloatView, width: Int, into result: FloatView) {
    for (place, row) in rows.enumerated() {
      result.slice(row * width..<(row + 1) * width).assign(
        from: y.slice(place * width..<(place + 1) * width))
    }
    rows.removeAll(keepingCapacity: true)
  }
}
