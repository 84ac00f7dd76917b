import SpikeBundle
import SpikeData
import SpikeDiagnostics
import SpikeExport
import SpikeFit
import SpikeGraph
import SpikeHardware
import SpikeValidate

extension Pipeline {
  /// Solves the limits of a chip for a model before any training, and proves on an untrained model
  /// of the planned shape that export and validation will pass.
  /// - Returns: the plan; `options` have it.
  /// - Throws: `fit.exceeds-chip` where a limit cannot be met, with what would help; other `fit.…`
  ///   codes.
  func plan(
    _ model: Model, options: inout FitOptions, settings: FitSettings, spec: HardwareSpec
  ) throws -> ChipPlan {
    let plans = try plans(model, options: &options, settings: settings, spec: spec)
    plans[0].apply(to: &options)
    try rehearse(model, options: options, spec: spec)
    return plans[0]
  }

  /// Plans for a chip, best first; the first is possible.
  func plans(
    _ model: Model, options: inout FitOptions, settings: FitSettings, spec: HardwareSpec
  ) throws -> [ChipPlan] {
    let lines = try chooseLevels(model, options: &options, settings: settings, spec: spec)
    var plans = try ChipPlanner.plans(
      model, options: options, spec: spec, wishes: settings.wishes(options))
    guard plans[0].isPossible else {
      throw try refusal(plans[0], model, options: options, settings: settings, spec: spec)
    }
    for index in plans.indices { plans[index].lines += lines }
    return plans.filter(\.isPossible)
  }

  /// Chooses numbers of unique weights for every layer where the settings ask for that; with a chip,
  /// once more for the widths that it has room for.
  /// - Returns: what was weighed.
  func chooseLevels(
    _ model: Model, options: inout FitOptions, settings: FitSettings, spec: HardwareSpec?
  ) throws -> [String] {
    guard settings.uniqueWeightsByLayer == LayerSettings.automatic else { return [] }
    if settings.plansScope { options.scope = options.target.codebookScope }
    var lines: [String] = []
    for round in 0..<(spec == nil ? 1 : 2) {
      guard let levels = try ChipPlanner.levels(model, options: options, spec: spec) else { break }
      options.layers = levels.layers
      options.uniqueWeights = levels.layers.numbers.compactMap(\.uniqueWeights).max()
      lines = levels.lines
      guard let spec, round == 0 else { break }
      let plan = try ChipPlanner.plan(
        model, options: options, spec: spec, wishes: settings.wishes(options))
      guard plan.isPossible, plan.removed.channels > 0 else { break }
      options.chip = FitOptions.Chip(
        mostChannels: Dictionary(
          uniqueKeysWithValues: plan.channels.map { ($0.node, $0.atMost) }))
    }
    options.chip = FitOptions.Chip(reasons: spec == nil ? lines : [])
    return lines
  }

  /// `fit --plan`: what a fit would choose, without data and without training.
  /// - Throws: as ``fit(_:)`` before training.
  public func planFit(_ request: FitRequest) throws -> Outcome {
    guard let spec = try Pipeline.fitSpec(request.settings.target) else {
      throw PipelineError(
        .invalidOption, "There is nothing to plan without a chip.", fix: "name one: --target CHIP")
    }
    let loaded = try load(request.input, stages: [.spiking], for: "fit")
    var options = try Pipeline.fitOptions(
      request.settings, model: loaded, spec: spec, threads: context.threads)
    let plan: ChipPlan
    if request.settings.planTrials ?? 0 > 0, !request.data.source.isEmpty {
      let training = try data(
        request.data, .train, for: loaded.model, seed: request.settings.seed)
      plan = try tryPlans(
        loaded.model, options: &options, settings: request.settings, spec: spec, on: training)
    } else {
      plan = try self.plan(
        loaded.model, options: &options, settings: request.settings, spec: spec)
    }
    var table = TextTable("limit", "needed now", "planned, at most", "chip")
    for count in plan.counts {
      table.add(
        count.limit + (count.place.map { " of \($0)" } ?? ""), Figure.grouped(count.before),
        Figure.grouped(count.planned), Figure.grouped(count.allowed))
    }
    return Outcome(
      summary: plan.summary,
      text: (["plan for \(spec.title)", "", table.text, ""] + plan.lines).joined(separator: "\n"))
  }

  // MARK: Proof

  /// Exports and validates an untrained model of the planned shape.
  func rehearse(_ model: Model, options: FitOptions, spec: HardwareSpec) throws {
    let untrained: Model
    do {
      untrained = try SpikeFitter.rehearse(model, options: options)
    } catch {
      // Integers that do not exist for the weights of now may exist for trained ones.
      if error.code == .notRealisable { return }
      throw error
    }
    guard let bundle = try lowered(untrained, spec: spec) else { return }
    let report = Validator.validate(bundle, against: spec)
    let errors = report.findings.filter {
      $0.severity == .error && !Pipeline.trainedRules.contains($0.code)
    }
    guard let first = errors.first else { return }
    throw FitError(
      .exceedsChip, "Fitted to \(spec.name), the network would not validate: \(first.message)",
      at: first.location, fix: first.fix, findings: errors)
  }

  /// The bundle of an untrained model; nil where only its numbers stand in the way.
  private func lowered(_ model: Model, spec: HardwareSpec) throws -> Bundle? {
    do {
      return try Lowering.lower(
        model, target: Pipeline.exportTarget(spec), producer: SfconvVersion.producer)
    } catch {
      let structural: [ExportErrorCode] = [
        .unsupportedOperator, .unsupportedTopology, .unsupportedNeuron, .unsupportedEncoding,
      ]
      guard structural.contains(error.code) else { return nil }
      throw FitError(
        .exceedsChip, "\(spec.name) cannot run this network: \(error.message)",
        at: error.location, fix: error.fix, findings: error.findings, cause: error)
    }
  }

  /// Rules about numbers that training chooses within the chip's ranges.
  private static let trainedRules: Set<String> = [
    "validate.threshold-range", "validate.bias-range", "validate.weight-range",
  ]

  /// Whether a fitted model exports and validates; nil where it cannot be exported.
  func validation(of model: Model, spec: HardwareSpec) -> Report? {
    guard
      let bundle = try? Lowering.lower(
        model, target: Pipeline.exportTarget(spec), producer: SfconvVersion.producer)
    else { return nil }
    return Validator.validate(bundle, against: spec)
  }

  // MARK: Refusal

  private func refusal(
    _ plan: ChipPlan, _ model: Model, options: FitOptions, settings: FitSettings,
    spec: HardwareSpec
  ) throws -> FitError {
    var ways: [String] = []
    for shortfall in plan.shortfalls where !ways.contains(shortfall.remedy) {
      ways.append(shortfall.remedy)
    }
    let others = HardwareCatalog.names.filter { name in
      name != spec.name && takes(name, model, options: options, settings: settings)
    }
    if !others.isEmpty { ways.append("another chip: --target \(others.joined(separator: " or "))") }
    if let chips = try ChipPlanner.split(
      model, options: options, spec: spec, wishes: settings.wishes(options)), chips.count > 1
    {
      let parts = chips.map { $0.joined(separator: ", ") }.joined(separator: " | ")
      ways.append("\(chips.count) chips in a row: \(parts)")
    }
    let findings = plan.shortfalls.map {
      Finding(
        .error, code: FitErrorCode.exceedsChip.rawValue, message: $0.message,
        location: Location(node: $0.place), fix: $0.remedy, needed: "\($0.needed)",
        allowed: "\($0.allowed)")
    }
    return FitError(
      .exceedsChip, plan.shortfalls[0].message,
      at: Location(node: plan.shortfalls[0].place), fix: ways.joined(separator: "; or "),
      findings: findings.count > 1 ? Array(findings.dropFirst()) : [])
  }

  private func takes(
    _ name: String, _ model: Model, options: FitOptions, settings: FitSettings
  ) -> Bool {
    guard let spec = try? HardwareCatalog.spec(name) else { return false }
    var other = options
    other.target = FitTarget(spec, inputBits: settings.inputBits)
    guard
      let plan = try? ChipPlanner.plan(
        model, options: other, spec: spec, wishes: settings.wishes(other)), plan.isPossible
    else { return false }
    plan.apply(to: &other)
    return (try? rehearse(model, options: other, spec: spec)) != nil
  }
}

extension FitSettings {
  /// What the user decided about the codebook.
  func wishes(_ options: FitOptions) -> ChipPlanner.Wishes {
    let isOpen = plansUniqueWeights && codebook == "cat" && family == nil
    var wishes = ChipPlanner.Wishes(
      uniqueWeights: isOpen && options.layers.numbers.allSatisfy { $0.uniqueWeights == nil }
        ? nil : options.uniqueWeights,
      scope: plansScope ? nil : options.scope)
    wishes.layers = options.layers
    return wishes
  }
}

extension ChipPlan {
  /// The plan for machines.
  var summary: Summary {
    let groups: [Summary] = channels.map(ChipPlan.summary)
    let limits: [Summary] = counts.map(ChipPlan.summary)
    let reasons: [Summary] = lines.map { Summary.text($0) }
    let numbers: [Summary] = layers.numbers.map { item in
      .members([
        "layer": .text(item.node), "uniqueWeights": item.uniqueWeights.map { .integer($0) },
        "bits": item.bits.map { .integer($0) },
      ])
    }
    let number: Summary? = uniqueWeights.map { Summary.integer($0) }
    return Summary.members([
      "uniqueWeights": number, "layers": numbers.isEmpty ? nil : Summary.list(numbers),
      "damage": damage.map { Summary.number($0) }, "scope": Summary.text(scope.rawValue),
      "freeZero": Summary.flag(hasFreeZero), "channels": Summary.list(groups),
      "limits": Summary.list(limits), "reasons": Summary.list(reasons),
    ])
  }

  private static func summary(_ channels: Channels) -> Summary {
    Summary.members([
      "population": Summary.text(channels.node), "before": Summary.integer(channels.before),
      "atMost": Summary.integer(channels.atMost),
    ])
  }

  private static func summary(_ count: Count) -> Summary {
    let place: Summary? = count.place.map { Summary.text($0) }
    return Summary.members([
      "limit": Summary.text(count.limit), "place": place, "needed": Summary.integer(count.before),
      "planned": Summary.integer(count.planned), "allowed": Summary.integer(count.allowed),
    ])
  }
}
