import SpikeBundle
import SpikeDiagnostics
import SpikeHardware
import SpikeTestSupport
import SpikeValidate
import Testing

@Suite("Rules")
struct RuleTests {
  /// A spec that states only what a case needs.
  static func spec(_ limits: [LimitName: Int]) -> HardwareSpec {
    var spec = HardwareSpec.blank
    spec.limits = limits.mapValues { Fact($0, isAssumed: true) }
    return spec
  }

  static func findings(
    _ code: String, _ bundle: Bundle, _ spec: HardwareSpec
  ) -> [Finding] {
    Validator.validate(bundle, against: spec).findings.filter { $0.code == code }
  }

  static func findings(_ code: String, _ spec: HardwareSpec) -> [Finding] {
    findings(code, TinyBundle.make(), spec)
  }

  // The tiny bundle needs exactly these numbers (counted by hand and by SynapseCountsTests).
  @Test(
    "a limit passes at the needed value, fails one below, and is not checked when unknown",
    arguments: [
      ("validate.neurons", LimitName.neurons, 35), ("validate.layers", .layers, 2),
      ("validate.channels", .channels, 3), ("validate.kernel-size", .kernelSize, 3),
      ("validate.synapses", .synapses, 264), ("validate.fan-in", .fanIn, 22),
      ("validate.fan-out", .fanOut, 2), ("validate.fan-out-layers", .fanOutLayers, 1),
      ("validate.input-bits", .inputBits, 8), ("validate.input-channels", .inputChannels, 16),
      ("validate.output-neurons", .outputNeurons, 3), ("validate.time-steps", .timeSteps, 4),
    ])
  func upperLimits(code: String, limit: LimitName, needed: Int) throws {
    #expect(Self.findings(code, Self.spec([limit: needed])).isEmpty)
    let found = Self.findings(code, Self.spec([limit: needed - 1]))
    let first = try #require(found.first)
    #expect(first.severity == .error)
    #expect(first.needed == "\(needed)")
    #expect(first.allowed == "\(needed - 1)")
    #expect(first.fix != nil)
    let unknown = Self.findings(code, Self.spec([:]))
    #expect(unknown.map(\.severity) == [.notChecked])
  }

  @Test(
    "a range passes at its ends and fails one inside them",
    arguments: [
      ("validate.weight-range", LimitName.weightMinimum, LimitName.weightMaximum, -3, 5),
      ("validate.threshold-range", .thresholdMinimum, .thresholdMaximum, 20, 20),
      ("validate.bias-range", .biasMinimum, .biasMaximum, -2, 2),
    ])
  func ranges(code: String, low: LimitName, high: LimitName, minimum: Int, maximum: Int) {
    #expect(Self.findings(code, Self.spec([low: minimum, high: maximum])).isEmpty)
    for limits in [[low: minimum + 1, high: maximum + 9], [low: minimum - 9, high: maximum - 1]] {
      #expect(Self.findings(code, Self.spec(limits)).allSatisfy { $0.severity == .error })
      #expect(!Self.findings(code, Self.spec(limits)).isEmpty)
    }
    #expect(Self.findings(code, Self.spec([low: minimum])).map(\.severity) == [.notChecked])
  }

  @Test(
    "unique weights are counted in the chip's scope, without the free zero",
    arguments: [
      (UniqueWeightLimit.Scope.neuron, 4, true), (.layer, 4, true), (.network, 6, true),
      (.network, 7, false),
    ])
  func uniqueWeights(scope: UniqueWeightLimit.Scope, needed: Int, zeroIsFree: Bool) {
    var spec = HardwareSpec.blank
    for (maximum, passes) in [(needed, true), (needed - 1, false)] {
      spec.uniqueWeights = UniqueWeightLimit(
        maximum: Fact(maximum, isAssumed: true), scope: scope, zeroIsFree: zeroIsFree,
        form: "free")
      let found = Self.findings("validate.unique-weights", spec)
      #expect(found.isEmpty == passes)
    }
  }

  @Test("neuron model, reset, comparator and initial potential must be the chip's")
  func semantics() {
    var spec = HardwareSpec.blank
    spec.neuronModels = Fact(["LIF", "LI"], isAssumed: true)
    spec.resets = Fact(["by-subtraction"], isAssumed: true)
    spec.comparators = Fact([">="], isAssumed: true)
    spec.startsAtZero = Fact(true, isAssumed: true)
    spec.connections = Fact(["dense"], isAssumed: true)
    spec.thresholdScope = Fact("layer", isAssumed: true)
    spec.arithmetic = "plain"
    var bundle = TinyBundle.make()
    bundle.populations[0].initialPotentials = [10]
    bundle.populations[0].thresholds = [20, 21]
    for code in [
      "neuron-model", "reset", "comparator", "initial-potential", "connections",
      "threshold-scope", "arithmetic",
    ] {
      let found = Self.findings("validate.\(code)", bundle, spec)
      #expect(found.count == 1, "\(code)")
      #expect(found.first?.severity == .error, "\(code)")
    }
  }

  @Test("a leak must be the chip's; without one there is nothing to check")
  func leak() {
    var spec = HardwareSpec.blank
    var bundle = TinyBundle.make()
    spec.leak = Fact("linear", isAssumed: true)
    #expect(Self.findings("validate.leak", bundle, spec).isEmpty)
    bundle.populations[0].membraneDecay = 400
    bundle.populations[0].model = "LIF"
    let found = Self.findings("validate.leak", bundle, spec)
    #expect(found.map(\.severity) == [.error])
    #expect(found.first?.location.node == bundle.populations[0].name)
    #expect(found.first?.message.contains("400/4096") == true)
    spec.leak = Fact("exponential", isAssumed: true)
    #expect(Self.findings("validate.leak", bundle, spec).isEmpty)
    spec.leak = nil
    #expect(Self.findings("validate.leak", bundle, spec).map(\.severity) == [.notChecked])
    bundle.populations[0].membraneDecay = 0
    bundle.populations[0].currentDecay = 1000
    spec.leak = Fact("none", isAssumed: true)
    #expect(Self.findings("validate.leak", bundle, spec).map(\.severity) == [.error])
  }

  @Test("a worst case beyond the potentials is a warning that names the layer")
  func potentials() {
    let found = Self.findings(
      "validate.potential-range", Self.spec([.potentialMinimum: -10, .potentialMaximum: 10]))
    #expect(found.map(\.severity) == [.warning, .warning])
    #expect(found.first?.location.node == "hidden")
  }

  /// The tiny bundle in a core: [1, 4, 4], kernel 3 with a border of 1, then 32 neurons by 3.
  static func cores(_ change: (inout HardwareSpec) -> Void = { _ in }) -> HardwareSpec {
    var spec = HardwareSpec.blank
    spec.limits = [.padding: 1, .inputSide: 4, .outputSide: 4].mapValues {
      Fact($0, isAssumed: true)
    }
    spec.strides = Fact([1, 2], isAssumed: true)
    spec.pools = Fact([1, 2, 4], isAssumed: true)
    spec.coreMemories = [
      CoreMemory(kernelWords: 1 << 10, neuronWords: 1 << 10, biasWords: 1 << 10),
      CoreMemory(kernelWords: 1 << 10, neuronWords: 1 << 10, biasWords: 1 << 10),
    ]
    change(&spec)
    return spec
  }

  @Test("layers are held against the geometry of cores")
  func coreGeometry() throws {
    let code = "validate.core-geometry"
    #expect(Self.findings(code, HardwareSpec.blank).map(\.severity) == [.notChecked])
    let found = Self.findings(code, Self.cores())
    #expect(found.isEmpty, "\(found)")
    for change in [
      { $0.limits[.padding] = Fact(0, isAssumed: true) },
      { $0.limits[.inputSide] = Fact(3, isAssumed: true) },
      { $0.limits[.outputSide] = Fact(3, isAssumed: true) },
      { $0.strides = Fact([2], isAssumed: true) },
    ] as [(inout HardwareSpec) -> Void] {
      let found = Self.findings(code, Self.cores(change))
      #expect(!found.isEmpty && found.allSatisfy { $0.severity == .error })
    }
    let unknown = Self.findings(code, Self.cores { $0.pools = nil })
    #expect(unknown.map(\.severity) == [.notChecked])
    var branched = TinyBundle.make()
    branched.projections.append(branched.projections[1])
    #expect(Self.findings(code, branched, Self.cores()).map(\.severity) == [.error])
    #expect(
      Self.findings("validate.core-memory", branched, Self.cores()).map(\.severity)
        == [.notChecked])
  }

  @Test("layers find cores that hold them, or it is said what is missing")
  func coreMemory() throws {
    let code = "validate.core-memory"
    #expect(Self.findings(code, HardwareSpec.blank).map(\.severity) == [.notChecked])
    #expect(Self.findings(code, Self.cores()).isEmpty)
    let one = Self.findings(code, Self.cores { $0.coreMemories.removeLast() })
    #expect(one.map(\.severity) == [.error])
    #expect(one.first?.needed == "2")
    #expect(one.first?.allowed == "1")
    let small = Self.findings(
      code, Self.cores { spec in for index in 0..<2 { spec.coreMemories[index].neuronWords = 31 } })
    #expect(small.map(\.severity) == [.error])
    #expect(small.first?.fix?.contains("prune") == true)
  }

  @Test("the tiny bundle is clean on Loihi 2, and unknown limits are counted, not passed")
  func loihi() throws {
    let report = Validator.validate(
      TinyBundle.make(), against: try HardwareCatalog.spec("loihi2"))
    #expect(report.isClean)
    #expect(report.notCheckedCount > 0)
    #expect(report.passed + Set(report.findings.map(\.code)).count == RuleTable.rules.count)
  }

  @Test("all findings come at once")
  func together() throws {
    let report = Validator.validate(
      TinyBundle.make(), against: try HardwareCatalog.spec("tinyodin"))
    let codes = Set(report.findings.filter { $0.severity == .error }.map(\.code))
    #expect(
      codes.isSuperset(of: [
        "validate.arithmetic", "validate.comparator",
        "validate.connections", "validate.bias-range", "validate.input-bits",
      ]))
  }

  @Test("codes are unique, and docs/rules.md is the printed table")
  func documentation() throws {
    #expect(Set(RuleTable.rules.map(\.code)).count == RuleTable.rules.count)
    let text = try FixtureLocation.text("docs/rules.md")
    #expect(text == RuleTable.markdown, "run: sfconv list rules --markdown > docs/rules.md")
  }
}

extension HardwareSpec {
  /// A spec that states nothing.
  static var blank: HardwareSpec {
    HardwareSpec(
      name: "blank", title: "blank", vendor: "", summary: "", arithmetic: nil, limits: [:],
      neuronModels: nil, resets: nil, comparators: nil, connections: nil, thresholdScope: nil,
      startsAtZero: nil, uniqueWeights: nil, energy: [], notes: [], sources: [])
  }
}
