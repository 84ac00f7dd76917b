/// A population and its synapses as one core of DYNAP-CNN computes them: one convolution with a square
/// kernel and the same border on both sides, then neurons.
///
/// A layer of any other kind becomes one where it can: a dense layer is a kernel over the whole input; a
/// kernel that is not square, is dilated or has unequal borders is put into a larger one, whose other taps
/// are 0; groups are written out. Memory is that of sinabs 3.1.3, `DynapcnnLayer.memory_summary`.
package struct SpeckLayer: Hashable, Sendable {
  /// Name of the population.
  package let name: String
  /// `[C, H, W]` behind the pool of the sources, and of the neurons.
  package let input: [Int], output: [Int]
  /// Side of the kernel.
  package let kernel: Int
  /// `[vertical, horizontal]`.
  package let strides: [Int], padding: [Int]
  /// Who sends to it; their spikes are added.
  package let sources: [Source]
  /// Side of the sum pool that its sources put in front of it; 1 is none.
  package let pool: Int
  /// Whether a bias is not 0.
  package let hasBiases: Bool
  /// Position of the projection in the bundle.
  package let projection: Int
  /// Where the projection's kernel begins in the square one, and the distance of its taps.
  let offset: [Int], dilations: [Int]
  let groups: Int

  /// Population `index` of a bundle that is whole.
  /// - Throws: what no core can compute.
  package init(_ index: Int, of bundle: Bundle) throws(SpeckProblem) {
    let population = bundle.populations[index]
    name = population.name
    func wrong(_ message: String, _ fix: String) -> SpeckProblem {
      SpeckProblem(kind: .wiring, message: message, node: population.name, fix: fix)
    }
    let incoming = bundle.projections.indices.filter { bundle.projections[$0].target == index }
    guard incoming.count == 1 else {
      throw wrong(
        "\(incoming.count) projections lead to these neurons; a core has one kernel.",
        "add the spikes of branches in front of one layer of synapses")
    }
    projection = incoming[0]
    let synapses = bundle.projections[incoming[0]]
    guard synapses.delay == 0 else {
      throw wrong(
        "Spikes are delayed by \(synapses.delay) steps; cores have no delays.", "remove them")
    }
    sources = synapses.sources
    guard Set(sources).count == sources.count else {
      throw wrong("A source sends twice to these neurons.", "scale its weights instead")
    }
    let window = synapses.pooling?.size ?? [1, 1]
    guard window.count == 2, window[0] == window[1] else {
      throw wrong("The pool \(window) is not square.", "pool both axes alike")
    }
    pool = window[0]
    guard pool == 1 || !sources.contains(.input) else {
      throw wrong(
        "The input is pooled; cores pool what they send, and the input comes from none.",
        "pool the data before the chip, or use a convolution with strides")
    }
    input = SpeckLayer.map(SynapseShape.source(of: synapses, in: bundle), behind: pool)
    let target = population.shape
    let geometry: (kernel: [Int], before: [Int], strides: [Int])
    switch synapses.kind {
    case .dense:
      guard target.dropFirst().allSatisfy({ $0 == 1 }) else {
        throw wrong("A dense layer makes the map \(target).", "let it make a vector")
      }
      geometry = (Array(input.dropFirst()), [0, 0], [1, 1])
      (dilations, groups) = ([1, 1], 1)
    case .convolution(let strides, let before, _, let dilations, let groups):
      let taps = synapses.weightShape.dropFirst(2)
      geometry = (zip(taps, dilations).map { ($0 - 1) * $1 + 1 }, before, strides)
      (self.dilations, self.groups) = (dilations, groups)
    }
    output = target.count == 3 ? target : [target[0], 1, 1]
    guard
      let square = SquareKernel(
        geometry.kernel, input: Array(input.dropFirst()), output: Array(output.dropFirst()),
        before: geometry.before, strides: geometry.strides)
    else {
      throw wrong(
        "The kernel \(geometry.kernel) with the border \(geometry.before) in front has no square "
          + "form with equal borders.", "use square kernels of odd size with equal borders")
    }
    (kernel, offset) = (square.side, square.offset)
    (padding, strides) = (square.padding, square.strides)
    hasBiases = population.biases.contains { $0 != 0 }
  }

  /// Words of kernel memory: c · 2^(⌈log2 k²⌉ + ⌈log2 f⌉).
  package var kernelWords: Int {
    SpeckLayer.words(input[0], [SpeckLayer.product(kernel, kernel), output[0]])
  }
  /// Words of neuron memory: f · 2^(⌈log2 height⌉ + ⌈log2 width⌉).
  package var neuronWords: Int { SpeckLayer.words(output[0], [output[1], output[2]]) }
  /// Words of bias memory.
  package var biasWords: Int { hasBiases ? output[0] : 0 }

  /// The square kernel `[out][in][vertical][horizontal]`, row-major.
  ///
  /// The kernel must be small (``excesses(over:)``), for memory is taken for all its taps.
  /// - Complexity: O(out · in · side²).
  package func weights(of bundle: Bundle) -> [Int32] {
    let synapses = bundle.projections[projection]
    let values = synapses.weights(from: bundle.codebooks)
    let taps =
      synapses.kind == .dense ? Array(input.dropFirst()) : Array(synapses.weightShape[2...])
    let inputs = input[0] / groups
    var result = [Int32](repeating: 0, count: output[0] * input[0] * kernel * kernel)
    for out in 0..<output[0] {
      let firstInput = out / (output[0] / groups) * inputs
      for channel in 0..<inputs {
        let plane = (out * input[0] + firstInput + channel) * kernel
        for y in 0..<taps[0] {
          let row = (plane + offset[0] + y * dilations[0]) * kernel + offset[1]
          let from = ((out * inputs + channel) * taps[0] + y) * taps[1]
          for x in 0..<taps[1] { result[row + x * dilations[1]] = values[from + x] }
        }
      }
    }
    return result
  }

  private static func map(_ shape: [Int], behind pool: Int) -> [Int] {
    shape.count == 3 ? [shape[0], shape[1] / pool, shape[2] / pool] : [shape[0], 1, 1]
  }

  private static func product(_ a: Int, _ b: Int) -> Int {
    let (result, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? Int.max : result
  }

  /// `count` times the sizes, each rounded up to a power of two; at most 2^62.
  private static func words(_ count: Int, _ sizes: [Int]) -> Int {
    let bits = sizes.reduce(0) {
      $0 + ($1 <= 1 ? 0 : Int.bitWidth - ($1 - 1).leadingZeroBitCount)
    }
    return bits >= 62 || count > 1 << (62 - bits) ? 1 << 62 : count << bits
  }
}

/// Why a bundle is no network of DYNAP-CNN cores.
package struct SpeckProblem: Error {
  /// What kind of thing does not fit.
  package enum Kind: Sendable { case number, neuron, wiring }
  package let kind: Kind
  /// Value found and value allowed.
  package let message: String
  /// Population or projection.
  package let node: String
  /// What to do.
  package let fix: String
}

/// The shape that a projection reads.
enum SynapseShape {
  /// Shape of each source, in front of the pool.
  static func source(of projection: Projection, in bundle: Bundle) -> [Int] {
    if case .population(let index)? = projection.sources.first {
      return bundle.populations[index].shape
    }
    return bundle.input.shape
  }
}
