import SpikeCompute
import Synchronization

/// What one thread works with: an arena and the programs that are bound to it.
final class Worker: Sendable {
  private let plans: PlanPair
  private let configuration: EngineConfiguration
  private let parameters: FloatView
  private let clock: ParameterClock
  /// Never contended: a worker belongs to one thread of a run.
  private let bench = Mutex(Bench())

  private struct Key: Hashable {
    var images: Int
    var purpose: LayerExtent.Purpose
  }

  private struct Bench {
    var arena = FloatBuffer(count: 0)
    var programs: [Key: Program] = [:]
    var gradients: FloatBuffer?
  }

  /// Programs that are kept before all are dropped; a run needs a full and a last size of one or
  /// two purposes.
  private static let programLimit = 8

  init(
    _ plans: PlanPair, _ configuration: EngineConfiguration, parameters: FloatView,
    clock: ParameterClock
  ) {
    self.plans = plans
    self.configuration = configuration
    self.parameters = parameters
    self.clock = clock
  }

  /// Binds the program for so many samples, if there is none yet.
  func prepare(images: Int, purpose: LayerExtent.Purpose) throws(EngineError) {
    let result = bench.withLock { bench -> EngineError? in
      do throws(EngineError) {
        _ = try program(Key(images: images, purpose: purpose), &bench)
        return nil
      } catch {
        return error
      }
    }
    if let result { throw result }
  }

  /// Calls `body` with the program for so many samples, and with room for the parameter gradients
  /// of a piece where the purpose is training.
  ///
  /// Programs of other sizes than those that were prepared can only fail for lack of memory,
  /// which no caller can mend.
  func run(
    images: Int, purpose: LayerExtent.Purpose,
    _ body: (Program, _ gradients: () -> FloatView) -> Void
  ) {
    bench.withLock { bench in
      do throws(EngineError) {
        let program = try program(Key(images: images, purpose: purpose), &bench)
        let count = parameters.count
        body(program) {
          let gradients = bench.gradients ?? FloatBuffer(count: count)
          bench.gradients = gradients
          return gradients.all
        }
      } catch {
        preconditionFailure("a kernel could not be made: \(error)")
      }
    }
  }

  private func program(_ key: Key, _ bench: inout Bench) throws(EngineError) -> Program {
    if let program = bench.programs[key] { return program }
    let plan = plans[key.purpose]
    let layout = ProgramLayout(plan, images: key.images, purpose: key.purpose)
    if layout.count > bench.arena.count || bench.programs.count >= Worker.programLimit {
      bench.programs = [:]
      if layout.count > bench.arena.count { bench.arena = FloatBuffer(count: layout.count) }
    }
    let program = try Program(
      plan, layout, configuration, parameters: parameters, clock: clock, arena: bench.arena.all)
    bench.programs[key] = program
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
