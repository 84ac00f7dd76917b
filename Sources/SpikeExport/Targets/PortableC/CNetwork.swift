import SpikeBundle
import SpikeDiagnostics

/// A bundle, checked and laid out as a C program.
struct CNetwork {
  let prefix: String
  let bundle: Bundle
  let input: CMap
  let populations: [CPopulation]
  /// Streams into each population.
  let streams: [[CStream]]
  /// Weights of each projection.
  let tables: [CWeightTable]
  /// Samples that are kept for delayed synapses of the input: the longest delay and 1, or 0.
  let inputRing: Int

  /// Largest number of bytes of tables: beyond it a C file is no way to store a network.
  static let mostTableBytes = 16 << 20
  /// What the integer simulator allows, too.
  static let steps = 1...65_536
  static let delays = 0...1024

  /// Whether sums of the input are kept from step to step.
  var keepsInputSums: Bool { bundle.timeSteps > 1 }

  /// - Throws: `export.invalid-bundle`, `export.limit-exceeded`, `export.unsupported-neuron`.
  init(_ bundle: Bundle) throws(ExportError) {
    self.bundle = bundle
    prefix = CName.prefix(bundle.name)
    try CBundleCheck.check(bundle)
    input = CMap(bundle.input.shape)
    var tables: [CWeightTable] = []
    var streams = Array(repeating: [CStream](), count: bundle.populations.count)
    var bytes = 0
    for index in bundle.projections.indices {
      let table = CNetwork.table(index, bundle)
      bytes += table.bytes
      guard bytes <= CNetwork.mostTableBytes else {
        throw ExportError(
          .limitExceeded,
          "The weights take more than \(CNetwork.mostTableBytes) bytes, the most that is written "
            + "as C.", at: Location(node: bundle.projections[index].name),
          fix: "prune the network or use fewer unique weights")
      }
      tables.append(table)
      streams[bundle.projections[index].target] += try CNetwork.streams(index, bundle, table)
    }
    var ring = Array(repeating: 0, count: bundle.populations.count)
    var inputRing = 0
    for stream in streams.joined() {
      switch stream.source {
      case .input: if stream.delay > 0 { inputRing = max(inputRing, stream.delay + 1) }
      case .population(let position): ring[position] = max(ring[position], stream.delay + 1)
      }
    }
    var populations: [CPopulation] = []
    for index in bundle.populations.indices {
      populations.append(
        try CPopulation(
          index, bundle, streams: streams[index], ring: ring[index]))
    }
    self.tables = tables
    self.streams = streams
    self.populations = populations
    self.inputRing = inputRing
  }

  /// Rows by source cell (dense), or by tap and input channel (convolution).
  private static func table(_ index: Int, _ bundle: Bundle) -> CWeightTable {
    let projection = bundle.projections[index]
    let weights = projection.weights(from: bundle.codebooks)
    let hasBooks = projection.codebooks.count > 1
    let target = CMap(bundle.populations[projection.target].shape)
    let shape = projection.weightShape
    switch projection.kind {
    case .dense:
      let source = CNetwork.pooledMap(projection, bundle)
      var values = [Int32](repeating: 0, count: weights.count)
      for row in 0..<source.count {
        let column = source.bundleIndex(row)
        for output in 0..<target.count {
          values[row * target.count + output] =
            weights[target.bundleIndex(output) * source.count + column]
        }
      }
      return CWeightTable(
        values: values, columns: target.count, outputs: target.count, hasBooks: hasBooks,
        prefersPlain: false, output: { _, column in column })
    case .convolution(_, _, _, _, let groups):
      let outputs = shape[0] / groups
      let taps = shape[2] * shape[3]
      let inputs = shape[1] * groups
      var values = [Int32](repeating: 0, count: weights.count)
      for tap in 0..<taps {
        for input in 0..<inputs {
          let row = tap * inputs + input
          for column in 0..<outputs {
            let output = input / shape[1] * outputs + column
            values[row * outputs + column] =
              weights[(output * shape[1] + input % shape[1]) * taps + tap]
          }
        }
      }
      return CWeightTable(
        values: values, columns: outputs, outputs: shape[0], hasBooks: hasBooks,
        prefersPlain: projection.sources.contains(.input),
        output: { row, column in row % inputs / shape[1] * outputs + column })
    }
  }

  private static func sourceMap(_ source: Source, _ bundle: Bundle) -> CMap {
    switch source {
    case .input: CMap(bundle.input.shape)
    case .population(let position): CMap(bundle.populations[position].shape)
    }
  }

  private static func pooledMap(_ projection: Projection, _ bundle: Bundle) -> CMap {
    let map = sourceMap(projection.sources[0], bundle)
    guard let window = projection.pooling?.size else { return map }
    return CMap(
      channels: map.channels, height: map.height / window[0], width: map.width / window[1])
  }

  private static func streams(
    _ index: Int, _ bundle: Bundle, _ table: CWeightTable
  ) throws(ExportError) -> [CStream] {
    let projection = bundle.projections[index]
    let window = projection.pooling?.size ?? [1, 1]
    var result: [CStream] = []
    for (number, source) in projection.sources.enumerated() {
      let value = source == .input ? (1 << bundle.input.bits) - 1 : 1
      let largest = Int64(value * window[0] * window[1])
      let (low, lowOverflows) = table.lowest.multipliedReportingOverflow(by: largest)
      let (high, highOverflows) = table.highest.multipliedReportingOverflow(by: largest)
      guard !lowOverflows, !highOverflows, CInteger.widest.contains(low...high) else {
        throw CBundleCheck.tooWide("Sums of synapses", projection.name)
      }
      result.append(
        CStream(
          projection: index, number: number, name: projection.name, source: source,
          target: projection.target, delay: projection.delay + (projection.isRecurrent ? 1 : 0),
          sourceMap: sourceMap(source, bundle), window: window,
          map: pooledMap(projection, bundle), kind: projection.kind,
          kernel: projection.kind == .dense ? [1, 1] : Array(projection.weightShape[2...3]),
          largest: largest, sums: low...high))
    }
    return result
  }
}
