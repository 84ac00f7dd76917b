import SpikeConvert
import SpikeData
import SpikeDiagnostics
import SpikeEngine
import SpikeGraph
import Testing

@Suite("Converting")
struct ConverterTests {
  private func sketch(seed: UInt64 = 1) -> NetworkSketch {
    var sketch = NetworkSketch(input: [1, 6, 6], seed: seed)
    sketch.convolution(4)
    sketch.add(.relu)
    sketch.linear(5)
    sketch.add(.relu)
    sketch.linear(3)
    return sketch
  }

  private func convert(
    _ graph: Graph, _ options: ConvertOptions = ConvertOptions(timeSteps: 8), samples: Int = 30
  ) throws -> ConversionResult {
    let data = try NetworkSketch.data(graph.inputs[0].shape, count: samples, seed: 4)
    return try Converter.convert(
      Model(ann: graph), options: options, calibration: data, threads: 2)
  }

  private func code(_ graph: Graph, _ options: ConvertOptions = ConvertOptions()) throws
    -> ConvertErrorCode?
  {
    do {
      _ = try convert(graph, options)
      return nil
    } catch let error as ConvertError {
      #expect(!error.message.isEmpty)
      return error.code
    }
  }

  @Test("weights stay; thresholds and biases take the scales; the end is a read-out")
  func structure() throws {
    let sketch = sketch()
    let result = try convert(sketch.graph)
    let graph = result.model.graph
    #expect(result.model.stage == .spiking)
    #expect(result.model.timeSteps == 8)
    #expect(
      graph.nodes.map(\.operator.name)
        == ["Convolution", "IF", "Reshape", "Linear", "IF", "Linear", "LI"])
    for name in ["weight0", "weight3", "weight5"] {
      #expect(graph.constants[name] == sketch.graph.constants[name])
    }
    let first = Float(result.layers[0].threshold.mean)
    let second = Float(result.layers[1].threshold.mean)
    let bias = try #require(sketch.graph.constants["bias3"]?.floats())
    #expect(graph.constants["bias3"]?.floats() == bias.map { $0 / first })
    let thresholds = graph.nodes.compactMap { graph.constant(.threshold, of: $0)?.floats() }
    #expect(thresholds == [[first], [second / first]])
    #expect(graph.outputs == sketch.graph.outputs)
    let record = try #require(result.model.history.last)
    #expect(record.station == "convert")
    #expect(record.metrics["logits.scale"] == Double(second))
    #expect(record.options["rule"] == "minimum-error")
  }

  @Test("one threshold per channel scales the columns behind it, and says so")
  func channelScope() throws {
    let result = try convert(
      sketch().graph, ConvertOptions(timeSteps: 8, scope: .channel, refinesThresholds: false))
    let report = result.layers[0]
    #expect(report.threshold.minimum < report.threshold.maximum)
    let scaled = result.findings.filter { $0.code == "convert.weights-scaled" }
    #expect(scaled.map(\.location.node) == ["n3", "n5"])
    let layer = try convert(sketch().graph)
    #expect(!layer.findings.contains { $0.code == "convert.weights-scaled" })
  }

  @Test("a threshold is never above the clip of its activation")
  func caps() throws {
    var sketch = NetworkSketch(input: [1, 6, 6], seed: 3)
    sketch.convolution(4)
    sketch.add(.clip(minimum: 0, maximum: 0.25))
    sketch.linear(3)
    for scope in ThresholdScope.allCases {
      let result = try convert(
        sketch.graph, ConvertOptions(timeSteps: 32, rule: .maximum, scope: scope))
      #expect(result.layers[0].threshold.maximum <= 0.25)
    }
  }

  @Test("spikes that are added share a threshold; a projected branch is scaled to them")
  func residual() throws {
    var sketch = NetworkSketch(input: [2, 6, 6], seed: 6)
    sketch.convolution(4)
    let first = sketch.add(.relu)
    sketch.convolution(4)
    let second = sketch.add(.relu)
    sketch.convolution(4)
    sketch.add(.add, inputs: [sketch.last, first])
    sketch.add(.relu)
    let third = sketch.last
    sketch.add(.add, inputs: [third, second])
    sketch.linear(3)
    for scope in ThresholdScope.allCases {
      let result = try convert(sketch.graph, ConvertOptions(timeSteps: 8, scope: scope))
      let byName = Dictionary(uniqueKeysWithValues: result.layers.map { ($0.name, $0) })
      #expect(byName["n3"]?.threshold == byName["n6"]?.threshold)
      #expect(byName["n1"]?.threshold != byName["n3"]?.threshold)
      #expect(!result.findings.contains { $0.code == "convert.not-deployable" })
    }
    // With a threshold per layer the branch is scaled by one number: as many values as before.
    let result = try convert(sketch.graph)
    let before = Set(try #require(sketch.graph.constants["weight4"]?.floats()))
    let after = Set(try #require(result.model.graph.constants["weight4"]?.floats()))
    #expect(before.count == after.count)
  }

  @Test("networks that would silently become something else are refused")
  func traps() throws {
    var linear = NetworkSketch(input: [1, 4, 4], seed: 1)
    linear.linear(3)
    #expect(try code(linear.graph) == .noActivation)

    var dead = NetworkSketch(input: [1, 4, 4], seed: 1)
    dead.convolution(2)
    let alive = dead.last
    dead.add(.relu)
    dead.last = alive
    dead.linear(3)
    #expect(try code(dead.graph) == .noActivation)

    var zero = sketch().graph
    zero.constants["weight3"] = Tensor([Float](repeating: 0, count: 5 * 144), shape: [5, 144])
    #expect(try code(zero) == .zeroWeights)

    var broken = sketch().graph
    var values = try #require(broken.constants["bias0"]?.floats())
    values[2] = .nan
    broken.constants["bias0"] = Tensor(values, shape: [4])
    #expect(try code(broken) == .nonFiniteConstant)

    var cut = sketch().graph
    cut.nodes[3].inputs = ["nowhere"]
    #expect(try code(cut) == .invalidGraph)

    var twoOutputs = sketch().graph
    twoOutputs.outputs.append("v1")
    #expect(try code(twoOutputs) == .unsupportedGraph)

    let converted = try convert(sketch().graph).model.graph
    #expect(try code(converted) == .alreadySpiking)
  }

  @Test("options out of range are refused with the range")
  func options() throws {
    for options in [
      ConvertOptions(timeSteps: 0), ConvertOptions(rule: .percentile(0)),
      ConvertOptions(rule: .percentile(1.5)), ConvertOptions(rule: .percentile(.nan)),
      ConvertOptions(initialShare: 1), ConvertOptions(initialShare: -0.1),
      ConvertOptions(reset: .toValue(.infinity)),
    ] {
      #expect(try code(sketch().graph, options) == .invalidOption)
    }
  }

  @Test("calibration data of another shape are refused with both shapes")
  func calibrationShape() throws {
    let data = try NetworkSketch.data([1, 5, 5], count: 4, seed: 1)
    let error = try #require(throws: ConvertError.self) {
      try Converter.convert(
        Model(ann: sketch().graph), options: ConvertOptions(), calibration: data, threads: 1)
    }
    #expect(error.code == .calibrationMismatch)
    #expect(error.cause?.message.contains("[1, 5, 5]") == true)
    #expect(error.cause?.message.contains("[1, 6, 6]") == true)
  }

  @Test("layers that never fire and layers that always fire are reported with numbers")
  func activity() throws {
    var silent = NetworkSketch(input: [1, 4, 4], seed: 2)
    silent.convolution(2)
    silent.add(.affine, [.shift: .scalar(-100)])
    silent.add(.relu)
    silent.linear(3)
    let silentResult = try convert(silent.graph)
    #expect(silentResult.findings.contains { $0.code == "convert.silent-layer" })
    #expect(silentResult.layers[0].meanRate == 0)

    var constant = NetworkSketch(input: [1, 4, 4], seed: 2)
    constant.convolution(2)
    constant.add(.affine, [.scale: .scalar(0.001), .shift: .scalar(5)])
    constant.add(.relu)
    constant.linear(3)
    let constantResult = try convert(constant.graph)
    let finding = constantResult.findings.first { $0.code == "convert.saturated-layer" }
    #expect(finding?.location.node == "n2")
    #expect(finding?.message.contains("100.0 %") == true)
  }

  /// Mean square error of the logits on the calibration data.
  private func logitError(_ result: ConversionResult, _ graph: Graph, samples: Int) throws -> Double
  {
    let data = try NetworkSketch.data(graph.inputs[0].shape, count: samples, seed: 4)
    let inputs = data.encoded(scale: [1], offset: [0], bits: nil)
    let logits = try Network(graph, EngineConfiguration(threads: 1)).infer(inputs, count: samples)
    let steps = try #require(result.model.timeSteps)
    let network = try Network(
      result.model.graph, EngineConfiguration(timeSteps: steps, threads: 1))
    let scale =
      try #require(result.model.history.last?.metrics["logits.scale"]) / Double(steps)
    let potentials = network.infer(inputs, count: samples)
    return zip(potentials, logits).reduce(0) {
      let difference = Double($1.0) * scale - Double($1.1)
      return $0 + difference * difference
    } / Double(logits.count)
  }

  @Test("refined thresholds never take the logits further away", arguments: 0..<6)
  func refinement(seed: UInt64) throws {
    let graph = sketch(seed: seed).graph
    let errors = try [false, true].map { refines in
      let options = ConvertOptions(timeSteps: 4, refinesThresholds: refines)
      return try logitError(try convert(graph, options), graph, samples: 30)
    }
    #expect(errors[1] <= errors[0] * 1.0001, "seed \(seed): \(errors)")
  }

  @Test("neurons that start at 0 get the missing half threshold from their bias")
  func startAtZero() throws {
    let graph = sketch().graph
    let half = try convert(
      graph, ConvertOptions(timeSteps: 8, rule: .maximum, refinesThresholds: false))
    let zero = try convert(
      graph,
      ConvertOptions(timeSteps: 8, rule: .maximum, initialShare: 0, refinesThresholds: false))
    let threshold = Float(half.layers[0].threshold.mean)
    let before = try #require(half.model.graph.constants["bias0"]?.floats())
    let after = try #require(zero.model.graph.constants["bias0"]?.floats())
    for (old, new) in zip(before, after) { #expect(abs(new - old - threshold / 16) < 1e-6) }
    guard case .neuron(let neuron) = zero.model.graph.nodes[1].operator else {
      Issue.record("no neurons")
      return
    }
    #expect(neuron.initialShare == 0)
  }

  @Test("max pooling over spikes is an or; cumulative pooling keeps the maximum of the rates")
  func maximumPooling() throws {
    var sketch = NetworkSketch(input: [1, 8, 8], seed: 11)
    sketch.convolution(4)
    sketch.add(.relu)
    sketch.add(.maxPool(Pooling(kernel: [2, 2])))
    sketch.convolution(4)
    sketch.add(.relu)
    sketch.add(.maxPool(Pooling(kernel: [2, 2])))
    sketch.linear(3)
    var errors: [Double] = []
    for pooling in MaximumPooling.allCases {
      let result = try convert(
        sketch.graph,
        ConvertOptions(
          timeSteps: 64, rule: .maximum, maximumPooling: pooling, refinesThresholds: false))
      errors.append(try logitError(result, sketch.graph, samples: 30))
      let isCumulative = result.model.graph.nodes.contains {
        if case .maxPool(let pool) = $0.operator { pool.isCumulative } else { false }
      }
      #expect(isCumulative == (pooling == .cumulative))
    }
    #expect(errors[1] < errors[0] / 4)
  }

  @Test("the accuracy curve counts the largest output after each number of steps")
  func accuracyCurve() throws {
    // One input pixel decides: class 1 if it is above one half.
    var graph = Graph(
      inputs: [GraphInput(name: "x", shape: [1])], outputs: ["y"],
      nodes: [
        Node(
          name: "a", operator: .linear, inputs: ["x"], parameters: [.weight: "wa"], output: "h"),
        Node(name: "r", operator: .relu, inputs: ["h"], output: "s"),
        Node(
          name: "b", operator: .linear, inputs: ["s"], parameters: [.weight: "wb", .bias: "bb"],
          output: "y"),
      ])
    graph.constants = [
      "wa": Tensor([1], shape: [1, 1]), "wb": Tensor([-1, 1], shape: [2, 1]),
      "bb": Tensor([0.5, -0.5], shape: [2]),
    ]
    let values: [Float] = [0.05, 0.2, 0.3, 0.7, 0.8, 1]
    let data = try Dataset(
      name: "d", sampleShape: [1], samples: .floats(values), labels: [0, 0, 0, 1, 1, 1])
    let model = Model(ann: graph)
    #expect(
      try Converter.accuracyCurve(model, data, steps: [1, 4], threads: 1)
        == [AccuracyPoint(timeSteps: 1, accuracy: 1)])
    let result = try Converter.convert(
      model, options: ConvertOptions(timeSteps: 16, rule: .maximum, refinesThresholds: false),
      calibration: data, threads: 1)
    let curve = try Converter.accuracyCurve(
      result.model, data, steps: [16, 1, 2], threads: 1)
    #expect(curve.map(\.timeSteps) == [1, 2, 16])
    #expect(curve[2].accuracy == 1)
    let wrong = try Dataset(
      name: "d", sampleShape: [1], samples: .floats(values), labels: [0, 0, 0, 1, 1, 2])
    let error = try #require(throws: ConvertError.self) {
      try Converter.accuracyCurve(model, wrong, steps: [1], threads: 1)
    }
    #expect(error.code == .calibrationMismatch)
    #expect(
      throws: ConvertError.self,
      performing: { try Converter.accuracyCurve(model, data, steps: [], threads: 1) })
  }

  @Test("hard reset is converted with a warning")
  func hardReset() throws {
    let result = try convert(
      sketch().graph, ConvertOptions(timeSteps: 4, reset: .toValue(0), comparator: .greater))
    #expect(result.findings.contains { $0.code == "convert.hard-reset" })
    for node in result.model.graph.nodes {
      guard case .neuron(let neuron) = node.operator, neuron.spikes else { continue }
      #expect(neuron.reset == .toValue(0) && neuron.comparator == .greater)
    }
  }
}
