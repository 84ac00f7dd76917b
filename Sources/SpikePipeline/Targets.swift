import SpikeDiagnostics
import SpikeHardware

extension Pipeline {
  /// The chips that sfconv knows, or all limits of one of them.
  /// - Parameter name: a built-in name or the path of a spec; nil for the list.
  /// - Throws: any `spec.…` code.
  public static func targets(_ name: String?) throws -> Outcome {
    guard let name else { return try list() }
    return describe(try HardwareCatalog.spec(name))
  }

  private static func list() throws -> Outcome {
    let specs = try HardwareCatalog.names.map { try HardwareCatalog.spec($0) }
    var table = TextTable("target", "chip", "neurons", "unique weights", "weights", "resets")
    for spec in specs {
      table.add(
        spec.name, spec.title, spec[.neurons].map(Figure.grouped) ?? "unknown",
        spec.uniqueWeights.map { "\($0.maximum.value) per \($0.scope.rawValue)" } ?? "no limit",
        range(spec, .weightMinimum, .weightMaximum),
        spec.resets?.value.joined(separator: ", ") ?? "unknown")
    }
    return Outcome(summary: .list(specs.map(summary)), text: table.text)
  }

  private static func describe(_ spec: HardwareSpec) -> Outcome {
    var table = TextTable("limit", "value", "source")
    for limit in LimitName.allCases {
      guard let fact = spec.limits[limit] else {
        table.add(limit.rawValue, "unknown", "")
        continue
      }
      table.add(
        limit.rawValue, String(fact.value),
        spec.citation(of: fact) + (fact.note.map { " (\($0))" } ?? ""))
    }
    for (name, fact) in [("strides", spec.strides), ("pools", spec.pools)] {
      guard let fact else { continue }
      let values = fact.value.map(String.init).joined(separator: ", ")
      table.add(name, values, spec.citation(of: fact))
    }
    var lines = ["\(spec.name): \(spec.title)", spec.summary, "", table.text]
    if let unique = spec.uniqueWeights {
      lines.append(
        "unique weights: \(unique.maximum.value) per \(unique.scope.rawValue), \(unique.form)"
          + (unique.zeroIsFree ? ", absent synapses cost none" : ""))
    }
    lines += spec.notes.map { "note: \($0)" }
    return Outcome(summary: summary(spec), text: lines.joined(separator: "\n"))
  }

  private static func summary(_ spec: HardwareSpec) -> Summary {
    .members([
      "name": .text(spec.name), "title": .text(spec.title), "vendor": .text(spec.vendor),
      "arithmetic": spec.arithmetic.map { .text($0) },
      "limits": .object(
        LimitName.allCases.compactMap { limit in
          spec.limits[limit].map { fact in
            Summary.Member(
              key: limit.rawValue,
              value: .members([
                "value": .integer(fact.value), "assumed": .flag(fact.isAssumed),
                "source": .text(spec.citation(of: fact)),
              ]))
          }
        }),
      "unknownLimits": .list(
        LimitName.allCases.filter { spec.limits[$0] == nil }.map { .text($0.rawValue) }),
      "uniqueWeights": spec.uniqueWeights.map {
        .members([
          "maximum": .integer($0.maximum.value), "scope": .text($0.scope.rawValue),
          "zeroIsFree": .flag($0.zeroIsFree), "form": .text($0.form),
        ])
      },
    ])
  }

  private static func range(
    _ spec: HardwareSpec, _ low: LimitName, _ high: LimitName
  ) -> String {
    guard let low = spec[low], let high = spec[high] else { return "unknown" }
    return "\(low)…\(high)"
  }
}
