import SpikeBundle
import SpikeDiagnostics

extension ONNXGraphWriter {
  /// The network with nodes of its own for every step.
  /// - Throws: `export.limit-exceeded` where that would be too many.
  mutating func writeUnrolled() throws(ExportError) {
    let perStep = network.projections.reduce(network.populations.count) { $0 + 4 * $1.count }
    guard perStep * bundle.timeSteps <= ONNXLayout.mostNodes else {
      throw ExportError(
        .limitExceeded,
        "\(bundle.timeSteps) steps would be about \(perStep * bundle.timeSteps) nodes; "
          + "\(ONNXLayout.mostNodes) are allowed.", at: Location(node: bundle.name),
        fix: "write a loop: --time scan")
    }
    begin()
    var states = network.populations.map {
      ONNXPopulation.State(potential: "\($0.name)/initial")
    }
    /// Spikes of the input and of each population, by step.
    var inputs: [String] = []
    var spikes = network.populations.map { _ in [String]() }
    var potentials = spikes
    for step in 0..<bundle.timeSteps {
      inputs.append(input(step))
      for (index, population) in network.populations.enumerated() {
        let place = "\(population.name)/t\(step)"
        var parts: [(value: String, isInteger: Bool)] = []
        for projection in network.projections[index] {
          let start = step - projection.projection.delay
          if let constant = always[projection.name] {
            parts.append(constant)
          } else if start >= 0 {
            let sources = projection.projection.sources.map { source in
              switch source {
              case .input: inputs[start]
              case .population(let position): spikes[position][start]
              }
            }
            parts.append(
              projection.deliver(
                sources, place: "\(projection.name)/t\(step)", in: &graph))
          }
        }
        let sum =
          ONNXGraphWriter.joined(parts, place: place, in: &graph)
          ?? stretched(graph.integer(0), population.shape, as: "\(place)/nothing")
        states[index] = population.step(
          from: states[index], sum: sum, place: place, in: &graph)
        if let fired = states[index].spikes { spikes[index].append(fired) }
        potentials[index].append(states[index].potential)
      }
    }
    if countsSpikes {
      let total = graph.add("Sum", spikes[last], as: "readout/spikes")
      answer(graph.cast(total, to: .int32, as: "readout/count"))
    } else {
      answer(states[last].potential)
    }
    guard options.tracesNeurons else { return }
    for (index, population) in network.populations.enumerated() {
      if population.function.spikes {
        let all = stacked(spikes[index], "\(population.name)/spikes")
        _ = graph.cast(all, to: .uint8, as: "\(population.name).spikes")
      }
      let all = stacked(potentials[index], "\(population.name)/potential")
      graph.add("Identity", [all], as: "\(population.name).potential")
      declareTrace(population)
    }
  }

  private mutating func input(_ step: Int) -> String {
    guard options.hasInputPerStep else { return "input/spikes" }
    let position = graph.constant("scalar/\(step)", .int64Scalar(step))
    let raw = graph.add(
      "Gather", ["input", position], as: "input/t\(step)/raw", [.init("axis", .integer(0))])
    return graph.cast(raw, to: .float32, as: "input/t\(step)")
  }

  private mutating func stacked(_ values: [String], _ name: String) -> String {
    let rows = values.map { value in
      graph.add("Unsqueeze", [value, graph.vector([0])], as: "\(value)/row")
    }
    return graph.add("Concat", rows, as: "\(name)/all", [.init("axis", .integer(0))])
  }
}
