import SpikeContainers
import SpikeDiagnostics
import SpikeGraph

/// The weights of one layer: by place in files of Keras 3, by name in `.h5` files.
enum KerasWeights {
  /// The group `vars` with members `0`, `1`, …
  case counted(HDF5Group)
  /// A group whose data sets have the names of the weights.
  case named(HDF5Group)

  /// Groups that may lie around a named weight.
  private static let depthLimit = 8

  /// A data set, by its place in the layer and the names that it may have.
  func dataset(_ place: Int, _ names: [String]) -> HDF5Dataset? {
    switch self {
    case .counted(let group):
      if case .dataset(let found)? = group["\(place)"] { return found }
      return nil
    case .named(let group): return KerasWeights.find(names, in: group, depth: 0)
    }
  }

  /// Names end in `:0` in files of TensorFlow.
  private static func find(_ names: [String], in group: HDF5Group, depth: Int) -> HDF5Dataset? {
    for name in names {
      for spelling in [name, "\(name):0"] {
        if case .dataset(let found)? = group[spelling] { return found }
      }
    }
    guard depth < depthLimit else { return nil }
    for (_, member) in group.members.sorted(by: { $0.key < $1.key }) {
      if case .group(let inner) = member, let found = find(names, in: inner, depth: depth + 1) {
        return found
      }
    }
    return nil
  }
}

extension KerasLayer {
  /// A weight of a rank, finite.
  /// - Parameters:
  ///   - place: number among the weights of the layer.
  ///   - names: what it is called in `.h5` files.
  /// - Throws: `keras.missing-weight`, `keras.invalid-weight`.
  func weight(_ place: Int, _ names: [String], rank: Int) throws(KerasError) -> Tensor {
    guard let dataset = weights?.dataset(place, names) else {
      throw error(
        .missingWeight, "The file has no '\(names[0])' for the layer.",
        fix: "save the whole model, with its weights")
    }
    let shape = Shape(dataset.shape)
    let values: [Float]
    switch dataset.values {
    case .float32(let found): values = found
    case .float64(let found): values = found.map { Float($0) }
    default:
      throw error(
        .invalidWeight, "The weight '\(names[0])' holds no real numbers.",
        fix: "save the model with weights of float32")
    }
    guard shape.rank == rank, shape.elementCount == values.count, !values.isEmpty else {
      throw error(
        .invalidWeight,
        "The weight '\(names[0])' has the shape \(shape); \(rank) axes are allowed.",
        fix: "save the model again")
    }
    guard values.allSatisfy(\.isFinite) else {
      throw error(
        .invalidWeight, "The weight '\(names[0])' holds NaN or infinity.",
        fix: "train the model again; it diverged, or was damaged")
    }
    return Tensor(values, shape: shape)
  }

  /// The bias of a layer that has one.
  func bias(_ place: Int, outputs: Int) throws(KerasError) -> Tensor? {
    guard try flag("use_bias", default: true) else { return nil }
    let bias = try weight(place, ["bias"], rank: 1)
    guard bias.count == outputs else {
      throw error(
        .invalidWeight, "The bias has \(bias.count) numbers; \(outputs) are allowed.",
        fix: "save the model again")
    }
    return bias
  }
}
