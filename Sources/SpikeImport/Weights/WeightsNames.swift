import SpikeGraph

/// How the names of a weights file and of a network belong together: equal, but for one prefix that
/// all names of one side share (`module.` of `DataParallel`, `model.` of a wrapper).
struct WeightsNames {
  /// Prefix that all names of the file have, and those of the network have not.
  private(set) var filePrefix = ""
  /// Prefix that all names of the network have, and those of the file have not.
  private(set) var graphPrefix = ""

  /// The pairing with the most equal names; without a prefix where that is as good.
  /// - Complexity: O(names · depth of the common prefix).
  init(file: Set<String>, graph: Set<String>) {
    var best = graph.count { file.contains($0) }
    for prefix in WeightsNames.commonPrefixes(of: file) {
      let count = graph.count { file.contains(prefix + $0) }
      if count > best { (best, filePrefix, graphPrefix) = (count, prefix, "") }
    }
    for prefix in WeightsNames.commonPrefixes(of: graph) {
      let count = graph.count { file.contains(String($0.dropFirst(prefix.count))) }
      if count > best { (best, filePrefix, graphPrefix) = (count, "", prefix) }
    }
  }

  /// Name in the file for a constant of the network.
  func fileName(of constant: ValueName) -> String {
    guard constant.hasPrefix(graphPrefix) else { return constant }
    return filePrefix + constant.dropFirst(graphPrefix.count)
  }

  /// For a note to the user; nil where all names are equal.
  var explanation: String? {
    if !filePrefix.isEmpty { return "without '\(filePrefix)' in front of the names of the file" }
    if !graphPrefix.isEmpty {
      return "without '\(graphPrefix)' in front of the names of the network"
    }
    return nil
  }

  /// Prefixes of whole components that all names share: `a.`, `a.b.`, ….
  private static func commonPrefixes(of names: Set<String>) -> [String] {
    guard let first = names.min() else { return [] }
    var prefixes: [String] = []
    var prefix = ""
    for component in first.split(separator: ".", omittingEmptySubsequences: false).dropLast() {
      prefix += component + "."
      guard prefixes.count < 8, names.allSatisfy({ $0.hasPrefix(prefix) }) else { break }
      prefixes.append(prefix)
    }
    return prefixes
  }
}
