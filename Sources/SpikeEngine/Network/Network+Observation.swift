import SpikeCompute
public import SpikeGraph

/// A value of the network on some samples.
public struct Activation: Sendable {
  /// Name of the value.
  public var name: ValueName
  /// Shape of one sample in one step.
  public var shape: Shape
  /// Time steps in `values`; 1 for a value that is the same in all steps.
  public var timeSteps: Int
  /// Samples in `values`.
  public var count: Int
  /// Index of the first sample.
  public var firstSample: Int
  /// The numbers: `[timeSteps][count][…][C]`, channels last.
  public var values: [Float]

  /// Makes an activation.
  public init(
    name: ValueName, shape: Shape, timeSteps: Int, count: Int, firstSample: Int, values: [Float]
  ) {
    self.name = name
    self.shape = shape
    self.timeSteps = timeSteps
    self.count = count
    self.firstSample = firstSample
    self.values = values
  }
}

extension Network {
  /// Runs samples and shows values of the graph on the way.
  ///
  /// - Parameters:
  ///   - values: names of values of the graph: the input, or outputs of nodes.
  ///   - body: called on the caller's thread for every value of every piece of the samples, in
  ///     the order of the samples and, for each piece, of `values`.
  public func observe(
    _ inputs: [Float], count: Int, values: [ValueName], _ body: (Activation) -> Void
  ) {
    checkInputs(inputs, count)
    let watched = values.map { name in
      guard let named = plan.names[name] else {
        preconditionFailure("the network has no value '\(name)'")
      }
      return Watched(name, named)
    }
    let pieces = inferencePieces(count, .observation)
    // A few pieces at a time: what they leave behind is copied out, and memory is bounded.
    let round = workers.count * 2
    for start in stride(from: 0, to: pieces.count, by: round) {
      let some = Array(pieces[start..<min(start + round, pieces.count)])
      let collector = Collector<[Activation]>(count: some.count)
      forEach(some, .observation) { [self] index, piece, program in
        load(inputs, piece, into: program)
        var found: [Int: Activation] = [:]
        func look(_ value: Int) {
          for (position, watched) in watched.enumerated() where watched.named.value == value {
            found[position] = watched.activation(program, piece)
          }
        }
        look(plan.input)
        program.forward(watch: look)
        collector.set(watched.indices.compactMap { found[$0] }, at: index)
      }
      for activations in collector.all {
        for activation in activations { body(activation) }
      }
    }
  }
}

/// A named value with the way from its memory to the order of its own shape.
private struct Watched: Sendable {
  let name: ValueName
  let named: Plan.NamedValue
  private let map: MovementMap?

  init(_ name: ValueName, _ named: Plan.NamedValue) {
    self.name = name
    self.named = named
    map = MemoryOrder.reshaping(named.storedShape, to: named.shape).map {
      MovementMap($0.map(Int.init), sourceBlocks: $0.count)
    }
  }

  func activation(_ program: Program, _ piece: Piece) -> Activation {
    let view = program.value(named.value)
    let steps = program.plan.steps(of: named.value)
    var values = view.array()
    if let map {
      let moved = FloatBuffer(count: view.count).all
      Kernels.gather(map, rows: steps * piece.samples.count, from: view, into: moved)
      values = moved.array()
    }
    return Activation(
      name: name, shape: named.shape, timeSteps: steps, count: piece.samples.count,
      firstSample: piece.samples.lowerBound, values: values)
  }
}
