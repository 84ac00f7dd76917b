import SpikeGraph
import SpikeHardware

/// The words of a plan.
struct ChipPlanReport {
  let solver: ChipSolver
  let widths: [Int]
  let options: FitOptions
  let wishes: ChipPlanner.Wishes
  /// Estimated noise of all currents; nil where nothing was compared.
  let damage: Double?

  private var demand: ChipDemand { solver.demand }
  private var spec: HardwareSpec { demand.spec }
  private var map: NetworkMap { demand.map }

  var plan: ChipPlan {
    let before = demand.items(map.widths)
    let after = demand.items(widths)
    func find(_ item: ChipDemand.Item, _ list: [ChipDemand.Item]) -> ChipDemand.Item? {
      list.first { $0.limit == item.limit && $0.place == item.place }
    }
    var plan = ChipPlan(
      uniqueWeights: demand.uniqueWeights, scope: scope, hasFreeZero: demand.hasFreeZero,
      channels: map.widths.indices.filter { map.isPrunable[$0] }.map {
        ChipPlan.Channels(node: map.names[$0], before: map.widths[$0], atMost: widths[$0])
      },
      counts: before.map {
        ChipPlan.Count(
          limit: $0.limit, place: $0.place, before: $0.needed,
          planned: find($0, after)?.needed ?? $0.needed, allowed: $0.allowed)
      },
      shortfalls: after.filter { !$0.isMet }.map(shortfall), lines: [])
    if let clash = scopeShortfall { plan.shortfalls.append(clash) }
    plan.layers = demand.layers
    plan.damage = damage
    plan.lines = lines(before, plan)
    return plan
  }

  // MARK: Codebook

  /// The finest scope in which the chip counts unique weights, as the fitter can train it.
  private var chipScope: CodebookScope? {
    switch spec.uniqueWeights?.scope {
    case .neuron: .channel
    case .network: .network
    case .layer, .core: .layer
    case nil: nil
    }
  }

  private var scope: CodebookScope { wishes.scope ?? chipScope ?? .layer }

  private func fineness(_ scope: CodebookScope) -> Int {
    switch scope {
    case .network: 0
    case .layer: 1
    case .channel: 2
    }
  }

  private var scopeShortfall: ChipShortfall? {
    guard let wish = wishes.scope, let chip = chipScope, fineness(wish) > fineness(chip) else {
      return nil
    }
    return ChipShortfall(
      limit: "uniqueWeights", needed: fineness(wish), allowed: fineness(chip),
      message: "One codebook for each \(wish.rawValue) was asked for; \(spec.name) counts its "
        + "unique weights for each \(chip.rawValue).",
      remedy: "leave out --scope, or use --scope \(chip.rawValue)", isPrunable: false)
  }

  // MARK: Shortfalls

  private func shortfall(_ item: ChipDemand.Item) -> ChipShortfall {
    let place = item.place.map { " at '\($0)'" } ?? ""
    // "convolution connections; the chip has dense connections only"
    let parts = item.what.split(separator: ";", maxSplits: 1).map(String.init)
    var message =
      parts.count == 2
      ? "The network needs \(parts[0])\(place);\(parts[1]) (\(item.source))."
      : "The network needs \(Quantity.text(item.needed, item.what))\(place); \(spec.name) has "
        + "\(item.allowed): \(item.needed - item.allowed) too many (\(item.source))."
    if item.isPrunable {
      message +=
        " That counts \(Int((wishes.largestShare * 100).rounded())) % of the channels that could "
        + "help as removed already."
    }
    return ChipShortfall(
      limit: item.limit, place: item.place, needed: item.needed, allowed: item.allowed,
      message: message, remedy: remedy(item), isPrunable: item.isPrunable)
  }

  private func remedy(_ item: ChipDemand.Item) -> String {
    switch item.limit {
    case "inputChannels":
      "reduce the input to \(Quantity.text(item.allowed, "lines")) before the network"
    case "cores": "use a network that fills at most \(Quantity.text(item.allowed, item.what))"
    case "addresses", "neurons", "hiddenNeurons", "layers":
      "use a network with at most \(Quantity.text(item.allowed, item.what))"
    case "outputNeurons": "use at most \(Quantity.text(item.allowed, "classes"))"
    case "connections": "use a network with the connections that the chip has"
    case "neuronModels": "use neurons that the chip has"
    case "kernelSize": "use kernels of at most \(Quantity.text(item.allowed, "taps"))"
    case "timeSteps": "use at most \(Quantity.text(item.allowed, item.what))"
    case "fanOutLayers": "remove a branch, or relay the spikes through a further population"
    case "axons": axonRemedy(item)
    default:
      "use fewer channels, so that \(Quantity.text(item.allowed, item.what)) "
        + (item.allowed == 1 ? "is enough" : "are enough")
    }
  }

  private func axonRemedy(_ item: ChipDemand.Item) -> String {
    let into = map.wirings.filter { map.layers[$0.target].name == item.place }
    let types = max(1, into.compactMap(demand.uniqueWeights).max() ?? 1)
    let inputs = item.needed / types
    return
      inputs * 2 <= item.allowed
      ? "ask for fewer unique weights: \(inputs) lines leave room for \(item.allowed / inputs)"
      : "use at most \(Quantity.text(item.allowed / types, "inputs")) a neuron"
  }

  // MARK: Lines

  private func lines(_ before: [ChipDemand.Item], _ plan: ChipPlan) -> [String] {
    var lines: [String] = []
    for item in before where !item.isMet {
      lines.append(
        "\(item.limit)\(item.place.map { " of \($0)" } ?? ""): \(item.needed) needed, "
          + "\(item.allowed) there (\(item.source))")
    }
    if lines.isEmpty { lines.append("every stated limit holds without pruning") }
    let (removed, all) = plan.removed
    for channels in plan.channels where channels.atMost < channels.before {
      lines.append(
        "channels of \(channels.node): \(channels.before) → at most \(channels.atMost)")
    }
    let asked = Int((options.pruneShare * Double(all)).rounded())
    if removed > 0 || asked > 0 {
      let request = asked > 0 ? ", you asked for \(asked): \(max(removed, asked)) go" : ""
      lines.append("pruning: the limits take \(removed) of \(all) channels\(request)")
    }
    lines.append(codebookLine)
    if let damage {
      lines.append(
        "chosen for the least noise in the currents, by few values and missing channels: "
          + "\((damage * 1_000).rounded() / 10) % of the signal, summed over layers")
    }
    lines.append(
      "integers: weights \(range(options.weightRange)), thresholds "
        + "\(range(options.target.thresholdRange)) (one for each "
        + "\(options.target.hasChannelThresholds ? "channel" : "layer")), biases "
        + (options.target.biasRange == 0...0 ? "none" : range(options.target.biasRange))
        + ", input spikes of \(options.target.inputBits) bits")
    let unknown = ChipPlanReport.planned.filter { spec.limits[$0] == nil }.map(\.rawValue)
    if !unknown.isEmpty {
      lines.append("not checked, the spec does not state them: \(unknown.joined(separator: ", "))")
    }
    if spec.uniqueWeights?.form == "axon-typed" {
      lines.append("not checked: placement on cores and copies of neurons for several axons")
    }
    return lines
  }

  private var codebookLine: String {
    let number = demand.uniqueWeights.map(String.init) ?? "any number of"
    var line = "codebook: \(number) unique weights for each \(scope.rawValue)"
    if let text = demand.layers.text { line += " (\(text))" }
    if demand.hasFreeZero { line += ", and absent synapses" }
    if wishes.uniqueWeights != nil {
      line += " (asked for)"
    } else if let limit = spec.uniqueWeights {
      line += " (\(spec.name) has \(limit.maximum.value) for each \(limit.scope.rawValue)"
      if limit.form == "axon-typed", let axons = spec[.fanIn], demand.uniqueWeights != nil {
        line += ", a line of M types takes M of \(axons) axons"
      }
      line += ")"
    } else {
      line += " (\(spec.name) states no limit)"
    }
    return line
  }

  private func range(_ range: ClosedRange<Int>) -> String {
    "\(range.lowerBound)…\(range.upperBound)"
  }

  /// Limits that a plan counts; ranges of integers are part of the training.
  private static let planned: [LimitName] = [
    .neurons, .cores, .neuronsPerCore, .synapses, .fanIn, .fanOut, .inputChannels, .outputNeurons,
    .layers, .timeSteps,
  ]
}
