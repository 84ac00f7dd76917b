import SpikeBundle

extension ONNXGraphWriter {
  /// The network as one Scan over the steps.
  mutating func writeScan() {
    begin()
    var loop = ONNXLoop(name: "step")
    let body = addBody(&loop)
    let series: String
    if options.hasInputPerStep {
      series = "input"
    } else {
      // A Scan needs something to run over.
      series = graph.constant(
        "steps", .int32((0..<bundle.timeSteps).map { Int32($0) }, [bundle.timeSteps]))
    }
    var outputs = loop.states.map { "\($0.name)/after" }
    outputs += loop.traces.map(\.output)
    graph.add(
      ONNXNodeMessage(
        operation: "Scan", name: "time", inputs: loop.states.map(\.start) + [series],
        outputs: outputs,
        attributes: [.init("body", .graph(body)), .init("num_scan_inputs", .integer(1))]))
    if countsSpikes {
      answer(graph.cast("readout/spikes/after", to: .int32, as: "readout/count"))
    } else {
      answer("\(network.populations[last].name)/potential/after")
    }
    if options.tracesNeurons {
      for population in network.populations { declareTrace(population) }
    }
  }

  /// The nodes of one step; `loop` collects the states that they need.
  private mutating func addBody(_ loop: inout ONNXLoop) -> ONNXGraphMessage {
    var spikes: [String] = []
    var input = "input/spikes"
    let series = ONNXValueMessage(
      name: "now", type: options.hasInputPerStep ? .uint8 : .int32,
      shape: options.hasInputPerStep ? [nil] + bundle.input.shape.map { Optional($0) } : [])
    if options.hasInputPerStep {
      input = loop.body.cast("now", to: .float32, as: "input/now")
    }
    for (index, population) in network.populations.enumerated() {
      let place = "\(population.name)/now"
      var parts: [(value: String, isInteger: Bool)] = []
      for projection in network.projections[index] {
        if let constant = always[projection.name] {
          parts.append(constant)
          continue
        }
        let sources = projection.projection.sources.map { source in
          switch source {
          case .input: input
          case .population(let position): spikes[position]
          }
        }
        parts.append(
          projection.deliver(
            delayed(sources, projection, &loop), place: "\(projection.name)/now",
            in: &loop.body))
      }
      let sum =
        ONNXGraphWriter.joined(parts, place: place, in: &loop.body)
        ?? stretched(graph.integer(0), population.shape, as: "\(population.name)/nothing")
      let next = population.step(
        from: begin(population, &loop), sum: sum, place: place, in: &loop.body)
      loop.keep("\(population.name)/potential", next.potential)
      if let current = next.current { loop.keep("\(population.name)/current", current) }
      spikes.append(next.spikes ?? "")
      if options.tracesNeurons {
        if let fired = next.spikes {
          let bytes = loop.body.cast(fired, to: .uint8, as: "\(place)/fired")
          loop.trace(bytes, .uint8, population.shape, as: "\(population.name).spikes")
        }
        let copy = loop.body.add("Identity", [next.potential], as: "\(place)/copy")
        loop.trace(copy, .int32, population.shape, as: "\(population.name).potential")
      }
    }
    if countsSpikes {
      let population = network.populations[last]
      let zero = graph.constant("float32/0", .float32([0], []))
      loop.start(
        "readout/spikes", .float32, population.shape,
        stretched(zero, population.shape, as: "readout/spikes/zero"))
      loop.keep(
        "readout/spikes",
        loop.body.add("Add", ["readout/spikes/before", spikes[last]], as: "readout/spikes/now"))
    }
    return loop.message(series: series)
  }

  /// States of a population before the first step.
  private mutating func begin(
    _ population: ONNXPopulation, _ loop: inout ONNXLoop
  ) -> ONNXPopulation.State {
    let potential = "\(population.name)/potential"
    loop.start(
      potential, .int32, population.shape,
      stretched("\(population.name)/initial", population.shape, as: "\(potential)/start"))
    var state = ONNXPopulation.State(potential: "\(potential)/before")
    if population.function.keepsCurrent {
      let current = "\(population.name)/current"
      loop.start(
        current, .int32, population.shape,
        stretched(graph.integer(0), population.shape, as: "\(current)/start"))
      state.current = "\(current)/before"
    }
    return state
  }

  /// Spikes of `delay` steps ago, from a line that moves one place in each step.
  private mutating func delayed(
    _ sources: [String], _ projection: ONNXProjection, _ loop: inout ONNXLoop
  ) -> [String] {
    let delay = projection.projection.delay
    guard delay > 0 else { return sources }
    let line = "\(projection.name)/line"
    let place = "\(projection.name)/now"
    let merged =
      sources.count == 1
      ? sources[0] : loop.body.add("Sum", sources, as: "\(place)/meeting")
    // [batch, delay] + shape: the oldest first.
    let shape = [delay] + projection.sourceShape
    let zero = graph.constant("float32/0", .float32([0], []))
    loop.start(line, .float32, shape, stretched(zero, shape, as: "\(line)/start"))
    let first = loop.body.constant("scalar/0", .int64Scalar(0))
    let oldest = loop.body.add(
      "Gather", ["\(line)/before", first], as: "\(place)/oldest", [.init("axis", .integer(1))])
    let newest = loop.body.add(
      "Unsqueeze", [merged, loop.body.vector([1])], as: "\(place)/newest")
    var moved = newest
    if delay > 1 {
      let rest = loop.body.add(
        "Slice",
        [
          "\(line)/before", loop.body.vector([1]), loop.body.vector([delay]),
          loop.body.vector([1]),
        ], as: "\(place)/waiting")
      moved = loop.body.add(
        "Concat", [rest, newest], as: "\(place)/moved", [.init("axis", .integer(1))])
    }
    loop.keep(line, moved)
    return [oldest]
  }
}

/// The body of a Scan and what it hands on.
struct ONNXLoop {
  struct State {
    let name: String
    let type: ONNXLayout.ElementType
    let shape: [Int]
    /// Value before the first step, in the outer graph.
    let start: String
    var result = ""
  }

  struct Trace {
    let value: String
    let type: ONNXLayout.ElementType
    let shape: [Int]
    /// Name in the outer graph.
    let output: String
  }

  var body: ONNXGraphBuilder
  private(set) var states: [State] = []
  private(set) var traces: [Trace] = []

  init(name: String) { body = ONNXGraphBuilder(name: name, prefix: "body/") }

  /// Declares a state; its value before a step is `NAME/before`.
  mutating func start(
    _ name: String, _ type: ONNXLayout.ElementType, _ shape: [Int], _ start: String
  ) {
    states.append(State(name: name, type: type, shape: shape, start: start))
  }

  /// Says which value of the body is a state after the step.
  mutating func keep(_ name: String, _ value: String) {
    for index in states.indices where states[index].name == name { states[index].result = value }
  }

  /// Collects a value of every step.
  mutating func trace(
    _ value: String, _ type: ONNXLayout.ElementType, _ shape: [Int], as output: String
  ) {
    traces.append(Trace(value: value, type: type, shape: shape, output: output))
  }

  /// The body, run over `series`.
  func message(series: ONNXValueMessage) -> ONNXGraphMessage {
    var body = body
    func value(_ name: String, _ type: ONNXLayout.ElementType, _ shape: [Int]) -> ONNXValueMessage {
      ONNXValueMessage(name: name, type: type, shape: [nil] + shape.map { Optional($0) })
    }
    for state in states {
      body.addInput(value("\(state.name)/before", state.type, state.shape))
      body.addOutput(value(state.result, state.type, state.shape))
    }
    body.addInput(series)
    for trace in traces { body.addOutput(value(trace.value, trace.type, trace.shape)) }
    return body.graph
  }
}
