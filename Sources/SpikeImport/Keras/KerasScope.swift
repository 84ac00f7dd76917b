import SpikeContainers

/// Where the weights of a model's layers lie.
struct KerasScope {
  private let weights: KerasFile.Weights
  /// Layers of each class so far.
  private var counts: [String: Int] = [:]

  init(_ weights: KerasFile.Weights) { self.weights = weights }

  /// The next layer of the list; must be asked for all of them, in order.
  mutating func next(_ record: KerasModelConfig.Record) -> (
    weights: KerasWeights?, inner: KerasFile.Weights?
  ) {
    switch weights {
    case .counted(let root):
      let stem = KerasScope.snakeCase(record.className)
      let number = counts[stem, default: 0]
      counts[stem] = number + 1
      let name = number == 0 ? stem : "\(stem)_\(number)"
      guard case .group(let layers)? = root["layers"] ?? root["_layer_checkpoint_dependencies"],
        case .group(let layer)? = layers[name]
      else { return (nil, nil) }
      if case .group(let variables)? = layer["vars"] {
        return (.counted(variables), .counted(layer))
      }
      return (nil, .counted(layer))
    case .named(let root):
      guard let group = KerasScope.find(record.name, in: root, depth: 0) else { return (nil, nil) }
      return (.named(group), .named(group))
    }
  }

  /// The group of a name, at most a few groups deep: nested models put their own in front.
  private static func find(_ name: String, in group: HDF5Group, depth: Int) -> HDF5Group? {
    if case .group(let found)? = group[name] { return found }
    guard depth < 4 else { return nil }
    for (_, member) in group.members.sorted(by: { $0.key < $1.key }) {
      if case .group(let inner) = member, let found = find(name, in: inner, depth: depth + 1) {
        return found
      }
    }
    return nil
  }

  /// A class name as Keras writes it in weight files: an underscore in front of a capital that begins a
  /// word (a small letter follows) or ends one (a small letter stands in front), all in small letters.
  static func snakeCase(_ name: String) -> String {
    let letters = Array(name.unicodeScalars).filter {
      $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_"
    }
    func isLower(_ index: Int) -> Bool {
      letters.indices.contains(index) && ("a"..."z").contains(letters[index])
    }
    var result = ""
    for (index, letter) in letters.enumerated() {
      let isUpper = ("A"..."Z").contains(letter)
      if index > 0, isUpper, isLower(index + 1) || isLower(index - 1) { result += "_" }
      result.unicodeScalars.append(letter)
    }
    return result.lowercased()
  }
}
