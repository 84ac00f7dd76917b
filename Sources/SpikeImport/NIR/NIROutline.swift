import SpikeContainers
import SpikeDiagnostics
import SpikeGraph

/// Nodes and edges of a NIR file, subgraphs unfolded.
struct NIROutline {
  /// Nodes by name; inputs and outputs of subgraphs are of type ``passage``.
  private(set) var nodes: [String: NIRNode] = [:]
  /// Names of the nodes that feed a node, sorted.
  private(set) var sources: [String: [String]] = [:]
  /// Version that the file names; nil in old files.
  let version: String?

  /// Type of a node that hands on what it gets: a door of a subgraph.
  static let passage = "passage"
  /// Nodes of a file.
  private static let nodeLimit = 100_000

  /// Reads the graph from the tree of a file.
  /// - Throws: `nir.not-nir`, `nir.missing-field`, `nir.invalid-field`, `nir.undefined-node`,
  ///   `nir.duplicate-edge`, `nir.several-inputs`, `nir.several-outputs`, `nir.too-large`.
  init(_ file: HDF5Group) throws(NIRError) {
    if case .dataset(let dataset)? = file["version"] {
      version = dataset.values.texts?.first
    } else {
      version = nil
    }
    guard case .group(let root)? = file["node"] else {
      throw NIRError(
        .notNIR, "The HDF5 file has no group 'node', so it is no NIR graph.",
        fix: "write the graph with nir.write(path, graph)")
    }
    guard let type = NIROutline.type(of: root) else {
      throw NIRError(
        .notNIR, "The group 'node' has no 'type', so it is no NIR graph.",
        fix: "write the graph with nir.write(path, graph)")
    }
    if type == "NIRGraph" {
      try add(root, prefix: "")
    } else {
      // A file of a single primitive.
      nodes["node"] = NIRNode(name: "node", type: type, fields: root)
    }
    for name in sources.keys { sources[name]?.sort() }
  }

  private static func type(of group: HDF5Group) -> String? {
    guard case .dataset(let dataset)? = group["type"] else { return nil }
    return dataset.values.texts?.first
  }

  private mutating func add(_ graph: HDF5Group, prefix: String) throws(NIRError) {
    let place = Location(node: prefix.isEmpty ? "node" : String(prefix.dropLast()))
    guard case .group(let members)? = graph["nodes"] else {
      throw NIRError(
        .missingField, "A NIRGraph needs the group 'nodes', which is not there.", at: place,
        fix: "write the graph with nir.write(path, graph)")
    }
    var graphs: Set<String> = []
    for (name, member) in members.members.sorted(by: { $0.key < $1.key }) {
      let full = prefix + name
      guard case .group(let fields) = member, let type = NIROutline.type(of: fields) else {
        throw NIRError(
          .missingField, "The node has no 'type'.", at: Location(node: full),
          fix: "write the graph with nir.write(path, graph)")
      }
      if type == "NIRGraph" {
        graphs.insert(name)
        try add(fields, prefix: "\(full).")
      } else {
        let isDoor = !prefix.isEmpty && ["Input", "Output"].contains(type)
        let node = NIRNode(
          name: full, type: isDoor ? NIROutline.passage : type, fields: fields)
        guard nodes.updateValue(node, forKey: full) == nil, nodes.count <= NIROutline.nodeLimit
        else {
          throw NIRError(
            .tooLarge, "The name '\(full)' is there twice, or there are too many nodes.",
            at: Location(node: full), fix: "rename one of the nodes")
        }
      }
    }
    try addEdges(graph, members, graphs, prefix, place)
  }

  private mutating func addEdges(
    _ graph: HDF5Group, _ members: HDF5Group, _ graphs: Set<String>, _ prefix: String,
    _ place: Location
  ) throws(NIRError) {
    guard case .dataset(let edges)? = graph["edges"] else {
      throw NIRError(
        .missingField, "A NIRGraph needs the data set 'edges', which is not there.", at: place,
        fix: "write the graph with nir.write(path, graph)")
    }
    // A graph without edges has an empty list, of numbers.
    guard edges.values.count > 0 else { return }
    guard let ends = edges.values.texts, edges.shape.count == 2, edges.shape[1] == 2 else {
      throw NIRError(
        .invalidField,
        "The edges have shape \(Shape(edges.shape)); allowed are pairs of names, [E, 2].",
        at: place, fix: "write the graph with nir.write(path, graph)")
    }
    var seen: Set<[String]> = []
    for index in stride(from: 0, to: ends.count, by: 2) {
      let pair = [ends[index], ends[index + 1]]
      guard seen.insert(pair).inserted else {
        throw NIRError(
          .duplicateEdge, "The edge from '\(pair[0])' to '\(pair[1])' is there twice.", at: place,
          fix: "leave one out")
      }
      let source = try door(pair[0], "Output", members, graphs, prefix)
      let target = try door(pair[1], "Input", members, graphs, prefix)
      sources[target, default: []].append(source)
    }
  }

  /// The node at an end of an edge; for a subgraph its one output or input.
  private func door(
    _ name: String, _ type: String, _ members: HDF5Group, _ graphs: Set<String>, _ prefix: String
  ) throws(NIRError) -> String {
    if graphs.contains(name), case .group(let graph)? = members[name],
      case .group(let inner)? = graph["nodes"]
    {
      let doors = inner.members.keys.sorted().filter { key in
        guard case .group(let fields)? = inner[key] else { return false }
        return NIROutline.type(of: fields) == type
      }
      guard doors.count == 1 else {
        throw NIRError(
          type == "Input" ? .severalInputs : .severalOutputs,
          "The subgraph has \(doors.count) nodes of type \(type); an edge needs exactly 1.",
          at: Location(node: prefix + name),
          fix: "join or split the streams, or name the node in the edge: '\(name).NODE'")
      }
      return "\(prefix)\(name).\(doors[0])"
    }
    let full = prefix + name
    guard nodes[full] != nil else {
      let known = nodes.keys.filter { $0.hasPrefix(prefix) }.sorted()
      throw NIRError(
        .undefinedNode, "An edge names '\(name)', which is no node.", at: Location(node: full),
        fix: Suggestion.nearest(to: full, among: known).map { "did you mean '\($0)'?" }
          ?? "write the graph with nir.write(path, graph)")
    }
    return full
  }
}
