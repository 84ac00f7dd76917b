import SpikeFit
import SpikeGraph
import SpikeHardware
import Testing

@Suite("Planning for a chip")
struct ChipPlannerTests {
  static func spec(_ limits: String, _ more: String = "") throws -> HardwareSpec {
    let json = #"{"name":"chip","title":"A chip","sources":[],"limits":{\#(limits)}\#(more)}"#
    return try HardwareSpecReader.decode(Array(json.utf8), file: "chip.json")
  }

  static func limit(_ name: String, _ value: Int) -> String {
    #""\#(name)":{"value":\#(value),"status":"assumed"}"#
  }

  private let options = TinyModels.options { $0.target = .neutral }

  private func plan(
    _ limits: String, _ more: String = "",
    for model: Model = TinyModels.convolutional(channels: 12)
  ) throws -> ChipPlan {
    try ChipPlanner.plan(model, options: options, spec: Self.spec(limits, more))
  }

  // 12 channels of 6x6, 3 classes; 3x3 kernel with border: 16·16 pairs of a tap and a position.
  @Test(
    "counts of the network as it is, by hand",
    arguments: [
      ("neurons", 12 * 36 + 3), ("synapses", 12 * 256 + 3 * 12 * 36), ("fanIn", 12 * 36),
      ("fanOut", 3), ("hiddenNeurons", 12 * 36), ("addresses", 36 + 12 * 36 + 3),
      ("inputTargets", 12 * 36), ("outputSources", 12 * 36), ("inputChannels", 36),
      ("outputNeurons", 3), ("layers", 2), ("channels", 12), ("kernelSize", 3),
    ])
  func counts(name: String, needed: Int) throws {
    let exact = try plan(Self.limit(name, needed))
    #expect(exact.isPossible)
    #expect(exact.counts.map(\.before).max() == needed)
    #expect(exact.removed.channels == 0)
    let below = try plan(Self.limit(name, needed - 1))
    let fixed = ["inputChannels", "outputNeurons", "layers", "kernelSize", "fanOut"]
    #expect(below.isPossible == !fixed.contains(name), "\(below.lines)")
    if below.isPossible { #expect(below.removed.channels == 1) }
  }

  @Test("the widest network within a limit is planned, never one above it")
  func widest() throws {
    for neurons in [39, 75, 100, 111, 300, 434] {
      let plan = try plan(Self.limit("neurons", neurons))
      #expect(plan.isPossible)
      #expect(plan.channels.map(\.atMost) == [(neurons - 3) / 36])
    }
    let none = try plan(Self.limit("neurons", 38))
    #expect(!none.isPossible)
    #expect(none.shortfalls.first?.needed == 39)
    #expect(none.shortfalls.first?.allowed == 38)
  }

  @Test("a chip with several cores gives each layer its own, a chip with one has them together")
  func cores() throws {
    func cores(_ number: Int, _ size: Int) throws -> ChipPlan {
      try plan(
        [Self.limit("cores", number), Self.limit("neuronsPerCore", size)].joined(separator: ","))
    }
    // 435 neurons: one core of 435; with cores of 217 the three classes need a third one.
    #expect(try cores(1, 435).removed.channels == 0)
    #expect(try cores(1, 434).removed.channels == 1)
    #expect(try cores(3, 216).removed.channels == 0)
    #expect(try cores(2, 216).removed.channels == 6)
  }

  @Test("layers are narrowed to whole multiples of channels, unless none fits")
  func multiples() throws {
    var options = options
    options.target.channelMultiple = 4
    let model = TinyModels.convolutional(channels: 12)
    // Room for 7 and for 3 channels.
    for (neurons, width) in [(3 + 7 * 36, 4), (3 + 3 * 36, 3), (3 + 11 * 36, 8)] {
      let plan = try ChipPlanner.plan(
        model, options: options, spec: Self.spec(Self.limit("neurons", neurons)))
      #expect(plan.channels.map(\.atMost) == [width])
    }
  }

  @Test("numbers and nouns agree")
  func words() throws {
    let core = try plan(
      [Self.limit("cores", 1), Self.limit("neuronsPerCore", 20)].joined(separator: ","))
    #expect(core.shortfalls.map(\.remedy) == ["use a network that fills at most 1 core"])
    let layer = try plan(Self.limit("layers", 1))
    #expect(layer.shortfalls.map(\.remedy) == ["use a network with at most 1 layer"])
    let steps = try plan(Self.limit("timeSteps", 1))
    #expect(steps.shortfalls.map(\.remedy) == ["use at most 1 time step"])
    let reader = try plan(Self.limit("inputTargets", 1))
    #expect(
      reader.shortfalls.map(\.remedy)
        == ["use fewer channels, so that 1 neuron that reads the input is enough"])
    let address = try plan(Self.limit("addresses", 1))
    #expect(
      address.shortfalls.map(\.remedy)
        == ["use a network with at most 1 address of inputs and neurons"])
    let dense = try plan(
      "", #","semantics":{"connections":{"value":["dense"],"status":"assumed"}}"#)
    #expect(
      dense.shortfalls.map(\.message)
        == [
          "The network needs convolution connections at 'conv'; chip has dense connections only (assumed)."
        ]
    )
  }

  @Test("residual branches are narrowed together")
  func residual() throws {
    let plan = try plan(
      Self.limit("neurons", 3 + 2 * 5 * 16), for: TinyModels.residual(channels: 8))
    #expect(plan.isPossible)
    #expect(plan.channels.map(\.atMost) == [5])
    #expect(plan.channels.map(\.node) == ["first"])
  }

  @Test("axon types trade unique weights for inputs")
  func axons() throws {
    let table =
      #","uniqueWeights":{"maximum":4,"scope":"neuron","zeroIsFree":true,"form":"axon-typed","status":"assumed"}"#
    // 432 inputs of the read-out: 2 values each fit 864 axons, 3 do not; the 9 taps have room for 4.
    let two = try plan(Self.limit("fanIn", 864), table)
    #expect(two.hasFreeZero)
    #expect(two.layers.uniqueWeights(of: "conv") ?? two.uniqueWeights == 4)
    let head = two.layers.uniqueWeights(of: "head") ?? two.uniqueWeights ?? 0
    let width = try #require(two.channels.first?.atMost)
    #expect(head * 36 * width <= 864 && head * 36 * (width + 1) > 864 || width == 12)
    var options = options
    options.target.uniqueWeights = 4
    var wishes = ChipPlanner.Wishes(uniqueWeights: 2)
    let model = TinyModels.convolutional(channels: 12)
    let asked = try ChipPlanner.plan(
      model, options: options, spec: Self.spec(Self.limit("fanIn", 864), table), wishes: wishes)
    #expect(asked.uniqueWeights == 2)
    #expect(asked.removed.channels == 0)
    // A number for one layer leaves the other one its channels.
    wishes.uniqueWeights = 4
    wishes.layers = FitOptions.Layers(uniqueWeights: ["head": 2])
    let mixed = try ChipPlanner.plan(
      model, options: options, spec: Self.spec(Self.limit("fanIn", 864), table), wishes: wishes)
    #expect(mixed.removed.channels == 0)
    #expect(mixed.counts.first { $0.place == "readout" && $0.limit == "axons" }?.planned == 864)
    // All plans, best first: the estimates ascend, and all fit.
    let all = try ChipPlanner.plans(
      model, options: self.options, spec: Self.spec(Self.limit("fanIn", 864), table))
    #expect(all.count == 2)
    #expect(all.map { $0.damage ?? -1 } == all.map { $0.damage ?? -1 }.sorted())
    #expect(all.allSatisfy { $0.isPossible })
    let four = try plan(Self.limit("fanIn", 4 * 432), table)
    #expect(four.uniqueWeights == 4)
    #expect(four.scope == .channel)
  }

  @Test("layers find cores whose memories hold them")
  func memories() throws {
    // Layer 1: 9 taps → 2^(4+4) words, 12·8·8 states; layer 2: 12 · 2^(4+2) words, 3 states.
    func memories(_ first: (Int, Int), _ second: (Int, Int)) throws -> ChipPlan {
      let list = [first, second].map {
        #"{"kernelWords":\#($0.0),"neuronWords":\#($0.1),"biasWords":64}"#
      }.joined(separator: ",")
      return try plan("", #","coreMemories":[\#(list)]"#)
    }
    #expect(try memories((256, 768), (768, 3)).removed.channels == 0)
    #expect(try memories((768, 3), (256, 768)).removed.channels == 0)
    #expect(try memories((256, 767), (768, 3)).removed.channels == 1)
    #expect(try memories((256, 768), (767, 3)).removed.channels == 1)
  }

  @Test("training ends within the planned widths, on top of what the user prunes")
  func trained() throws {
    let data = try TinyModels.data()
    let spec = try Self.spec(Self.limit("neurons", 3 + 7 * 36))
    for share in [0, 0.75] {
      var options = self.options
      options.pruneShare = share
      options.epochs = 2
      let model = TinyModels.convolutional(channels: 12)
      try ChipPlanner.plan(model, options: options, spec: spec).apply(to: &options)
      let result = try SpikeFitter.fit(model, options: options, training: data)
      #expect(result.channels.map(\.after) == [share == 0 ? 7 : 3])
      let rehearsed = try SpikeFitter.rehearse(model, options: options)
      #expect(rehearsed.graph.constants["w1"]?.shape[0] == 7)
      #expect(rehearsed.stage == .fitted)
      #expect(result.model.history.last?.options["plan"]?.contains("neurons: 435 needed") == true)
    }
  }
}
