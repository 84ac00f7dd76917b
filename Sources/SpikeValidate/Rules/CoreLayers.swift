import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// Each population is what one core computes: one square kernel, and a geometry that the core has.
  static let coreGeometry = Rule(
    "validate.core-geometry",
    "Each population is a layer of one core: one square kernel; strides, borders, pools and maps of it."
  ) { inspection, rule in
    let (bundle, spec) = (inspection.bundle, inspection.spec)
    guard !spec.coreMemories.isEmpty else {
      return [rule.notChecked("cores that hold one layer each", spec)]
    }
    let limits = SpeckLimits(
      kernel: nil, padding: spec[.padding], channels: spec[.channels], strides: spec.strides?.value,
      pools: spec.pools?.value, inputSide: spec[.inputSide], outputSide: spec[.outputSide])
    var findings = limits.unknown.map { rule.notChecked($0, spec) }
    for index in bundle.populations.indices {
      do throws(SpeckProblem) {
        let layer = try SpeckLayer(index, of: bundle)
        findings += layer.excesses(over: limits).map { excess in
          Finding(
            .error, code: rule.code,
            message: "The layer has \(excess.what); \(spec.name) takes \(excess.allowed) "
              + "(\(spec.citation(of: excess.limit))).",
            location: Location(node: layer.name), fix: excess.fix, needed: excess.needed,
            allowed: excess.allowed)
        }
      } catch {
        findings.append(
          Finding(
            .error, code: rule.code, message: error.message, location: Location(node: error.node),
            fix: error.fix))
      }
    }
    return findings
  }

  /// Every layer finds a core of its own: a largest matching of layers to cores.
  static let coreMemory = Rule(
    "validate.core-memory",
    "Every layer finds a core of its own with enough kernel, neuron and bias memory (matching)."
  ) { inspection, rule in
    let (bundle, spec) = (inspection.bundle, inspection.spec)
    guard !spec.coreMemories.isEmpty else {
      return [rule.notChecked("memory of single cores", spec)]
    }
    let layers = bundle.populations.indices.compactMap { try? SpeckLayer($0, of: bundle) }
    guard layers.count == bundle.populations.count else {
      return [
        Finding(
          .notChecked, code: rule.code,
          message: "Not checked: a population is no layer of a core (validate.core-geometry).",
          fix: "see there")
      ]
    }
    let needs = layers.map {
      CoreMemory(
        kernelWords: $0.kernelWords, neuronWords: $0.neuronWords, biasWords: $0.biasWords)
    }
    return CoreMatching.unplaced(needs, on: spec.coreMemories).map { index in
      let shortage = CoreShortage(of: needs[index], on: spec.coreMemories)
      return Finding(
        .error, code: rule.code,
        message: "No core is left for the layer: \(shortage.needed) \(shortage.what) are needed; "
          + "\(spec.name) has \(shortage.allowed).",
        location: Location(node: layers[index].name), fix: shortage.fix,
        needed: "\(shortage.needed)", allowed: "\(shortage.allowed)")
    }
  }
}

extension HardwareSpec {
  /// Where a limit of a core's layer is written.
  fileprivate func citation(of limit: SpeckExcess.Limit) -> String {
    func text<Value>(_ fact: Fact<Value>?) -> String { fact.map { citation(of: $0) } ?? "assumed" }
    return switch limit {
    case .kernel: text(limits[.kernelSize])
    case .padding: text(limits[.padding])
    case .channels: text(limits[.channels])
    case .strides: text(strides)
    case .pools: text(pools)
    case .inputSide: text(limits[.inputSide])
    case .outputSide: text(limits[.outputSide])
    }
  }
}
