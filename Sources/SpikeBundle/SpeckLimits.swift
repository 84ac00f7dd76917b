/// What a core of DYNAP-CNN takes beside its memory; nil is not known.
package struct SpeckLimits: Hashable, Sendable {
  /// Largest side of a kernel, largest border, most channels.
  package var kernel: Int?, padding: Int?, channels: Int?
  /// Strides and sides of pools that there are.
  package var strides: [Int]?, pools: [Int]?
  /// Largest height and width of the map that enters, and of the neurons.
  package var inputSide: Int?, outputSide: Int?

  /// Makes limits.
  package init(
    kernel: Int?, padding: Int?, channels: Int?, strides: [Int]?, pools: [Int]?, inputSide: Int?,
    outputSide: Int?
  ) {
    self.kernel = kernel
    self.padding = padding
    self.channels = channels
    self.strides = strides
    self.pools = pools
    self.inputSide = inputSide
    self.outputSide = outputSide
  }

  /// Names of limits that are not known.
  package var unknown: [String] {
    var names: [String] = []
    if padding == nil { names.append("largest border") }
    if strides == nil { names.append("strides") }
    if pools == nil { names.append("pools") }
    if inputSide == nil { names.append("largest input map") }
    if outputSide == nil { names.append("largest map of neurons") }
    return names
  }
}

/// A number of a layer that a core does not take.
package struct SpeckExcess: Hashable, Sendable {
  /// Which limit.
  package enum Limit: Sendable {
    case kernel, padding, channels, strides, pools, inputSide, outputSide
  }
  package let limit: Limit
  /// What is too much, for example `a stride of 3`.
  package let what: String
  /// Value found and value allowed.
  package let needed: String, allowed: String
  /// What to do.
  package let fix: String
}

extension SpeckLayer {
  /// Everything that a core does not take; empty where it takes the layer, memory aside.
  package func excesses(over limits: SpeckLimits) -> [SpeckExcess] {
    var result: [SpeckExcess] = []
    func hold(_ limit: SpeckExcess.Limit, _ what: String, _ found: Int, _ most: Int?, _ fix: String)
    {
      guard let most, found > most else { return }
      result.append(
        SpeckExcess(
          limit: limit, what: "\(what) of \(found)", needed: "\(found)", allowed: "\(most)",
          fix: fix))
    }
    func choose(
      _ limit: SpeckExcess.Limit, _ what: String, _ found: Int, _ known: [Int]?, _ fix: String
    ) {
      guard let known, !known.contains(found) else { return }
      result.append(
        SpeckExcess(
          limit: limit, what: "\(what) of \(found)", needed: "\(found)",
          allowed: known.map(String.init).joined(separator: ", "), fix: fix))
    }
    let isWhole = output[1] == 1 && output[2] == 1 && kernel >= max(input[1], input[2])
    hold(
      .kernel, isWhole ? "a kernel over the whole input, with a side" : "a kernel with a side",
      kernel,
      limits.kernel,
      isWhole ? "pool or stride before the dense layer" : "use smaller kernels")
    hold(.padding, "a border", padding.max() ?? 0, limits.padding, "use smaller borders")
    hold(
      .channels, "a number of channels", max(input[0], output[0]), limits.channels,
      "prune channels (sfconv fit --prune)")
    for stride in Set(strides).sorted() {
      choose(.strides, "a stride", stride, limits.strides, "use another stride")
    }
    choose(.pools, "a pool with a side", pool, limits.pools, "pool in other windows")
    hold(
      .inputSide, "an input map with a side", max(input[1], input[2]), limits.inputSide,
      "reduce the input in front of the chip")
    hold(
      .outputSide, "a map of neurons with a side", max(output[1], output[2]), limits.outputSide,
      "use larger strides, or pool before")
    return result
  }
}
