import SpikeBundle
import SpikeDiagnostics
import SpikeExport
import SpikeSimulate
import SpikeTestSupport
import Testing

@Suite("Pools merged into kernels")
struct MergedConvolutionTests {
  /// A bundle of one convolution behind a pool, drawn from a seed.
  private func bundle(_ random: inout SeededGenerator) -> Bundle? {
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let window = [draw(1...3), draw(1...3)]
    let sizes = [draw(3...14), draw(3...14)]
    let pooled = [sizes[0] / window[0], sizes[1] / window[1]]
    let kernel = [draw(1...3), draw(1...3)]
    let strides = [draw(1...3), draw(1...3)]
    let before = [draw(0...2), draw(0...2)]
    let after = [draw(0...2), draw(0...2)]
    let dilations = [draw(1...2), draw(1...2)]
    var outputs: [Int] = []
    for axis in 0..<2 {
      let reach = (kernel[axis] - 1) * dilations[axis] + 1
      let room = pooled[axis] + before[axis] + after[axis] - reach
      guard pooled[axis] > 0, room >= 0 else { return nil }
      outputs.append(room / strides[axis] + 1)
    }
    let shape = [2, 2] + kernel
    return Bundle(
      name: "merged", producer: "test", target: "loihi2", arithmetic: .loihiCuba, timeSteps: 1,
      input: InputPort(shape: [2] + sizes, bits: 4),
      populations: [
        Population(
          name: "out", shape: [2] + outputs, model: "LI", reset: nil, spikesAboveOnly: true,
          thresholds: [], biases: [])
      ],
      projections: [
        Projection(
          name: "conv", sources: [.input], target: 0,
          pooling: window == [1, 1] ? nil : PoolingWindow(size: window),
          kind: .convolution(
            strides: strides, padsBefore: before, padsAfter: after, dilations: dilations,
            groups: 1), weightShape: shape, codebooks: [0],
          indices: (0..<shape.reduce(1, *)).map { _ in UInt8(draw(0...3)) })
      ],
      codebooks: [Codebook(entries: [-7, -1, 2, 5], zeroIsAbsent: false, scale: 1)],
      readout: .largestPotential)
  }

  @Test("compute the same sums and need no new value but 0", arguments: 0..<400)
  func equality(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    guard let bundle = bundle(&random) else { return }
    let projection = bundle.projections[0]
    let input = Array(bundle.input.shape[1...])
    let outputs = Array(bundle.populations[0].shape[1...])
    let merged: MergedConvolution
    do throws(ExportError) {
      merged = try MergedConvolution(
        projection, weights: projection.weights(from: bundle.codebooks), sizes: input,
        outputs: outputs, at: .unknown)
    } catch {
      // Only rows that no window holds, read by a border, may be refused.
      let window = projection.pooling?.size ?? [1, 1]
      #expect(error.code == .unsupportedTopology)
      #expect(input[0] % window[0] != 0 || input[1] % window[1] != 0)
      return
    }
    let values = Set(merged.weights).sorted()
    #expect(Set(values).subtracting([0]).isSubset(of: [-7, -1, 2, 5]))
    var plain = bundle
    plain.codebooks = [Codebook(entries: values, zeroIsAbsent: false, scale: 1)]
    plain.projections[0].pooling = nil
    plain.projections[0].kind = .convolution(
      strides: merged.strides, padsBefore: merged.padding, padsAfter: merged.padding,
      dilations: merged.dilations, groups: 1)
    plain.projections[0].weightShape = merged.weightShape
    plain.projections[0].indices = merged.weights.map { UInt8(values.firstIndex(of: $0) ?? 0) }
    let sample = (0..<bundle.input.shape.reduce(1, *)).map { _ in
      UInt8.random(in: 0...255, using: &random)
    }
    #expect(
      try IntegerSimulator(plain).run(sample: sample).readout
        == IntegerSimulator(bundle).run(sample: sample).readout, "seed \(seed)")
  }
}
