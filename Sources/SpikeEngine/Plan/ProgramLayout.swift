/// Where every buffer of a program lies in its thread's arena.
///
/// Moments of the schedule: operation i runs forward at i, the loss is taken at `count`, and
/// operation i runs backward at 2 · count - i.
struct ProgramLayout {
  let extent: LayerExtent
  /// Operations that run forward, in order.
  private(set) var forward: [Int] = []
  /// Operations that run backward, in the order of running.
  private(set) var backward: [Int] = []
  /// Floats of the arena.
  private(set) var count = 0

  private(set) var values: [Range<Int>] = []
  /// Gradient of a value; empty where nobody wants it.
  private(set) var gradients: [Range<Int>] = []
  private(set) var operations: [OperationMemory] = []
  /// Room for the input in the order of the graph, before it is put in memory order.
  private(set) var staging = 0..<0

  /// Buffers of one operation.
  struct OperationMemory {
    var saved = 0..<0
    var forwardScratch = 0..<0
    var backwardScratch = 0..<0
    /// Where the gradient of each input is written: empty where it is not wanted.
    var targets: [Range<Int>] = []
    /// Whether the target is not the gradient itself but is to be added to it.
    var isAddition: [Bool] = []
  }

  init(_ plan: Plan, images: Int, purpose: LayerExtent.Purpose) {
    extent = LayerExtent(
      images: images, timeSteps: plan.timeSteps, steps: 1, purpose: purpose,
      isDifferentiated: false)
    var builder = ProgramLayoutBuilder(plan, extent)
    builder.build()
    forward = builder.forward
    backward = builder.backward
    count = builder.arena.count
    values = builder.values.map(builder.range)
    gradients = builder.gradients.map(builder.range)
    operations = builder.operations.map(builder.ranges)
    staging = builder.range(builder.staging)
  }
}

/// The work of ``ProgramLayout``'s initialiser.
private struct ProgramLayoutBuilder {
  typealias Request = (buffer: ArenaLayout.Buffer, floats: Int)
  struct Operation {
    var saved: Request?
    var forwardScratch: Request?
    var backwardScratch: Request?
    var targets: [Request?] = []
    var isAddition: [Bool] = []
  }

  let plan: Plan
  let extent: LayerExtent
  var arena = ArenaLayout()
  var forward: [Int] = []
  var backward: [Int] = []
  var values: [Request?] = []
  var gradients: [Request?] = []
  var operations: [Operation] = []
  var staging: Request?
  private var needs: [LayerNeeds] = []
  private var end: Int { 2 * plan.operations.count + 1 }

  init(_ plan: Plan, _ extent: LayerExtent) {
    self.plan = plan
    self.extent = extent
  }

  func range(_ request: Request?) -> Range<Int> {
    guard let request else { return 0..<0 }
    let offset = arena.offsets[request.buffer]
    return offset..<offset + request.floats
  }

  func ranges(_ operation: Operation) -> ProgramLayout.OperationMemory {
    ProgramLayout.OperationMemory(
      saved: range(operation.saved), forwardScratch: range(operation.forwardScratch),
      backwardScratch: range(operation.backwardScratch),
      targets: operation.targets.map(range), isAddition: operation.isAddition)
  }

  private mutating func request(_ floats: Int, _ lifetime: ClosedRange<Int>) -> Request {
    (arena.request(floats: floats, lifetime: lifetime), floats)
  }

  mutating func build() {
    let wanted = valuesWithGradient()
    chooseOperations(wanted)
    needs = plan.operations.indices.map { index in
      var extent = extent
      extent.isDifferentiated = wanted[plan.operations[index].output]
      extent.steps = plan.steps(of: plan.operations[index].output)
      return plan.operations[index].layer.needs(extent)
    }
    requestValues(wanted)
    requestGradients(wanted)
    requestScratch(wanted)
    let input = plan.floats(of: plan.input, images: extent.images)
    staging = request(input, 0...0)
    arena.place()
  }

  /// Values whose gradient leads to something that is to be known.
  private func valuesWithGradient() -> [Bool] {
    let sources: [Bool]
    switch extent.purpose {
    case .inference, .observation: return plan.values.map { _ in false }
    case .training: sources = plan.valuesAbove { $0.layer.isTrainable }
    case .adjoints:
      let populations = Set(plan.populations.map { plan.operations[$0].output })
      sources = plan.valuesAbove { populations.contains($0.output) }
    }
    return zip(sources, plan.valuesBelowLogits()).map { $0 && $1 }
  }

  private mutating func chooseOperations(_ wanted: [Bool]) {
    let all = plan.operations.indices
    switch extent.purpose {
    case .observation: forward = Array(all)
    case .inference:
      let needed = plan.valuesBelow(plan.output)
      forward = all.filter { needed[plan.operations[$0].output] }
    case .training, .adjoints:
      let needed = plan.valuesBelowLogits()
      forward = all.filter { needed[plan.operations[$0].output] }
      backward = all.reversed().filter { wanted[plan.operations[$0].output] }
    }
  }

  private func backwardMoment(_ operation: Int) -> Int { 2 * plan.operations.count - operation }

  private mutating func requestValues(_ wanted: [Bool]) {
    var first = plan.values.map { _ in 0 }
    var last = plan.values.map { _ in 0 }
    for index in forward {
      let operation = plan.operations[index]
      let isDifferentiated = wanted[operation.output]
      let later = extent.purpose == .adjoints ? end : backwardMoment(index)
      first[operation.output] = index
      last[operation.output] = max(last[operation.output], index)
      if isDifferentiated && needs[index].backwardReadsOutput { last[operation.output] = later }
      for input in operation.inputs {
        last[input] = max(last[input], index)
        if isDifferentiated && needs[index].backwardReadsInputs {
          last[input] = max(last[input], later)
        }
      }
    }
    for value in [plan.logits, plan.output] {
      last[value] = max(last[value], plan.operations.count)
    }
    let made = Set(forward.map { plan.operations[$0].output }).union([plan.input])
    values = plan.values.indices.map { value in
      guard made.contains(value) else { return nil }
      return request(
        plan.floats(of: value, images: extent.images), first[value]...last[value])
    }
  }

  private mutating func requestGradients(_ wanted: [Bool]) {
    // The last reader runs backward first: it writes, the others add.
    var writers: [Int: Int] = [:]
    for index in backward {
      for input in plan.operations[index].inputs where wanted[input] && writers[input] == nil {
        writers[input] = index
      }
    }
    var makers: [Int: Int] = [:]
    for index in backward { makers[plan.operations[index].output] = index }
    gradients = plan.values.indices.map { value in
      guard wanted[value] else { return nil }
      let first = writers[value].map(backwardMoment) ?? plan.operations.count
      let start = value == plan.logits ? plan.operations.count : first
      let last = makers[value].map(backwardMoment) ?? start
      return request(plan.floats(of: value, images: extent.images), start...max(start, last))
    }
    var written: Set<Int> = [plan.logits]
    operations = plan.operations.map { _ in Operation() }
    for index in backward {
      let moment = backwardMoment(index)
      for input in plan.operations[index].inputs {
        guard wanted[input] else {
          operations[index].targets.append(nil)
          operations[index].isAddition.append(false)
          continue
        }
        let isFirst = written.insert(input).inserted
        operations[index].isAddition.append(!isFirst)
        operations[index].targets.append(
          isFirst
            ? gradients[input]
            : request(plan.floats(of: input, images: extent.images), moment...moment))
      }
    }
  }

  private mutating func requestScratch(_ wanted: [Bool]) {
    for index in forward {
      let need = needs[index]
      let moment = backwardMoment(index)
      let isDifferentiated = wanted[plan.operations[index].output]
      let last = extent.purpose == .adjoints ? end : isDifferentiated ? moment : index
      if need.saved > 0 { operations[index].saved = request(need.saved, index...last) }
      if need.forwardScratch > 0 {
        operations[index].forwardScratch = request(need.forwardScratch, index...index)
      }
      if isDifferentiated && need.backwardScratch > 0 {
        operations[index].backwardScratch = request(need.backwardScratch, moment...moment)
      }
    }
  }
}
