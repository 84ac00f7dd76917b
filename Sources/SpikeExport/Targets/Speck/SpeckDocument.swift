import SpikeBundle

/// The text of the file: a JSON object, one field of a core a line.
struct SpeckDocument {
  let json: String

  init(_ network: SpeckNetwork, of bundle: Bundle, chip: String) {
    typealias Key = SpeckLayout.Key
    let layers = network.layers
    func list(_ items: some Sequence<String>) -> String {
      "[" + items.joined(separator: ", ") + "]"
    }
    func object(_ members: [(String, String)]) -> String {
      "{" + members.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
    }
    func map(_ value: (Int) -> String) -> String {
      object(layers.indices.map { ("\($0)", value($0)) })
    }
    let readers = layers.indices.filter { layers[$0].sources.contains(.input) }
    let input = bundle.input.shape.count == 3 ? bundle.input.shape : bundle.input.shape + [1, 1]
    let fields: [(String, String)] = [
      ("chip", "\"\(chip)\""), ("time_steps", "\(bundle.timeSteps)"),
      ("readout", "\"\(bundle.readout.rawValue)\""),
      (
        "input",
        object([
          ("shape", list(input.map(String.init))), ("layers", list(readers.map(String.init))),
        ])
      ),
      (Key.layerToCore, map { "\(network.cores[$0])" }),
      (
        Key.destinationMap,
        map { index in
          let readers = network.destinations[index].map(\.layer)
          return list((readers.isEmpty ? [SpeckLayout.exit] : readers).map(String.init))
        }
      ),
      (
        "memory",
        map { index in
          object([
            (Key.kernelMemory, "\(layers[index].kernelWords)"),
            (Key.neuronMemory, "\(layers[index].neuronWords)"),
            (Key.biasMemory, "\(layers[index].biasWords)"),
          ])
        }
      ),
    ]
    let cores = layers.indices.map { index in
      let members = SpeckDocument.core(index, network, bundle).map { "    \"\($0.0)\": \($0.1)" }
      return "   {\n" + members.joined(separator: ",\n") + "}"
    }
    json =
      "{\n" + fields.map { " \"\($0.0)\": \($0.1),\n" }.joined()
      + " \"layers\": [\n" + cores.joined(separator: ",\n") + "]}\n"
  }

  /// The configuration of one core, in the order of sinabs.
  private static func core(
    _ index: Int, _ network: SpeckNetwork, _ bundle: Bundle
  ) -> [(String, String)] {
    typealias Key = SpeckLayout.Key
    let layer = network.layers[index]
    let population = bundle.populations[index]
    let isReadout = population.model == "LI"
    func pair(_ values: [Int]) -> String { "{\"x\": \(values[1]), \"y\": \(values[0])}" }
    func shape(_ values: [Int]) -> String {
      "{\"\(Key.size)\": \(pair(Array(values.dropFirst()))), \"\(Key.featureCount)\": \(values[0])}"
    }
    let destinations = network.destinations[index].map {
      "{\"\(Key.layer)\": \(network.cores[$0.layer]), \"\(Key.enable)\": true, "
        + "\"\(Key.pooling)\": \($0.pool)}"
    }
    let threshold =
      isReadout ? SpeckNumbers.silentThreshold : population.thresholds[0]
    let subtracts = isReadout || population.reset == .bySubtraction
    let side = layer.kernel
    return [
      (Key.destinations, "[" + destinations.joined(separator: ", ") + "]"),
      (
        Key.dimensions,
        "{\"\(Key.inputShape)\": \(shape(layer.input)), "
          + "\"\(Key.outputShape)\": \(shape(layer.output)), "
          + "\"\(Key.padding)\": \(pair(layer.padding)), "
          + "\"\(Key.stride)\": \(pair(layer.strides)), \"\(Key.kernelSize)\": \(side)}"
      ),
      (Key.weights, weights(layer, bundle)),
      (Key.biases, numbers(perChannel(population.biases, layer.output[0]))),
      (Key.leakEnable, "\(layer.hasBiases)"),
      (Key.returnToZero, "\(!subtracts)"),
      (Key.thresholdHigh, "\(threshold)"),
      (Key.thresholdLow, "\(SpeckLayout.thresholdLow)"),
      // As sinabs does it: layers from which nothing goes on are monitored.
      (Key.monitorEnable, "\(network.destinations[index].isEmpty)"),
      (Key.initialValues, initialValues(population, layer)),
    ]
  }

  /// `[out][in][x][y]`: samna's order of the axes of a kernel.
  private static func weights(_ layer: SpeckLayer, _ bundle: Bundle) -> String {
    let values = layer.weights(of: bundle)
    let side = layer.kernel
    var text = "["
    for plane in 0..<layer.output[0] * layer.input[0] {
      text += plane % layer.input[0] == 0 ? (plane == 0 ? "[" : "],\n[") : ", "
      text += "["
      for x in 0..<side {
        text += x == 0 ? "[" : ", ["
        for y in 0..<side {
          if y > 0 { text += ", " }
          text += String(values[(plane * side + y) * side + x])
        }
        text += "]"
      }
      text += "]"
    }
    return text + "]]"
  }

  /// `[feature][x][y]`.
  private static func initialValues(_ population: Population, _ layer: SpeckLayer) -> String {
    let planes = perChannel(population.initialPotentials, layer.output[0]).map { value in
      let column = numbers(Array(repeating: value, count: layer.output[1]))
      return "[" + Array(repeating: column, count: layer.output[2]).joined(separator: ", ") + "]"
    }
    return "[" + planes.joined(separator: ", ") + "]"
  }

  private static func perChannel(_ values: [Int32], _ channels: Int) -> [Int32] {
    values.count == channels ? values : Array(repeating: values.first ?? 0, count: channels)
  }

  private static func numbers(_ values: [Int32]) -> String {
    "[" + values.map(String.init).joined(separator: ", ") + "]"
  }
}
