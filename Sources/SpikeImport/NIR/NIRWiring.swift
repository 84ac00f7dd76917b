import SpikeDiagnostics
import SpikeGraph

/// The order in which nodes are translated, from the one input to the one output.
struct NIRWiring {
  /// Name of the input node; nil where the file has none and the first node reads the input.
  let input: String?
  /// Names of all nodes between input and output, in an order in which all sources come first.
  let order: [String]
  /// Name of the node whose value leaves the network.
  let output: String
  /// Nodes without a part in the output.
  let unused: [String]
  /// Layers that bring the spikes of a population back to it, sorted, by its name; they are not part
  /// of ``order``.
  let feedback: [String: [String]]

  /// Finds the order.
  /// - Throws: `nir.several-inputs`, `nir.several-outputs`, `nir.no-network`,
  ///   `nir.unsupported-recurrence`.
  /// - Complexity: O((nodes + edges) · log nodes).
  init(_ outline: NIROutline) throws(NIRError) {
    let names = outline.nodes.keys.sorted()
    let targets = NIRWiring.targets(outline)
    let inputs = names.filter { outline.nodes[$0]?.type == "Input" }
    let outputs = names.filter { outline.nodes[$0]?.type == "Output" }
    let roots = names.filter { outline.sources[$0] == nil }
    let leaves = names.filter { targets[$0] == nil }
    // Files of old programs leave the nodes at the ends out.
    let starts = inputs.isEmpty ? roots : inputs
    let ends = outputs.isEmpty ? leaves : outputs
    try NIRWiring.checkOne(starts, .severalInputs, "input")
    try NIRWiring.checkOne(ends, .severalOutputs, "output")
    input = inputs.first
    let last = ends[0]
    if outputs.isEmpty {
      output = last
    } else {
      output = try NIRWiring.source(of: last, outline)
    }

    let needed = NIRWiring.reached(from: [output]) { outline.sources[$0] ?? [] }
    let fed = NIRWiring.reached(from: [starts[0]]) { targets[$0] ?? [] }
    guard needed.contains(starts[0]) else {
      throw NIRError(
        .noNetwork, "There is no way from the input '\(starts[0])' to the output '\(last)'.",
        at: Location(node: last), fix: "add the missing edges")
    }
    let used = needed.intersection(fed)
    if let orphan = needed.subtracting(fed).sorted().first {
      throw NIRError(
        .noNetwork, "'\(orphan)' has a part in the output and gets nothing from the input.",
        at: Location(node: orphan), fix: "connect it to the input, or leave it out")
    }
    unused = names.filter { !used.contains($0) && $0 != last }
    feedback = NIRFeedback.layers(of: used, outline, targets)
    order = try NIRWiring.sorted(
      used.subtracting(feedback.values.joined()), outline, targets)
  }

  private static func targets(_ outline: NIROutline) -> [String: [String]] {
    var targets: [String: [String]] = [:]
    for (target, sources) in outline.sources.sorted(by: { $0.key < $1.key }) {
      for source in sources { targets[source, default: []].append(target) }
    }
    return targets
  }

  private static func checkOne(
    _ names: [String], _ code: NIRErrorCode, _ what: String
  ) throws(NIRError) {
    guard names.count != 1 else { return }
    let list = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
    throw NIRError(
      code,
      "The network has \(names.count) \(what)s\(names.isEmpty ? "" : " (\(list))"); allowed is 1.",
      at: Location(node: names.first ?? "node"),
      fix: names.isEmpty
        ? "add a node of type \(what == "input" ? "Input" : "Output")"
        : "join the streams before they enter or leave the network")
  }

  private static func source(
    of output: String, _ outline: NIROutline
  ) throws(NIRError) -> String {
    let sources = outline.sources[output] ?? []
    guard let source = sources.first else {
      throw NIRError(
        .noNetwork, "Nothing leads to the output '\(output)'.", at: Location(node: output),
        fix: "add the missing edge")
    }
    guard sources.count == 1 else {
      throw NIRError(
        .severalOutputs, "The output '\(output)' gets \(sources.count) values; allowed is 1.",
        at: Location(node: output), fix: "join the streams before they leave the network")
    }
    return source
  }

  private static func reached(
    from starts: [String], _ next: (String) -> [String]
  ) -> Set<String> {
    var reached = Set(starts)
    var pending = starts
    while let name = pending.popLast() {
      for other in next(name) where reached.insert(other).inserted { pending.append(other) }
    }
    return reached
  }

  private static func sorted(
    _ used: Set<String>, _ outline: NIROutline, _ targets: [String: [String]]
  ) throws(NIRError) -> [String] {
    var waiting: [String: Int] = [:]
    for name in used { waiting[name] = (outline.sources[name] ?? []).count { used.contains($0) } }
    var ready = used.filter { waiting[$0] == 0 }.sorted(by: >)
    var order: [String] = []
    while let name = ready.popLast() {
      order.append(name)
      for target in targets[name] ?? [] where used.contains(target) {
        waiting[target, default: 0] -= 1
        if waiting[target] == 0 { ready.append(target) }
      }
    }
    guard order.count == used.count else {
      let circle = circle(used.subtracting(order), outline, targets).sorted()
      let list = circle.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
      throw NIRError(
        .unsupportedRecurrence,
        "\(circle.count) nodes feed each other in a circle (\(list)); a recurrent connection goes "
          + "from neurons (IF, LIF, CubaLIF) through one Linear or Affine back to the same neurons.",
        at: Location(node: circle.first ?? "node"),
        fix: "connect populations forward, and each with itself alone")
    }
    return order
  }

  /// What is left when nodes that feed nothing that is left are taken away.
  private static func circle(
    _ names: Set<String>, _ outline: NIROutline, _ targets: [String: [String]]
  ) -> Set<String> {
    var left = names
    var feeds: [String: Int] = [:]
    for name in names { feeds[name] = (targets[name] ?? []).count { names.contains($0) } }
    var ready = names.filter { feeds[$0] == 0 }.sorted()
    while let name = ready.popLast() {
      left.remove(name)
      for source in outline.sources[name] ?? [] where left.contains(source) {
        feeds[source, default: 0] -= 1
        if feeds[source] == 0 { ready.append(source) }
      }
    }
    return left
  }
}
