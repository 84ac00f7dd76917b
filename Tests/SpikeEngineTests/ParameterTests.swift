import SpikeEngine
import SpikeGraph
import Testing

@Suite struct ParameterTests {
  @Test("constants come back in the order of the graph", arguments: 0..<40)
  func order(seed: UInt64) throws {
    let graph = seed % 2 == 0 ? RandomGraphs.ann(seed: seed) : RandomGraphs.snn(seed: seed)
    let network = try Network(graph, EngineConfiguration(timeSteps: 2))
    for parameter in network.parameters {
      #expect(network.value(of: parameter.name) == graph.constants[parameter.name]?.floats())
    }
    #expect(network.currentGraph() == graph)
  }

  @Test("a network with new values computes as one that was made with them", arguments: 0..<20)
  func change(seed: UInt64) throws {
    let graph = RandomGraphs.snn(seed: seed)
    let network = try Network(graph, EngineConfiguration(timeSteps: 3))
    let inputs = InferenceTests.inputs(graph, 3, seed: seed)
    let before = network.infer(inputs, count: 3)
    var dice = Dice(seed)
    for parameter in network.parameters {
      let values = (0..<parameter.shape.elementCount).map { _ in Float(dice.whole(1...12)) / 8 }
      network.setValue(values, of: parameter.name)
      #expect(network.value(of: parameter.name) == values)
    }
    let changed = network.currentGraph()
    #expect(changed != graph)
    let fresh = try Network(changed, EngineConfiguration(timeSteps: 3))
    #expect(network.infer(inputs, count: 3) == fresh.infer(inputs, count: 3))
    #expect(network.infer(inputs, count: 3) != before || seed == 0)
  }

  @Test("a constant that two nodes share has one value and the sum of their gradients")
  func shared() throws {
    var sketch = GraphSketch(input: [4], seed: 2)
    sketch.linear(4, bias: false)
    sketch.add(.relu)
    sketch.linear(4, bias: false)
    var graph = sketch.graph
    graph.nodes[2].parameters[.weight] = "weight0"
    let network = try Network(
      graph, EngineConfiguration(batch: 3, shards: 1, training: true))
    let batch = Textbook.Batch.random(graph, classes: 4, count: 3, seed: 1)
    _ = network.step(batch.inputs, labels: batch.labels, count: 3)
    let expected = try Textbook(graph, timeSteps: 1).gradients(batch)
    #expect(GradientTests.differences(network, expected).isEmpty)
    var dice = Dice(1)
    network.setValue(dice.eighths(16), of: "weight0")
    let fresh = try Network(network.currentGraph(), EngineConfiguration())
    #expect(
      network.infer(batch.inputs, count: 3) == fresh.infer(batch.inputs, count: 3))
  }
}
