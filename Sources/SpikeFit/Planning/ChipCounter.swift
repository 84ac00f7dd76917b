import SpikeHardware

extension ChipDemand {
  /// Counts every limit of a spec once.
  struct Counter {
    let demand: ChipDemand
    let widths: [Int]
    let part: Range<Int>
    private(set) var items: [Item] = []

    private var map: NetworkMap { demand.map }
    private var spec: HardwareSpec { demand.spec }

    init(_ demand: ChipDemand, _ widths: [Int], _ part: Range<Int>) {
      self.demand = demand
      self.widths = widths
      self.part = part
    }

    mutating func count() {
      countNeurons()
      countPorts()
      countLayers()
      countSynapses()
      countMemory()
      countKinds()
    }

    private mutating func hold(
      _ limit: LimitName, _ what: String, _ needed: Int, at place: String? = nil,
      isPrunable: Bool = true
    ) {
      guard let fact = spec.limits[limit] else { return }
      items.append(
        Item(
          limit: limit.rawValue, place: place, needed: needed, allowed: fact.value,
          source: spec.citation(of: fact), what: what, isPrunable: isPrunable))
    }

    private var wirings: [NetworkMap.Wiring] {
      map.wirings.filter { part.contains($0.target) }
    }

    /// Elements that come from outside: the input, and layers on other chips.
    private var lines: Int {
      let foreign = Set(wirings.flatMap(\.sources)).filter { !part.contains($0) }
      return foreign.reduce(wirings.contains(where: \.readsInput) ? map.inputLines : 0) {
        $0 + demand.neurons($1, widths)
      }
    }

    private mutating func countNeurons() {
      let counts = part.map { demand.neurons($0, widths) }
      let total = counts.reduce(0, +)
      hold(.neurons, "neurons", total)
      hold(.addresses, "addresses of inputs and neurons", total + lines)
      if part.upperBound == map.layers.count {
        hold(.hiddenNeurons, "hidden neurons", total - (counts.last ?? 0))
      } else {
        hold(.hiddenNeurons, "hidden neurons", total)
      }
      guard let perCore = spec[.neuronsPerCore], perCore > 0 else { return }
      // A chip of one core holds all its layers in it; else no core holds two layers.
      let needed =
        spec[.cores] == 1
        ? ChipDemand.parts(total, of: perCore)
        : counts.reduce(0) { $0 + ChipDemand.parts($1, of: perCore) }
      hold(.cores, "cores", needed)
    }

    private mutating func countPorts() {
      hold(.inputChannels, "input lines", lines, isPrunable: part.lowerBound > 0)
      let last = map.layers.count - 1
      if part.contains(last) {
        hold(
          .outputNeurons, "read-out neurons", demand.neurons(last, widths), isPrunable: false)
      }
      let fed = Set(
        wirings.filter { $0.readsInput || $0.sources.contains { !part.contains($0) } }
          .map(\.target))
      hold(
        .inputTargets, "neurons that read the input",
        fed.reduce(0) { $0 + demand.neurons($1, widths) })
      let feeding = Set(wirings.filter { $0.target == last }.flatMap(\.sources))
      hold(
        .outputSources, "neurons that feed the read-out",
        feeding.reduce(0) { $0 + demand.neurons($1, widths) })
      hold(.timeSteps, "time steps", demand.timeSteps, isPrunable: false)
    }

    private mutating func countLayers() {
      hold(.layers, "layers", part.count, isPrunable: false)
      for layer in part {
        let name = map.layers[layer].name
        hold(.channels, "channels", map.layers[layer].channels.count(widths), at: name)
        hold(
          .fanOutLayers, "target layers", wirings.count { $0.sources.contains(layer) }, at: name,
          isPrunable: false)
      }
      for wiring in wirings {
        hold(
          .kernelSize, "kernel taps along one axis", wiring.kernel.max() ?? 1, at: wiring.name,
          isPrunable: false)
      }
    }

    private mutating func countSynapses() {
      hold(
        .synapses, "synapses",
        wirings.reduce(0) {
          $0 + $1.outputs.count(widths) * $1.inputs.count(widths) * $1.pairSynapses
        })
      for layer in part {
        let name = map.layers[layer].name
        let into = wirings.filter { $0.target == layer }
        func fanIn(_ wiring: NetworkMap.Wiring) -> Int {
          wiring.inputs.count(widths) * wiring.pairFanIn
        }
        let isFixed = into.allSatisfy { if case .fixed = $0.inputs { true } else { $0.readsInput } }
        hold(
          .fanIn, "synapses into one neuron", into.reduce(0) { $0 + fanIn($1) }, at: name,
          isPrunable: !isFixed)
        if let table = spec.uniqueWeights, table.form == "axon-typed",
          let axons = spec.limits[.fanIn]
        {
          func types(_ wiring: NetworkMap.Wiring) -> Int {
            min(demand.uniqueWeights(of: wiring) ?? table.maximum.value, table.maximum.value)
          }
          let most = into.map(types).max() ?? 1
          items.append(
            Item(
              limit: "axons", place: name, needed: into.reduce(0) { $0 + fanIn($1) * types($1) },
              allowed: axons.value,
              source: spec.citation(of: axons),
              what: "axons (\(most) a line: the type of an axon chooses among \(most) weights)",
              isPrunable: !isFixed))
        }
        let outOf = wirings.filter { $0.sources.contains(layer) }
        hold(
          .fanOut, "synapses out of one neuron",
          outOf.reduce(0) {
            $0 + ($1.isDepthwise ? 1 : $1.outputs.count(widths)) * $1.pairFanOut
          }, at: name, isPrunable: !outOf.contains { $0.target == map.layers.count - 1 })
      }
    }

    private mutating func countMemory() {
      hold(
        .synapseMemoryBits, "bits of synapse memory",
        wirings.reduce(0) {
          $0 + demand.stored($1, widths) * max(1, ChipDemand.ceilLog2(demand.levels(of: $1)))
        })
      hold(
        .synapseMemoryWords, "words of kernel memory",
        wirings.reduce(0) { $0 + kernelWords($1) })
      guard !spec.coreMemories.isEmpty else { return }
      // As many layers as possible on cores that are large enough, one layer a core.
      let needs = part.map { layer in
        CoreMemory(
          kernelWords: wirings.filter { $0.target == layer }.reduce(0) { $0 + kernelWords($1) },
          neuronWords: neuronWords(layer), biasWords: map.layers[layer].channels.count(widths))
      }
      let homeless = CoreMatching.unplaced(needs, on: spec.coreMemories)
      for index in homeless {
        let layer = map.layers[part.lowerBound + index]
        let largest = spec.coreMemories.map(\.kernelWords).max() ?? 0
        let states = spec.coreMemories.map(\.neuronWords).max() ?? 0
        let isKernel = needs[index].kernelWords > largest
        let needed = isKernel ? needs[index].kernelWords : needs[index].neuronWords
        let allowed = isKernel ? largest : min(states, max(0, needs[index].neuronWords - 1))
        items.append(
          Item(
            limit: "coreMemories", place: layer.name, needed: max(needed, allowed + 1),
            allowed: allowed, source: spec.name,
            what: "words of \(isKernel ? "kernel" : "neuron or kernel") memory in one free core",
            isPrunable: true))
      }
    }

    /// DYNAP-CNN's formula: channels in · 2^(⌈log2 k²⌉ + ⌈log2 channels out⌉) (sinabs, dynapcnn
    /// layer). Kernels are square and groups written out; a dense layer is a kernel over its whole input.
    private func kernelWords(_ wiring: NetworkMap.Wiring) -> Int {
      let outputs = wiring.outputs.count(widths)
      let side = wiring.kernel.max() ?? 1
      let taps = wiring.isConvolution ? side * side : wiring.positions
      let inputs =
        wiring.isDepthwise ? outputs : wiring.inputs.count(widths) / max(1, wiring.positions)
      return inputs << (ChipDemand.ceilLog2(taps) + ChipDemand.ceilLog2(outputs))
    }

    /// Its twin for neurons: channels · 2^(⌈log2 height⌉ + ⌈log2 width⌉).
    private func neuronWords(_ layer: Int) -> Int {
      map.layers[layer].plane.reduce(map.layers[layer].channels.count(widths)) {
        $0 << ChipDemand.ceilLog2($1)
      }
    }

    private mutating func countKinds() {
      func lacks(_ limit: String, _ what: String, _ place: String, _ fact: Fact<[String]>) {
        items.append(
          Item(
            limit: limit, place: place, needed: 1, allowed: 0, source: spec.citation(of: fact),
            what: what, isPrunable: false))
      }
      if let fact = spec.connections {
        for wiring in wirings {
          let kind = wiring.isConvolution ? "convolution" : "dense"
          guard !fact.value.contains(kind) else { continue }
          lacks(
            "connections",
            "\(kind) connections; \(spec.name) has "
              + "\(fact.value.joined(separator: ", ")) connections only",
            wiring.name, fact)
        }
      }
      if let fact = spec.neuronModels {
        for layer in part where !fact.value.contains(map.layers[layer].model) {
          lacks(
            "neuronModels",
            "\(map.layers[layer].model) neurons; \(spec.name) has "
              + "\(fact.value.joined(separator: ", ")) neurons only",
            map.layers[layer].name, fact)
        }
      }
    }
  }
}
