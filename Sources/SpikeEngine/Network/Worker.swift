import SpikeCompute

/// What one thread works with: an arena and the programs that are bound to it. One thread at a
/// time uses a worker; that is why it may cross threads unchecked.
final class Worker: @unchecked Sendable {
  private struct Key: Hashable {
    var images: Int
    var purpose: LayerExtent.Purpose
  }

  /// Programs that are kept before all are dropped; a run needs a full and a last size of one or
  /// two purposes.
  private static let programLimit = 8

  private let plans: PlanPair
  private let configuration: EngineConfiguration
  private let parameters: FloatView
  private var arena = FloatBuffer(count: 0)
  private var programs: [Key: Program] = [:]
  /// Room for the gradients of a piece before they are added to those of its shard.
  private(set) lazy var gradients = FloatBuffer(count: parameters.count)

  init(_ plans: PlanPair, _ configuration: EngineConfiguration, parameters: FloatView) {
    self.plans = plans
    self.configuration = configuration
    self.parameters = parameters
  }

  /// The program for so many samples; bound on first use.
  func program(images: Int, purpose: LayerExtent.Purpose) throws(EngineError) -> Program {
    let key = Key(images: images, purpose: purpose)
    if let program = programs[key] { return program }
    let plan = plans[purpose]
    let layout = ProgramLayout(plan, images: images, purpose: purpose)
    if layout.count > arena.count || programs.count >= Worker.programLimit {
      programs = [:]
      if layout.count > arena.count { arena = FloatBuffer(count: layout.count) }
    }
    let program = try Program(
      plan, layout, configuration, parameters: parameters, arena: arena.all)
    programs[key] = program
    return program
  }
}

/// The plan of a graph as it is, and with operations joined where nobody looks between them.
struct PlanPair: Sendable {
  private let plain: Plan
  private let fused: Plan

  init(_ plan: Plan) {
    plain = plan
    fused = plan.fusingPools()
  }

  subscript(purpose: LayerExtent.Purpose) -> Plan {
    switch purpose {
    case .inference, .training: fused
    case .observation, .adjoints: plain
    }
  }
}
