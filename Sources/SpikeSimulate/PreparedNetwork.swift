import SpikeBundle
import SpikeCompute
import SpikeDiagnostics

/// A bundle that has been checked and laid out for the kernels; shared by all threads.
struct PreparedNetwork: Sendable {
  let arithmetic: Arithmetic
  let timeSteps: Int
  let inputLayout: MapLayout
  let inputBits: Int
  let populations: [PreparedPopulation]
  /// Projections into each population, in the order of the bundle.
  let projections: [[PreparedProjection]]
  let readout: Readout
  /// The bundle on a core that works on one spike after the other, where its chip is one.
  let crossbar: PreparedCrossbar?
  /// The bundle on a Xylo core, where its chip is one.
  let xylo: PreparedXylo?

  /// - Throws: `simulate.invalid-bundle`, `simulate.range-too-wide`.
  init(_ bundle: Bundle) throws(SimulateError) {
    let problem = InvalidBundle(node: bundle.name)
    guard (1...65536).contains(bundle.timeSteps) else {
      throw problem("The window is \(bundle.timeSteps) steps; allowed are 1…65536.")
    }
    guard (1...8).contains(bundle.input.bits) else {
      throw problem("The input has \(bundle.input.bits) bits; allowed are 1…8.")
    }
    guard let input = MapLayout(bundle.input.shape) else {
      throw problem("The input shape \(bundle.input.shape) is no [N] or [C, H, W].")
    }
    guard let last = bundle.populations.last, bundle.populations.count <= 1 << 16 else {
      throw problem("It has \(bundle.populations.count) populations; at least one is needed.")
    }
    guard (last.model == "LI") == (bundle.readout == .largestPotential) else {
      throw problem(
        "The read-out '\(bundle.readout.rawValue)' does not fit the last population, whose model "
          + "is \(last.model).")
    }
    var layouts: [MapLayout] = []
    for population in bundle.populations {
      guard let layout = MapLayout(population.shape) else {
        throw InvalidBundle(node: population.name)(
          "The shape \(population.shape) is no [N] or [C, H, W].")
      }
      layouts.append(layout)
    }
    var incoming = Array(repeating: [PreparedProjection](), count: layouts.count)
    for index in bundle.projections.indices {
      let prepared = try PreparedProjection(index, of: bundle, layouts: layouts)
      incoming[bundle.projections[index].target].append(prepared)
    }
    var prepared: [PreparedPopulation] = []
    for (index, population) in bundle.populations.enumerated() {
      prepared.append(
        try PreparedPopulation(
          population, arithmetic: bundle.arithmetic, layout: layouts[index],
          projections: incoming[index], steps: bundle.timeSteps))
    }
    for list in incoming {
      for projection in list {
        for case .population(let position) in projection.sources
        where !prepared[position].spikes {
          throw InvalidBundle(node: projection.name)(
            "It reads '\(prepared[position].name)', which never spikes.")
        }
      }
    }
    crossbar = try PreparedCrossbar(bundle)
    xylo = try PreparedXylo(bundle)
    arithmetic = bundle.arithmetic
    timeSteps = bundle.timeSteps
    inputLayout = input
    inputBits = bundle.input.bits
    populations = prepared
    projections = incoming
    readout = bundle.readout
  }

  /// Raw bytes, column after column, each in C, H, W order, as the maps of graded spikes that enter the
  /// network.
  func inputMaps(_ sample: ArraySlice<UInt8>) -> [[Int32]] {
    stride(from: sample.startIndex, to: sample.endIndex, by: inputLayout.count).map {
      inputMap(sample[$0..<min(sample.endIndex, $0 + inputLayout.count)])
    }
  }

  private func inputMap(_ sample: ArraySlice<UInt8>) -> [Int32] {
    let shift = UInt8(8 - inputBits)
    var map = [Int32](repeating: 0, count: inputLayout.count)
    for (index, raw) in sample.enumerated() {
      map[inputLayout.mapIndex(index)] = Int32(raw >> shift)
    }
    return map
  }
}
