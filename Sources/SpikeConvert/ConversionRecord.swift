import SpikeDiagnostics
import SpikeGraph

extension Converter {
  /// What goes into the history of the model.
  static func record(
    _ options: ConvertOptions, _ reports: [LayerReport], _ logitsScale: Float, samples: Int
  ) -> HistoryRecord {
    var metrics = ["logits.scale": Double(logitsScale)]
    for report in reports { metrics["rate-error.\(report.name)"] = report.rateError }
    let reset =
      switch options.reset {
      case .bySubtraction: "by-subtraction"
      case .toValue(let value): "to-value \(value)"
      }
    return HistoryRecord(
      station: "convert", version: "",
      options: [
        "time-steps": String(options.timeSteps), "rule": options.rule.name,
        "scope": options.scope.rawValue,
        "batch-normalization": options.batchNormalization.rawValue,
        "maximum-pooling": options.maximumPooling.rawValue, "reset": reset,
        "comparator": options.comparator.rawValue,
        "initial-share": String(options.initialShare),
        "refines-thresholds": String(options.refinesThresholds),
        "calibrates-bias": String(options.calibratesBias), "samples": String(samples),
      ], metrics: metrics)
  }

  /// Rate of a population that carries no information any more.
  static let saturatedRate = 0.99

  /// Populations that never or always fire, and resets that lose information.
  static func activityFindings(
    _ reports: [LayerReport], _ plan: ThresholdPlan, _ options: ConvertOptions
  ) -> [Finding] {
    var findings: [Finding] = []
    func warn(_ code: ConvertFinding, _ node: String?, _ message: String, _ fix: String) {
      findings.append(
        Finding(
          .warning, code: code.rawValue, message: message, location: Location(node: node), fix: fix)
      )
    }
    let knownSilent = Set(
      plan.findings.filter { $0.code == ConvertFinding.silentLayer.rawValue }
        .compactMap(\.location.node))
    for report in reports where !knownSilent.contains(report.name) {
      let channels = report.shape.dimensions.first ?? 1
      if report.meanRate == 0 {
        warn(
          .silentLayer, report.name,
          "No neuron of the layer fired on the calibration data in \(options.timeSteps) time "
            + "steps; its threshold stands for \(report.threshold.mean).",
          "use more time steps, or the minimum-error rule")
      } else if report.meanRate > saturatedRate {
        let share = Double(Int(report.meanRate * 1000)) / 10
        warn(
          .saturatedLayer, report.name,
          "The neurons of the layer fire in \(share) % of all steps on the calibration data: they "
            + "tell nothing about the input.",
          "check the input encoding, and that the calibration data are real")
      } else if report.silentChannels > 0 && report.shape.rank > 1 {
        warn(
          .silentChannels, report.name,
          "\(report.silentChannels) of \(channels) channels never fired on the calibration data.",
          "prune them in fit, or give more calibration data")
      }
    }
    if case .toValue = options.reset {
      warn(
        .hardReset, nil,
        "Neurons reset to a value: what a potential has above its threshold is lost, and rates fall "
          + "below the activations of the ANN.",
        "reset by subtraction where the chip can, or fit the network afterwards")
    }
    return findings
  }
}
