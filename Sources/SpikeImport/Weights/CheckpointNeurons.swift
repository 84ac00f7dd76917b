import SpikeDiagnostics
import SpikeGraph

/// Parameters of neurons from a state dict, put into the populations of a graph by name: they replace
/// those of the architecture. What the programs compute differently is said in numbered notes.
struct CheckpointNeurons {
  /// The graph with the parameters of the file.
  private(set) var graph: Graph
  /// Names of the file that were taken here.
  private(set) var claimed: Set<String> = []
  /// What was taken, and what was assumed.
  var findings: [Finding] { taken + numbered }
  /// What the network cannot have; all mistakes.
  private(set) var errors: [WeightsError] = []
  private var taken: [Finding] = []
  private var assumptions: [(code: String, text: String)] = []

  /// Looks for the parameters of every population of `graph`.
  /// - Parameter values: shapes of the activations.
  /// - Complexity: O(nodes + elements).
  init(
    _ graph: Graph, _ values: [ValueName: Shape], _ file: WeightsFile, _ names: WeightsNames
  ) {
    self.graph = graph
    for index in graph.nodes.indices {
      let node = graph.nodes[index]
      guard case .neuron(let neuron) = node.operator,
        let found = CheckpointNeuron(in: file, names.fileName(of: node.name + "."))
      else { continue }
      claimed.formUnion(found.names)
      do throws(WeightsError) {
        try take(found, neuron, index, values[node.output] ?? [])
      } catch {
        errors.append(
          error.located(
            in: Location(
              file: file.path, node: node.name, operator: node.operator.name,
              tensor: found.names.first)))
      }
    }
  }

  private mutating func take(
    _ found: CheckpointNeuron, _ old: Neuron, _ index: Int, _ shape: Shape
  ) throws(WeightsError) {
    let node = graph.nodes[index]
    try check(found, old)
    var new = old
    var said: [String] = []
    if let decay = found.decay, old.model != .integrateAndFire {
      new.membraneDecay = decay
      said.append("decay \(decay)\(Self.instead(of: old.membraneDecay, decay))")
    }
    if let decay = found.currentDecay {
      new.currentDecay = decay
      said.append("decay of currents \(decay)\(Self.instead(of: old.currentDecay, decay))")
    }
    if old.spikes {
      if let name = node.parameters[.threshold], found.threshold != nil {
        guard let tensor = found.threshold(for: shape), tensor.floats().allSatisfy(Self.isThreshold)
        else {
          throw Self.unsupported(
            "The thresholds have the shape \(found.threshold?.shape ?? []); allowed are numbers above 0, "
              + "one or one for each channel of \(shape).")
        }
        graph.constants[name] = tensor
        said.append(
          "threshold \(tensor.floats().prefix(4).map { "\($0)" }.joined(separator: ", "))")
      }
      if let mechanism = found.resetMechanism {
        new.reset = mechanism == 0 ? .bySubtraction : .toValue(0)
        said.append(mechanism == 0 ? "reset by subtraction" : "reset to 0")
      }
    } else if found.resetMechanism ?? 2 != 2 {
      said.append("its threshold and reset left out, as a read-out does not spike")
    }
    graph.nodes[index].operator = .neuron(new)
    scaleInput(found, old, new, index)
    assume(found, new)
    taken.append(
      Finding(
        .note, code: "weights.neuron-parameters",
        message: "From the file\(found.library.map { " (\($0.rawValue))" } ?? ""): "
          + "\(said.isEmpty ? "nothing" : said.joined(separator: ", ")).",
        location: Location(node: node.name, operator: node.operator.name)))
  }

  private func check(_ found: CheckpointNeuron, _ neuron: Neuron) throws(WeightsError) {
    for (values, name, only) in [
      (found.decays, "Decays", found.decay),
      (found.currentDecays, "Decays of currents", found.currentDecay),
    ] where !values.isEmpty && only == nil {
      throw Self.unsupported(
        "\(name) differ from neuron to neuron or are no numbers; a population of sfconv has one for all."
      )
    }
    switch neuron.model {
    case .integrateAndFire where found.decay ?? 1 != 1 || found.currentDecay != nil:
      throw Self.unsupported("The neurons of the file leak; the architecture says IF.")
    case .leakyIntegrateAndFire where found.currentDecay != nil:
      throw Self.unsupported(
        "The neurons of the file have a synaptic current (alpha); the architecture says LIF.")
    case .currentBased where found.decay != nil && found.currentDecay == nil:
      throw Self.unsupported(
        "The neurons of the file have no synaptic current (alpha); the architecture says CubaLIF.")
    default: break
    }
    guard neuron.spikes else { return }
    if let mechanism = found.resetMechanism, mechanism != 0 && mechanism != 1 {
      throw Self.unsupported(
        "The reset mechanism is \(mechanism); allowed are 0 (subtract) and 1 (zero) where neurons spike."
      )
    }
    if let factor = found.gradedFactors.first(where: { $0 != 1 }) {
      throw Self.unsupported("The graded_spikes_factor is \(factor); allowed is 1.")
    }
  }

  /// Keeps the factor in front of the neurons what the library has.
  private mutating func scaleInput(
    _ found: CheckpointNeuron, _ old: Neuron, _ new: Neuron, _ index: Int
  ) {
    let input = graph.nodes[index].inputs.first ?? ""
    guard let place = graph.producer(of: input), case .affine = graph.nodes[place].operator,
      graph.nodes[place].name == "\(graph.nodes[index].name).current",
      let name = graph.nodes[place].parameters[.scale], let scale = graph.constants[name]
    else { return }
    switch found.library {
    case .snnTorch:
      graph.constants[name] = Tensor(
        Array(repeating: 1, count: scale.count), shape: scale.shape)
    case .spikingJelly where old.membraneDecay != 1 && old.membraneDecay != new.membraneDecay:
      let factor = (1 - new.membraneDecay) / (1 - old.membraneDecay)
      graph.constants[name] = Tensor(scale.floats().map { $0 * factor }, shape: scale.shape)
    default: break
    }
  }

  private mutating func assume(_ found: CheckpointNeuron, _ neuron: Neuron) {
    guard found.library == .snnTorch else { return }
    note("input", "The input of snnTorch's neurons is not scaled: h = beta v + x.")
    guard neuron.spikes else { return }
    switch neuron.reset {
    case .bySubtraction where neuron.membraneDecay != 1:
      note(
        "reset",
        "snnTorch subtracts the threshold one step later (reset_delay=True), after the decay; here a spike "
          + "subtracts it at once, so that beta · threshold is missing in the next step. Spikes may differ."
      )
    case .bySubtraction:
      note(
        "reset",
        "snnTorch subtracts the threshold one step later; without a leak that gives the same spikes."
      )
    case .toValue where neuron.model == .currentBased:
      note(
        "reset",
        "snnTorch's Synaptic leaves the potential at 0 in the step after a spike; here it takes the current "
          + "of that step. Spikes may differ.")
    case .toValue:
      note(
        "reset",
        "snnTorch sets the potential to 0 in the next step, before its input: the same spikes.")
    }
    if neuron.comparator != .greater {
      note(
        "comparator",
        "The architecture says that neurons spike at the threshold (>=); those of snnTorch spike above it."
      )
    }
  }

  private mutating func note(_ code: String, _ text: String) {
    guard !assumptions.contains(where: { $0.text == text }) else { return }
    assumptions.append(("weights.assumed-\(code)", text))
  }

  private var numbered: [Finding] {
    assumptions.enumerated().map { index, note in
      Finding(
        .note, code: note.code,
        message: "Assumption \(index + 1) of \(assumptions.count) on neurons: \(note.text)")
    }
  }

  private static func instead(of old: Float, _ new: Float) -> String {
    old == new ? "" : " instead of \(old)"
  }

  private static func isThreshold(_ value: Float) -> Bool { value > 0 && value.isFinite }

  private static func unsupported(_ message: String) -> WeightsError {
    WeightsError(
      .unsupportedNeuron, message,
      fix: "describe the neurons as they were trained, or train with parameters that sfconv has")
  }
}
