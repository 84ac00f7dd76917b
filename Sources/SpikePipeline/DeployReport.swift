import SpikeConvert
import SpikeDiagnostics
import SpikeFit
import SpikeHardware
import SpikeSimulate
import SpikeValidate

/// What each station gained and lost.
struct DeployReport {
  let settings: FitSettings
  let spec: HardwareSpec
  let timeSteps: Int
  var converted: Pipeline.Converted?
  /// The converted network before fitting, at the final number of time steps.
  var before: Measured?
  /// Accuracy of the same fit without pruning.
  var unpruned: Double?
  var fitted: FitResult?
  var exported: Pipeline.Exported?
  /// Bytes of the imported parameters as float32.
  var floatBytes = 0
  /// The fitted model in the float engine, with NeuroBench's counts.
  var after: Measured?
  /// The bundle in the chip's integers, with the synaptic events that the chip delivers.
  var integers: Measured?
  var equalPredictions = 0
  var validation: Report?
  var findings: [Finding] = []

  init(settings: FitSettings, spec: HardwareSpec, timeSteps: Int) {
    self.settings = settings
    self.spec = spec
    self.timeSteps = timeSteps
  }

  private var fitName: String {
    if let numbers = settings.uniqueWeightsByLayer { return "fitted, M = \(numbers)" }
    return settings.plansUniqueWeights ? "fitted" : "fitted, M = \(settings.uniqueWeights)"
  }

  /// The report for people.
  var table: String {
    var table = TextTable("station", "figure")
    if let converted {
      table.add("ANN accuracy", Figure.percent(converted.original.accuracy))
      for point in converted.curve {
        table.add("SNN accuracy, T = \(point.timeSteps)", Figure.percent(point.accuracy))
      }
    }
    if let unpruned {
      table.add("\(fitName), no pruning, T = \(timeSteps)", Figure.percent(unpruned))
    }
    if let fitted {
      table.add(
        "\(fitName), \(Figure.decimal(settings.prune * 100, places: 0)) % of channels pruned, T = \(timeSteps)",
        Figure.percent(fitted.integerAccuracy ?? 0))
    }
    if let integers {
      table.add("bundle, integers of \(spec.name)", Figure.percent(integers.accuracy))
      table.add(
        "  predictions equal to the fitted model's",
        "\(Figure.grouped(equalPredictions)) of \(Figure.grouped(integers.samples))")
    }
    if let exported {
      let share = Double(exported.sizes.total) / Double(max(1, floatBytes))
      table.add("float32 parameters", "\(Figure.grouped(floatBytes)) bytes")
      table.add(
        "bundle",
        "\(Figure.grouped(exported.sizes.total)) bytes (1/\(Figure.decimal(1 / share, places: 1)))")
      table.add("  index streams / order-0 entropy", exported.sizes.entropyText)
    }
    addOperations(&table)
    if let validation {
      table.add(
        "validation for \(spec.name)",
        (validation.isClean ? "clean" : "\(validation.errorCount) errors")
          + ", \(validation.passed) passed, \(validation.warningCount) warnings, "
          + "\(validation.notCheckedCount) not checked")
    }
    return table.text
  }

  private func addOperations(_ table: inout TextTable) {
    guard let before, let after else { return }
    for (name, path) in [("ACs", \Measured.accumulates), ("MACs", \Measured.multiplyAccumulates)] {
      table.add(
        "effective \(name) per image (NeuroBench)",
        "\(grouped(before[keyPath: path])) → \(grouped(after[keyPath: path]))")
    }
    for (first, second) in zip(energy(before).rows, energy(after).rows) {
      table.add(
        "  energy at \(first.name)",
        "\(Figure.decimal(first.nanojoules, places: 0)) → "
          + "\(Figure.decimal(second.nanojoules, places: 0)) nJ")
    }
    if let integers {
      // Behind a pool NeuroBench counts one MAC per window; the chip delivers every spike.
      table.add(
        "synaptic events that the chip delivers",
        grouped((integers.accumulates ?? 0) + (integers.multiplyAccumulates ?? 0)))
    }
  }

  private func grouped(_ value: Double?) -> String {
    value.map { Figure.grouped(Int($0.rounded())) } ?? "not counted"
  }

  /// Prices of the counted operations: 0.9 pJ per float32 accumulate, and the chip's own figure.
  private func energy(_ measured: Measured) -> EnergyReport {
    EnergyReport(
      accumulates: measured.accumulates ?? 0,
      multiplyAccumulates: measured.multiplyAccumulates ?? 0,
      chip: spec.energy.first.map { figure in
        (
          name:
            "\(Figure.decimal(figure.picojoulesPerSynapticOperation, places: 1)) pJ per operation of \(spec.name)",
          picojoulesPerOperation: figure.picojoulesPerSynapticOperation,
          source: spec.sources.first { $0.id == figure.source }?.document ?? figure.source
        )
      })
  }

  /// The report for machines.
  var summary: Summary {
    .members([
      "target": .text(spec.name), "timeSteps": .integer(timeSteps),
      "uniqueWeights": .integer(settings.uniqueWeights), "prune": .number(settings.prune),
      "seed": .text(String(settings.seed)),
      "convert": converted?.summary(output: nil),
      "unprunedAccuracy": unpruned.map { .number($0) },
      "fit": fitted?.summary(output: nil),
      "bundleAccuracy": integers.map { .number($0.accuracy) },
      "testSamples": integers.map { .integer($0.samples) },
      "equalPredictions": .integer(equalPredictions),
      "floatBytes": .integer(floatBytes),
      "export": exported?.summary(output: "model.sfb"),
      "operationsBefore": before.map(operations), "operationsAfter": after.map(operations),
      "chipEventsPerSample": integers.map {
        .number(($0.accumulates ?? 0) + ($0.multiplyAccumulates ?? 0))
      },
      "validation": validation.map(Pipeline.summary),
    ])
  }

  private func operations(_ measured: Measured) -> Summary {
    .members([
      "effectiveACsPerSample": measured.accumulates.map { .number($0) },
      "effectiveMACsPerSample": measured.multiplyAccumulates.map { .number($0) },
      "spikesPerSample": measured.spikes.map { .number($0) },
      "energy": .list(
        energy(measured).rows.map {
          .members([
            "price": .text($0.name), "nanojoules": .number($0.nanojoules),
            "source": .text($0.source),
          ])
        }),
    ])
  }
}
