import SpikeDiagnostics
import SpikeGraph

extension FitOptions {
  /// Integers that a weight may be: the target's range, narrowed by ``bits``.
  var weightRange: ClosedRange<Int> { weightRange(bits: bits) }

  /// Proves that every option is in its range and that they do not contradict each other.
  ///
  /// All violations are reported at once.
  func check() throws(FitError) {
    var findings: [Finding] = []
    func refuse(_ option: String, _ found: String, _ allowed: String, _ fix: String) {
      findings.append(
        Finding(
          .error, code: FitErrorCode.invalidOption.rawValue,
          message: "The option '\(option)' is \(found); allowed is \(allowed).", fix: fix,
          needed: found, allowed: allowed))
    }
    checkWeights(refuse, uniqueWeights, bits, of: nil)
    for item in layers.numbers {
      checkWeights(
        refuse, uniqueWeights(of: item.node), item.bits ?? bits, of: item.node)
    }
    checkLayers(refuse)
    let numbers: [(String, Double, ClosedRange<Double>)] = [
      ("prune", pruneShare, 0...0.99), ("epochs", epochs, 0...10_000),
      ("batch", Double(batch), 1...65_536), ("time steps", Double(timeSteps), 1...4_096),
      ("threads", Double(threads), 1...1_024),
      ("learning rate", Double(learning.rate), 0...10),
      ("centroid learning rate", Double(learning.centroidShare), 0...10),
      ("logit scale", Double(logitScale ?? 1), 1e-30...1e30),
      ("threshold factor", Double(thresholdFactor ?? 1), 1e-6...1e6),
      ("label smoothing", Double(labelSmoothing), 0...0.9),
      ("pruning events", Double(pruning.events), 1...1_000),
      ("pruning samples", Double(pruning.samples), 1...1_000_000),
      ("codebook start", schedule.codebookStart, 0...1), ("snap start", schedule.snapStart, 0...1),
      ("pruning start", schedule.pruneStart, 0...1), ("pruning end", schedule.pruneEnd, 0...1),
      ("channel scale rate", Double(codebook.channelScaleShare), 0...10),
      ("commitment", Double(codebook.commitment), 0...1_000),
      ("soft share", codebook.softShare, 0...1),
      ("cost exponent", pruning.costExponent, 0...10), ("crowding", pruning.crowding, 0...10),
      ("label temperature", pruning.labelTemperature, 0.01...1_000),
      ("sparsity", pruning.sparsity, 0...0.99),
      ("largest share", pruning.largestShare, 0...0.99),
      ("input bits", Double(target.inputBits), 1...8),
      ("channel multiple", Double(target.channelMultiple), 1...65_536),
    ]
    for (name, value, range) in numbers + quality.numbers + leak.numbers
    where !range.contains(value) {
      refuse(
        name, "\(value)", "\(range.lowerBound) to \(range.upperBound)",
        "choose a value in that range")
    }
    let counts: [Int?] = [uniqueWeights] + layers.numbers.compactMap(\.uniqueWeights)
    for (index, count) in counts.enumerated() where counts.firstIndex(of: count) == index {
      checkCodebook(count, refuse)
    }
    if pruning.sparsity > 0, uniqueWeights != nil, !hasFreeZero {
      refuse(
        "sparsity", "\(pruning.sparsity)", "0 without a free zero",
        "allow 0 besides the unique weights: --free-zero")
    }
    if schedule.pruneStart > schedule.pruneEnd {
      refuse(
        "pruning start", "\(schedule.pruneStart)", "at most the end, \(schedule.pruneEnd)",
        "start pruning before it ends")
    }
    if leak.mode == .none, let initial = leak.initial, initial != 0 {
      refuse(
        "initial leak", "\(initial)", "none without a leak", "leave it out, or keep or learn a leak"
      )
    }
    if quality.patience > 0, quality.validationShare == 0 {
      refuse(
        "patience", "\(quality.patience)", "0 where nothing is held out",
        "hold out a share of the training data, for example 0.1")
    }
    guard let first = findings.first else { return }
    throw FitError(.invalidOption, first.message, fix: first.fix, findings: findings)
  }

  /// The numbers of all layers, or of the one with a name.
  private func checkWeights(
    _ refuse: (String, String, String, String) -> Void, _ count: Int?, _ bits: Int?,
    of node: String?
  ) {
    let place = node.map { " of \($0)" } ?? ""
    if let m = count, !(2...256).contains(m) {
      refuse(
        "unique weights\(place)", "\(m)", "2 to 256", "choose a number of weights in that range")
    }
    if let m = count, let most = target.uniqueWeights, m > most {
      refuse(
        "unique weights\(place)", "\(m)", "at most \(most) for \(target.name)",
        "ask for \(most) or fewer")
    }
    let range = weightRange(bits: bits)
    if let bits, !(2...8).contains(bits) {
      refuse("bits\(place)", "\(bits)", "2 to 8", "choose 2, 4 or 8 bits")
    } else if let m = count, m > range.count {
      refuse(
        "unique weights\(place)", "\(m)", "at most \(range.count) with integers of \(range)",
        "allow more bits or ask for fewer unique weights")
    }
  }

  private func checkLayers(_ refuse: (String, String, String, String) -> Void) {
    guard !layers.numbers.isEmpty else { return }
    if uniqueWeights == nil, layers.numbers.contains(where: { $0.uniqueWeights != nil }) {
      refuse(
        "unique weights by layer", "given", "nothing where weights are any integer",
        "give a number for all layers, too")
    }
    if scope == .network {
      refuse(
        "unique weights and bits by layer", "given", "one number with one codebook for the network",
        "give one number, or a codebook for each layer: --scope layer")
    }
  }

  private func checkCodebook(_ count: Int?, _ refuse: (String, String, String, String) -> Void) {
    guard let count else {
      if codebook.method != .cat {
        refuse(
          "codebook", "'\(codebook.method.rawValue)' without a number of unique weights",
          "a number of unique weights", "choose 2 to 256 unique weights")
      }
      return
    }
    let family = codebook.effectiveFamily
    if codebook.method.family.map({ $0 != codebook.family && codebook.family != .free }) == true {
      refuse(
        "codebook family", "'\(codebook.family.rawValue)' with '\(codebook.method.rawValue)'",
        "'\(family.rawValue)', which the method brings along", "leave the family out")
    }
    if (2...256).contains(count), family.patterns(count: count, freeZero: hasFreeZero) == nil {
      refuse(
        "unique weights", "\(count)\(hasFreeZero ? " and a free zero" : "")",
        "\(family.requirement), for \(family.rawValue) values",
        "change the number of unique weights or the family of values")
    }
    let tied: [CodebookMethod] = [.cat, .fixed, .frozen, .postHoc]
    if codebook.tie == .axon {
      if scope != .channel || hasFreeZero || family != .free || !tied.contains(codebook.method) {
        refuse(
          "codebook tie",
          "axon types with '\(codebook.method.rawValue)', "
            + "'\(family.rawValue)' values and scope '\(scope.rawValue)'",
          "free values without a free zero, scope 'channel', and one of "
            + tied.map(\.rawValue).joined(separator: ", "), "leave the other options out")
      }
    } else if case .core(let channels) = codebook.tie, scope != .channel || channels < 1 {
      refuse(
        "codebook tie", "blocks of \(channels) channels in scope '\(scope.rawValue)'",
        "blocks of at least 1 channel in scope 'channel'", "use the scope of cores")
    }
  }
}
