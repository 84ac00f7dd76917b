import SpikeDiagnostics
import SpikeFit
import SpikeGraph

extension FitResult {
  /// The result for people.
  var table: String {
    var table = TextTable("figure", "value")
    if let startAccuracy {
      table.add("accuracy before training, neurons of the chip", Figure.percent(startAccuracy))
    }
    if model.stage == .spiking {
      table.add(
        "accuracy in full precision",
        floatAccuracy.map(Figure.percent) ?? "not measured: no test data")
    } else {
      if let floatAccuracy {
        table.add("accuracy before integers", Figure.percent(floatAccuracy))
      }
      table.add(
        "accuracy in integers", integerAccuracy.map(Figure.percent) ?? "not measured: no test data")
    }
    for population in channels {
      table.add("channels of \(population.node)", "\(population.before) → \(population.after)")
    }
    if let operationsBefore, let operationsAfter {
      table.add(
        "effective ACs per sample",
        "\(Figure.grouped(Int(operationsBefore.accumulations))) → "
          + Figure.grouped(Int(operationsAfter.accumulations)))
      table.add(
        "effective MACs per sample",
        "\(Figure.grouped(Int(operationsBefore.multiplyAccumulations))) → "
          + Figure.grouped(Int(operationsAfter.multiplyAccumulations)))
    }
    for use in budgets {
      table.add(
        "budget of \(use.budget.name)",
        "\(use.used.map { FitResult.text($0, use.budget) } ?? "not measured") of "
          + FitResult.text(use.budget.limit, use.budget))
    }
    for (name, book) in model.codebooks.sorted(by: { $0.key < $1.key }) {
      table.add("weights of \(name)", FitResult.text(of: book))
    }
    for node in model.graph.nodes {
      guard case .neuron(let neuron) = node.operator, neuron.leaks else { continue }
      let kept =
        neuron.fractionBits == nil
        ? Figure.decimal(Double(neuron.membraneDecay), places: 4)
        : "\(Int((neuron.membraneDecay * 4096).rounded()))/4096"
      table.add("leak of \(node.name)", "keeps \(kept) each step")
    }
    table.add(
      "training", "\(Figure.decimal(seconds, places: 0)) s, \(Int(samplesPerSecond)) samples/s")
    if isInterrupted { table.add("interrupted", "after \(steps) of \(plannedSteps) steps") }
    return table.text
  }

  private static func text(_ amount: Double, _ budget: FitOptions.Budget) -> String {
    budget.picojoules == nil ? Figure.grouped(Int(amount)) : budget.text(of: amount)
  }

  /// The values of a codebook, or how many there are where a line could not hold them.
  private static func text(of book: WeightCodebook) -> String {
    guard book.entries.count == 1 else { return "\(book.entries.count) codebooks" }
    let values = (book.entries[0] + (book.hasFreeZero ? [0] : [])).sorted()
    guard values.count > 16, let low = values.first, let high = values.last else {
      return values.map(String.init).joined(separator: " ")
    }
    return "\(values.count) values from \(low) to \(high)"
  }

  /// The result for machines.
  func summary(output: String?) -> Summary {
    .members([
      "output": output.map { .text($0) },
      "integerAccuracy": integerAccuracy.map { .number($0) },
      "floatAccuracy": floatAccuracy.map { .number($0) },
      "startAccuracy": startAccuracy.map { .number($0) },
      "finalLoss": .number(finalLoss),
      "channels": .list(
        channels.map {
          .members([
            "population": .text($0.node), "before": .integer($0.before),
            "after": .integer($0.after),
          ])
        }),
      "operationsBefore": operationsBefore.map(Self.summary),
      "operationsAfter": operationsAfter.map(Self.summary),
      "codebooks": .object(
        model.codebooks.sorted { $0.key < $1.key }.map { name, book in
          Summary.Member(
            key: name,
            value: .members([
              "scope": .text(book.scope.rawValue), "freeZero": .flag(book.hasFreeZero),
              "scale": .number(Double(book.scale)),
              "entries": .list(
                book.entries.map { .list($0.map { .integer(Int($0)) }) }),
            ]))
        }),
      "decays": .object(
        model.graph.nodes.compactMap { node in
          guard case .neuron(let neuron) = node.operator, neuron.leaks else { return nil }
          return Summary.Member(key: node.name, value: .number(Double(neuron.membraneDecay)))
        }),
      "steps": .integer(steps), "plannedSteps": .integer(plannedSteps),
      "interrupted": .flag(isInterrupted), "seconds": .number(seconds),
      "findings": .list(findings.map(Summary.finding)),
    ])
  }

  private static func summary(_ operations: Operations) -> Summary {
    .members([
      "effectiveACs": .number(operations.accumulations),
      "effectiveMACs": .number(operations.multiplyAccumulations),
      "spikes": .number(operations.spikes),
    ])
  }
}
