import SpikeBundle
import SpikeDiagnostics

extension CPopulation {
  /// The population at `index` of a checked bundle, with the narrowest states that the ranges allow.
  ///
  /// In Loihi's arithmetic a population without leaks whose sums and potentials provably stay
  /// inside 24 bits is computed in whole integers: nothing wraps, is clipped or is rounded then, so
  /// the 6 bits of fraction are always 0.
  /// - Throws: `export.limit-exceeded` where 32 bits do not hold a state.
  init(
    _ index: Int, _ bundle: Bundle, streams: [CStream], ring: Int
  ) throws(ExportError) {
    let population = bundle.populations[index]
    let spikes = population.model != "LI"
    var neuron = CStateRange.Neuron(population, bundle, streams: streams)
    let isConvolved = streams.contains { $0.kind != .dense }
    let keepsConstants = bundle.timeSteps > 1 && streams.contains(where: \.isConstant)
    let everything = neuron.events + neuron.constants
    var update = Update.potential
    var unit: Int32 = 1
    let whole = CStateRange(plain: neuron)
    let isWhole =
      bundle.arithmetic == .plain
      || (neuron.membraneKeep == 4096 && neuron.currentKeep == 0
        && CPopulation.inside24Bits(everything)
        && whole.map { CPopulation.inside24Bits($0.compared) } == true)
    if isWhole {
      guard let whole else { throw CBundleCheck.tooWide("Potentials", population.name) }
      range = whole
      update = neuron.currentKeep == 0 ? .potential : .current
    } else {
      unit = 64
      update = .loihi
      if !spikes {
        neuron.thresholds = 131_071...131_071
        neuron.spikesAboveOnly = true
        neuron.resetValue = 0
      }
      neuron.scale(by: 64)
      guard let fixed = CStateRange(loihi: neuron, receivesConvolution: isConvolved) else {
        throw CBundleCheck.tooWide("Sums or potentials", population.name)
      }
      range = fixed
    }
    guard let potential = CInteger(holding: range.potential),
      let current = CInteger(holding: range.current),
      let constant = CInteger(holding: neuron.constants),
      let scratch = CInteger(holding: neuron.events)
    else { throw CBundleCheck.tooWide("Sums or potentials", population.name) }
    func scaled(_ values: [Int32]) throws(ExportError) -> [Int32] {
      let shared = Set(values).count <= 1 ? Array(values.prefix(1)) : values
      guard shared.allSatisfy({ $0.magnitude <= 2_147_483_647 / UInt32(unit) }) else {
        throw CBundleCheck.tooWide("Constants", population.name)
      }
      return shared.map { $0 * unit }
    }
    self.index = index
    name = population.name
    map = CMap(population.shape)
    self.update = update
    self.unit = unit
    self.spikes = spikes
    self.spikesAboveOnly = population.spikesAboveOnly || !spikes
    switch population.reset {
    case .toValue(let value): resetValue = try scaled([value])[0]
    case .bySubtraction: resetValue = nil
    case nil: resetValue = 0
    }
    thresholds = try scaled(spikes ? population.thresholds : [unit == 64 ? 131_071 : 0])
    biases = try scaled(population.biases)
    initial = try scaled(population.initialPotentials)
    membraneKeep = 4096 - population.membraneDecay
    currentKeep = 4096 - population.currentDecay
    self.potential = potential
    self.current = currentKeep > 0 ? current : nil
    self.constant = keepsConstants ? constant : nil
    let isScratchUsed = streams.contains { !$0.isConstant || bundle.timeSteps == 1 }
    self.scratch = update == .loihi && isScratchUsed ? scratch : nil
    self.ring = spikes ? max(1, ring) : 0
  }

  /// Whether whole integers of this range neither wrap nor are clipped in Loihi's 24 bits.
  private static func inside24Bits(_ range: ClosedRange<Int64>) -> Bool {
    (-131_071...131_071).contains(range)
  }
}

extension CStateRange.Neuron {
  init(_ population: Population, _ bundle: Bundle, streams: [CStream]) {
    var events: ClosedRange<Int64> = 0...0
    var constants: ClosedRange<Int64> = 0...0
    for stream in streams {
      // A window of one step keeps no sums of the input.
      if stream.isConstant && bundle.timeSteps > 1 {
        constants = constants + stream.sums
      } else {
        events = events + stream.sums
      }
    }
    let spikes = population.model != "LI"
    var resetValue: Int64?
    if case .toValue(let value) = population.reset { resetValue = Int64(value) }
    self.init(
      initial: ClosedRange(of: population.initialPotentials),
      biases: ClosedRange(of: population.biases),
      thresholds: spikes ? ClosedRange(of: population.thresholds) : nil,
      spikesAboveOnly: population.spikesAboveOnly, resetValue: resetValue,
      membraneKeep: Int64(4096 - population.membraneDecay),
      currentKeep: Int64(4096 - population.currentDecay), steps: bundle.timeSteps, events: events,
      constants: constants)
  }

  /// Into other units; sums stay in integers.
  mutating func scale(by unit: Int64) {
    initial = initial.mapped { $0 * unit }
    biases = biases.mapped { $0 * unit }
    thresholds = thresholds?.mapped { $0 * unit }
    resetValue = resetValue.map { $0 * unit }
  }
}
