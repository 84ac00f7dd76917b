import SpikeDiagnostics

/// The order in which the calls of a model are translated.
struct KerasPlan {
  /// One call of a layer.
  struct Call {
    /// Place of the layer in the list.
    var record: Int
    /// Which of its calls it is.
    var number: Int
    var reads: [KerasModelConfig.Source]
    /// Whether the value that enters the model stands here.
    var isInput: Bool
  }

  /// Calls with a part in the output; sources come first.
  let order: [Call]
  let output: KerasModelConfig.Source

  /// - Throws: `keras.several-inputs`, `keras.several-outputs`, `keras.undefined-layer`,
  ///   `keras.no-network`.
  /// - Complexity: O(calls + sources).
  init(_ config: KerasModelConfig) throws(KerasError) {
    if config.isSequential {
      (order, output) = try KerasPlan.chain(config)
    } else {
      (order, output) = try KerasPlan.network(config)
    }
  }

  private static func chain(
    _ config: KerasModelConfig
  ) throws(KerasError) -> ([Call], KerasModelConfig.Source) {
    // A sequential model may begin with an input layer; without one a stand-in makes the input.
    var calls: [Call] = []
    var last: KerasModelConfig.Source?
    for (index, record) in config.records.enumerated() {
      let isInput = record.className == "InputLayer"
      guard !isInput || index == 0 else {
        throw KerasError(
          .severalInputs, "The chain has an input layer inside.",
          at: Location(node: record.name, operator: record.className), fix: "save the model again")
      }
      if index == 0, !isInput {
        let entry = KerasModelConfig.Source(layer: record.name, call: -1)
        calls.append(Call(record: 0, number: -1, reads: [], isInput: true))
        last = entry
      }
      calls.append(
        Call(
          record: index, number: 0, reads: isInput ? [] : [last].compactMap { $0 }, isInput: isInput
        ))
      last = KerasModelConfig.Source(layer: record.name, call: 0)
    }
    guard let last else {
      throw KerasError(
        .noNetwork, "The model has no layers.", fix: "check that the file is the one you mean")
    }
    return (calls, last)
  }

  private static func network(
    _ config: KerasModelConfig
  ) throws(KerasError) -> ([Call], KerasModelConfig.Source) {
    guard config.outputs.count == 1 else {
      throw KerasError(
        .severalOutputs, "The model has \(config.outputs.count) outputs; allowed is 1.",
        fix: "save a model with one output")
    }
    guard config.inputs.count == 1 else {
      throw KerasError(
        .severalInputs, "The model has \(config.inputs.count) inputs; allowed is 1.",
        fix: "join the inputs in front of the network")
    }
    var calls: [KerasModelConfig.Source: Call] = [:]
    for (index, record) in config.records.enumerated() {
      if record.name == config.inputs[0].layer {
        calls[KerasModelConfig.Source(layer: record.name, call: 0)] = Call(
          record: index, number: 0, reads: [], isInput: true)
        continue
      }
      for (number, reads) in record.calls.enumerated() {
        calls[KerasModelConfig.Source(layer: record.name, call: number)] = Call(
          record: index, number: number, reads: reads, isInput: false)
      }
    }
    let order = try sorted(calls, from: config.outputs[0])
    guard order.contains(where: \.isInput) else {
      throw KerasError(
        .noNetwork, "The output '\(config.outputs[0].layer)' does not depend on the input.",
        fix: "check that the file is the one you mean")
    }
    return (order, config.outputs[0])
  }

  /// What leads to `output`, depth first: a call stands behind what it reads.
  private static func sorted(
    _ calls: [KerasModelConfig.Source: Call], from output: KerasModelConfig.Source
  ) throws(KerasError) -> [Call] {
    var order: [Call] = []
    var done: Set<KerasModelConfig.Source> = []
    var open: Set<KerasModelConfig.Source> = []
    var pending: [(source: KerasModelConfig.Source, next: Int)] = [(output, 0)]
    while let (source, next) = pending.last {
      guard let call = calls[source] else {
        throw KerasError(
          .undefinedLayer,
          "A layer reads '\(source.layer)' (call \(source.call)), which is not there.",
          at: Location(node: source.layer), fix: "save the model again")
      }
      if next == 0, !open.insert(source).inserted {
        throw KerasError(
          .undefinedLayer, "Layers feed each other in a circle.", at: Location(node: source.layer),
          fix: "sfconv handles feed-forward networks; unroll the loop")
      }
      if next < call.reads.count {
        pending[pending.count - 1].next += 1
        if !done.contains(call.reads[next]) {
          if open.contains(call.reads[next]) {
            throw KerasError(
              .undefinedLayer, "Layers feed each other in a circle.",
              at: Location(node: source.layer),
              fix: "sfconv handles feed-forward networks; unroll the loop")
          }
          pending.append((call.reads[next], 0))
        }
      } else {
        order.append(call)
        done.insert(source)
        open.remove(source)
        pending.removeLast()
      }
    }
    return order
  }
}
