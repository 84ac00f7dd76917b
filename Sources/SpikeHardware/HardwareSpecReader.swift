import Foundation
public import SpikeDiagnostics

/// Reads a hardware spec from JSON, strictly: an unknown key is an error, because a mistyped limit
/// would otherwise pass as an unknown one.
public enum HardwareSpecReader {
  /// Largest spec file that is read, in bytes.
  public static let maximumByteCount = 1 << 20

  /// Reads the file at `path`.
  /// - Throws: any `spec.…` code.
  public static func read(path: String) throws(HardwareSpecError) -> HardwareSpec {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw HardwareSpecError(
        .unreadable, "The hardware spec cannot be read.", at: Location(file: path),
        fix: "check the path; 'sfconv targets' lists the built-in specs")
    }
    return try decode(Array(data), file: path)
  }

  /// Decodes a spec; `file` is for messages.
  public static func decode(_ bytes: [UInt8], file: String) throws(HardwareSpecError)
    -> HardwareSpec
  {
    guard bytes.count <= maximumByteCount else {
      throw HardwareSpecError(
        .notJSON, "The spec has \(bytes.count) bytes; at most \(maximumByteCount) are read.",
        at: Location(file: file), fix: "give a hardware spec, not a model or bundle")
    }
    let value: JSONValue
    do {
      value = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    } catch {
      throw HardwareSpecError(
        .notJSON, "The hardware spec is not valid JSON.", at: Location(file: file),
        fix: "check it with a JSON validator and Schemas/hardware/hardware-spec.schema.json")
    }
    let root = try SpecObject(value, path: "", file: file)
    try root.allow([
      "$schema", "name", "title", "vendor", "summary", "arithmetic", "limits", "semantics",
      "uniqueWeights", "coreMemories", "energy", "notes", "sources",
    ])
    return try spec(from: root)
  }

  private static func spec(from root: SpecObject) throws(HardwareSpecError) -> HardwareSpec {
    let sources = try sources(of: root)
    let ids = sources.map(\.id)
    let semantics = try root.object("semantics")
    try semantics?.allow([
      "neuronModels", "resets", "comparators", "connections", "thresholdScope", "startsAtZero",
      "leak", "strides", "pools",
    ])
    let name = try root.required("name", root.text("name"))
    guard name.wholeMatch(of: /[a-z0-9][a-z0-9-]*/) != nil else {
      throw root.invalid("name", "'\(name)'", allowed: "small letters, digits and dashes")
    }
    let arithmetic = try root.text("arithmetic")
    if let arithmetic, !HardwareSpec.arithmetics.contains(arithmetic) {
      throw root.invalid(
        "arithmetic", "'\(arithmetic)'", allowed: HardwareSpec.arithmetics.joined(separator: ", "))
    }
    return HardwareSpec(
      name: name,
      title: try root.required("title", root.text("title")),
      vendor: try root.text("vendor") ?? "",
      summary: try root.text("summary") ?? "",
      arithmetic: arithmetic,
      limits: try limits(of: root, ids),
      neuronModels: try list("neuronModels", of: semantics, ids, ["IF", "LIF", "CubaLIF", "LI"]),
      resets: try list("resets", of: semantics, ids, ["to-zero", "to-value", "by-subtraction"]),
      comparators: try list("comparators", of: semantics, ids, [">", ">="]),
      connections: try list("connections", of: semantics, ids, ["dense", "convolution"]),
      thresholdScope: try word(
        "thresholdScope", of: semantics, ids, ["layer", "channel", "neuron"]),
      startsAtZero: try fact("startsAtZero", of: semantics, ids) {
        (object: SpecObject) throws(HardwareSpecError) in try object.boolean("value")
      },
      uniqueWeights: try uniqueWeights(of: root, ids),
      coreMemories: try coreMemories(of: root),
      energy: try energy(of: root, ids),
      notes: try root.texts("notes") ?? [],
      sources: sources,
      leak: try word("leak", of: semantics, ids, HardwareSpec.leakKinds),
      strides: try numbers("strides", of: semantics, ids),
      pools: try numbers("pools", of: semantics, ids))
  }

  private static func limits(
    of root: SpecObject, _ ids: [String]
  ) throws(HardwareSpecError) -> [LimitName: Fact<Int>] {
    let object = try root.required("limits", root.object("limits"))
    try object.allow(LimitName.allCases.map(\.rawValue))
    var limits: [LimitName: Fact<Int>] = [:]
    for limit in LimitName.allCases {
      limits[limit] = try fact(limit.rawValue, of: object, ids) {
        (object: SpecObject) throws(HardwareSpecError) in try object.integer("value")
      }
    }
    return limits
  }

  private static func list(
    _ key: String, of object: SpecObject?, _ ids: [String], _ known: [String]
  ) throws(HardwareSpecError) -> Fact<[String]>? {
    let result = try fact(key, of: object, ids) {
      (object: SpecObject) throws(HardwareSpecError) in try object.texts("value")
    }
    if let object, let name = result?.value.first(where: { !known.contains($0) }) {
      throw object.invalid(key, "'\(name)'", allowed: known.joined(separator: ", "))
    }
    return result
  }

  /// A fact that is a list of positive numbers.
  private static func numbers(
    _ key: String, of object: SpecObject?, _ ids: [String]
  ) throws(HardwareSpecError) -> Fact<[Int]>? {
    let result = try fact(key, of: object, ids) {
      (object: SpecObject) throws(HardwareSpecError) in try object.integers("value")
    }
    if let object, let bad = result?.value.first(where: { $0 < 1 }) {
      throw object.invalid(key, "\(bad)", allowed: "positive numbers")
    }
    return result
  }

  /// A fact that is one of some words.
  private static func word(
    _ key: String, of object: SpecObject?, _ ids: [String], _ known: [String]
  ) throws(HardwareSpecError) -> Fact<String>? {
    let result = try fact(key, of: object, ids) {
      (object: SpecObject) throws(HardwareSpecError) in try object.text("value")
    }
    if let object, let result, !known.contains(result.value) {
      throw object.invalid(key, "'\(result.value)'", allowed: known.joined(separator: ", "))
    }
    return result
  }

  private static func uniqueWeights(
    of root: SpecObject, _ ids: [String]
  ) throws(HardwareSpecError) -> UniqueWeightLimit? {
    guard let object = try root.object("uniqueWeights") else { return nil }
    try object.allow([
      "maximum", "scope", "zeroIsFree", "form", "source", "section", "status", "note",
    ])
    let maximum = try object.required("maximum", object.integer("maximum"))
    guard (2...65536).contains(maximum) else {
      throw object.invalid("maximum", "\(maximum)", allowed: "2 to 65536")
    }
    let scope = try object.required("scope", object.text("scope"))
    guard let scope = UniqueWeightLimit.Scope(rawValue: scope) else {
      throw object.invalid("scope", "'\(scope)'", allowed: "neuron, layer, core, network")
    }
    return UniqueWeightLimit(
      maximum: try stated(maximum, in: object, ids), scope: scope,
      zeroIsFree: try object.boolean("zeroIsFree") ?? false,
      form: try object.text("form") ?? "free")
  }

  private static func coreMemories(
    of root: SpecObject
  ) throws(HardwareSpecError) -> [CoreMemory] {
    var memories: [CoreMemory] = []
    for object in try root.objects("coreMemories") {
      try object.allow(["kernelWords", "neuronWords", "biasWords"])
      memories.append(
        CoreMemory(
          kernelWords: try object.required("kernelWords", object.integer("kernelWords")),
          neuronWords: try object.required("neuronWords", object.integer("neuronWords")),
          biasWords: try object.required("biasWords", object.integer("biasWords"))))
    }
    return memories
  }

  private static func energy(
    of root: SpecObject, _ ids: [String]
  ) throws(HardwareSpecError) -> [EnergyFigure] {
    var figures: [EnergyFigure] = []
    for object in try root.objects("energy") {
      try object.allow(["picojoulesPerSynapticOperation", "source", "section", "note"])
      let key = "picojoulesPerSynapticOperation"
      let value = try object.required(key, object.number(key))
      guard value > 0, value.isFinite else {
        throw object.invalid(key, "\(value)", allowed: "a positive number")
      }
      figures.append(
        EnergyFigure(
          picojoulesPerSynapticOperation: value,
          source: try object.required("source", try stated(0, in: object, ids).source),
          section: try object.text("section"), note: try object.text("note")))
    }
    return figures
  }

  private static func sources(of root: SpecObject) throws(HardwareSpecError) -> [SpecSource] {
    var sources: [SpecSource] = []
    for object in try root.objects("sources") {
      try object.allow(["id", "document", "date"])
      sources.append(
        SpecSource(
          id: try object.required("id", object.text("id")),
          document: try object.required("document", object.text("document")),
          date: try object.text("date")))
    }
    return sources
  }

  private static func fact<Value>(
    _ key: String, of object: SpecObject?, _ ids: [String],
    _ value: (SpecObject) throws(HardwareSpecError) -> Value?
  ) throws(HardwareSpecError) -> Fact<Value>? {
    guard let inner = try object?.object(key) else { return nil }
    try inner.allow(["value", "source", "section", "status", "note"])
    return try stated(inner.required("value", value(inner)), in: inner, ids)
  }

  /// Every fact names a known source, or says that it is assumed.
  private static func stated<Value>(
    _ value: Value, in object: SpecObject, _ ids: [String]
  ) throws(HardwareSpecError) -> Fact<Value> {
    let source = try object.text("source")
    let status = try object.text("status") ?? "published"
    guard ["published", "assumed"].contains(status) else {
      throw object.invalid("status", "'\(status)'", allowed: "published, assumed")
    }
    if let source, !ids.contains(source) {
      throw object.invalid(
        "source", "'\(source)'", allowed: ids.isEmpty ? "none" : ids.joined(separator: ", "))
    }
    if source == nil && status == "published" {
      throw HardwareSpecError(
        .missingKey, "'\(object.path)' names no source.",
        at: Location(file: object.file, node: object.path),
        fix: "name one of the sources, or say \"status\": \"assumed\"")
    }
    return Fact(
      value, source: source, section: try object.text("section"), isAssumed: source == nil,
      note: try object.text("note"))
  }
}
