import SpikeBundle
import SpikeTestSupport
import Testing

@Suite("Single synapses")
struct SynapseTests {
  @Test("the sum over single synapses is the textbook's sum", arguments: 0..<60)
  func sums(seed: Int) {
    var options = RandomBundleOptions()
    options.isChain = seed % 2 == 0
    options.inputShape = seed % 3 == 0 ? [11] : [2, 9, 7]
    options.layers = 4
    let bundle = RandomBundle.make(seed: UInt64(seed), options)
    let textbook = TextbookSimulator(bundle)
    var random = SeededGenerator(seed: UInt64(seed))
    for projection in bundle.projections {
      let target = bundle.populations[projection.target]
      var values: [Source: [Int]] = [:]
      var total = Array(repeating: 0, count: target.neuronCount)
      for source in projection.sources {
        let shape: [Int] =
          switch source {
          case .input: bundle.input.shape
          case .population(let index): bundle.populations[index].shape
          }
        let map = (0..<shape.reduce(1, *)).map { _ in Int.random(in: 0...3, using: &random) }
        values[source] = map
        projection.forEachSynapse(from: shape, to: target.shape, codebooks: bundle.codebooks) {
          total[$0.target] += Int($0.weight) * map[$0.source]
          #expect($0.weight != 0)
        }
      }
      #expect(total == textbook.sums(projection) { values[$0] }, "seed \(seed)")
    }
  }
}
