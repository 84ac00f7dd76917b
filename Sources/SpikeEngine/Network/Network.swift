import SpikeCompute
public import SpikeDiagnostics
public import SpikeGraph

/// A graph, ready to run: the one executor of ANNs and SNNs.
///
/// The graph is compiled once into operations over channels-last memory. What depends only on the
/// input is computed once per sample, everything behind the first neurons for all time steps at
/// once, populations over time. Batches are cut into pieces that threads work on, each with an
/// arena of its own; results have the same bits on any number of threads.
///
/// Logits are the potential of a final read-out population (`LI`) after the last step. A network
/// that ends otherwise gets the sum over the steps; a network without neurons its one output. A
/// final softmax is applied in inference, and skipped by losses and adjoints.
///
/// One caller at a time uses a network; it brings its own threads.
public final class Network: Sendable {
  /// The graph that was compiled. Its constants are those at the start; ``currentGraph()`` has
  /// those of now.
  public let graph: Graph
  /// How the network is run.
  public let configuration: EngineConfiguration
  /// Shape of one sample in one step.
  public let inputShape: Shape
  /// Shape of what leaves the network for one sample.
  public let outputShape: Shape
  /// Time steps that are run: 1 where the graph has no neurons.
  public var timeSteps: Int { plan.timeSteps }

  let plan: Plan
  let store: ParameterStore
  let workers: [Worker]
  let clock = ParameterClock()
  /// Samples that a thread works on at once, by purpose.
  let pieces: PieceSizes
  /// The processes that share the work of training steps and inference.
  let processes: any ProcessRing
  /// From the order of the graph to memory order, and back; nil where they agree.
  let inputMap: MovementMap?
  let outputMap: MovementMap?
  /// Gradients of the batch; and of the shards of this process, behind room for the sum of the
  /// processes before it.
  let gradients: FloatBuffer
  let shardGradients: FloatBuffer
  let shardSum: ShardSum
  let stepMemory: StepMemory

  /// Compiles a graph.
  ///
  /// - Parameter processes: who works together. ``step(_:labels:count:loss:teacher:)``,
  ///   ``infer(_:count:)`` and its relatives, and
  ///   ``adjointStatistics(_:count:gradients:)`` are then calls that all processes make, with the
  ///   same arguments, in the same order; each does its share and all get the whole result, with
  ///   the bits that one process computes. Everything else every process does by itself.
  /// - Throws: `engine.invalid-graph` for a graph that is not whole or has not one input,
  ///   `engine.unsupported-operator`, `engine.invalid-configuration` (also for more processes than
  ///   shards), `engine.kernel-failed`.
  /// - Complexity: O(constants + nodes²); kernels are generated for the shapes of the graph.
  public init(
    _ graph: Graph, _ configuration: EngineConfiguration, processes: any ProcessRing = OneProcess()
  ) throws(EngineError) {
    let configuration = try configuration.checked()
    guard processes.count <= configuration.shards else {
      throw EngineError(
        .invalidConfiguration,
        "There are \(processes.count) processes for the \(configuration.shards) shards of a batch.",
        fix: "start at most \(configuration.shards) processes")
    }
    if configuration.training, let node = graph.firstRecurrentNode {
      throw EngineError(
        .unsupportedOperator, "The neurons have recurrent synapses, which are not trained here.",
        at: Location(node: node.name, operator: node.operator.name),
        fix: "train the network with its own program, and import it again")
    }
    self.processes = processes
    let plan = try PlanCompiler.compile(
      graph, timeSteps: configuration.timeSteps, inputPerStep: configuration.inputPerStep)
    self.graph = graph
    self.configuration = configuration
    self.plan = plan
    inputShape = plan.values[plan.input].shape
    // Behind a reshape that moves nothing the memory has the shape from before it, in the same
    // order.
    let storedShape = plan.values[plan.output].shape
    outputShape = graph.outputs.first.flatMap { plan.names[$0]?.shape } ?? storedShape
    store = ParameterStore(plan.parameters, graph)
    let parameters = store.values.all
    let plans = PlanPair(plan)
    let clock = clock
    workers = (0..<configuration.threads).map { _ in
      Worker(plans, configuration, parameters: parameters, clock: clock)
    }
    pieces = PieceSizes(plans, configuration)
    inputMap = Network.map(MemoryOrder.rowMajorIndices(of: inputShape))
    outputMap = Network.map(MemoryOrder.places(of: storedShape))
    let own = (configuration.shards + processes.count - 1) / processes.count
    let shards = configuration.training ? own + (processes.isFirst ? 0 : 1) : 0
    gradients = FloatBuffer(count: configuration.training ? plan.parameters.count : 0)
    shardGradients = FloatBuffer(count: shards * plan.parameters.count)
    shardSum = ShardSum(of: shardGradients, into: gradients)
    stepMemory = StepMemory(plan, shards: configuration.training ? own : 0)
    // What cannot run says so here and not in the middle of an epoch.
    try workers[0].prepare(images: pieces[.inference], purpose: .inference)
    if configuration.training {
      try workers[0].prepare(images: pieces[.training], purpose: .training)
    }
  }

  private static func map(_ indices: [Int32]) -> MovementMap? {
    MemoryOrder.isIdentity(indices)
      ? nil : MovementMap(indices.map(Int.init), sourceBlocks: indices.count)
  }

  /// Numbers of one sample that leave the network.
  public var outputCount: Int { outputShape.elementCount }
  /// Numbers of one sample that enter the network: of all steps where each has its own input.
  public var inputCount: Int { inputShape.elementCount * plan.steps(of: plan.input) }
}
