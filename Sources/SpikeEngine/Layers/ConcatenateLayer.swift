import SpikeCompute
import SpikeGraph

/// Values joined along an axis. In memory that is blocks of each input in turn.
struct ConcatenatePlan: LayerPlan {
  /// Blocks of one sample in one step, the same number for every input.
  var blocks: Int
  /// Length of the blocks of each input.
  var widths: [Int]

  /// Joins values of these shapes along a graph axis.
  init(inputs: [Shape], axis: Int) {
    // Channels-last: graph axis 0 is the innermost one in memory.
    let first = inputs.first ?? []
    let order = first.rank < 2 ? Array(0..<first.rank) : Array(1..<first.rank) + [0]
    let place = order.firstIndex(of: axis) ?? 0
    blocks = order[..<place].reduce(1) { $0 * first[$1] }
    widths = inputs.map { shape in order[place...].reduce(1) { $0 * shape[$1] } }
  }

  func needs(_ extent: LayerExtent) -> LayerNeeds { LayerNeeds() }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    ConcatenateLayer(plan: self, memory: memory)
  }
}

private final class ConcatenateLayer: Layer {
  private let memory: LayerMemory
  private let rows: Int
  private let width: Int
  /// A whole block of an input, and where the block of an input lies in that of the output.
  private let blocks: [MovementMap]
  private let places: [MovementMap]
  private let offsets: [Int]

  init(plan: ConcatenatePlan, memory: LayerMemory) {
    self.memory = memory
    let width = plan.widths.reduce(0, +)
    self.width = width
    rows = memory.output.count / max(width, 1)
    var offsets: [Int] = []
    var next = 0
    for size in plan.widths {
      offsets.append(next)
      next += size
    }
    self.offsets = offsets
    blocks = plan.widths.map { MovementMap([0], block: $0, sourceBlocks: 1) }
    let unit = plan.widths.reduce(0, ConcatenateLayer.commonDivisor)
    places = zip(offsets, plan.widths).map { offset, size in
      MovementMap(
        Array(offset / unit..<(offset + size) / unit), block: unit, sourceBlocks: width / unit)
    }
  }

  func forward() {
    for (input, (block, offset)) in zip(memory.inputs, zip(blocks, offsets)) {
      Kernels.gather(
        block, rows: rows, from: input, into: memory.output, offset: offset, rowLength: width)
    }
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient else { return }
    for (target, place) in zip(memory.inputGradients, places) {
      guard let target else { continue }
      Kernels.gather(place, rows: rows, from: gradient, into: target)
    }
  }

  private static func commonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }
}
