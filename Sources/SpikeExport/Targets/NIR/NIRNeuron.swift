import Foundation
import SpikeBundle
import SpikeContainers
import SpikeDiagnostics

/// The neuron node by which a reader computes like a population, and the gains that its arithmetic
/// asks for.
///
/// With the decays d of the potential and c of the current (shares of each step), a population is
/// `u = (1-c)u + a`, `v = (1-d)v + u`. What readers make of time constants differs:
///
/// - norse `LIF`: `v += dt/tau (x - v)`, the resistance is ignored;
/// - `CubaLIF` of norse, snntorch, spikingjelly: `i = (1 - dt/tau_syn) i + dt/tau_syn w_in x`,
///   `v = (1 - dt/tau_mem) v + dt/tau_mem r i`; `LIF` of the latter two without the current;
/// - sinabs `LIF`: `v = exp(-1/tau) v + x`;
/// - rockpool `CubaLIF`: `i = exp(-dt/tau_syn) (i + x)`, `v = exp(-dt/tau_mem) v + i` with
///   `dt = tau_mem / (1 + r)`.
struct NIRNeuron {
  /// NIR's name of the neuron.
  var type: String
  /// Fields with one value for all neurons, thresholds apart.
  var fields: [String: Double]
  /// Factor on the incoming weights and biases.
  var weightGain = 1.0
  /// Factor on the thresholds.
  var thresholdGain = 1.0

  /// Stands for no leak where a reader needs a finite time constant: 1 - 2^-33 is 1 in float32.
  private static let smallestLeak = 0x1p-33
  /// Rockpool decays a current before it reaches the potential. With this decay and weights
  /// multiplied by its inverse nothing of a current outlives its step in float32.
  private static let currentBits = 60
  /// Stands for no leak in rockpool: exp(-1e-10) is 1 in float32.
  private static let longTime = 1e10

  /// The node of a population.
  /// - Throws: `export.unsupported-neuron`.
  init(_ population: Population, _ dialect: NIRDialect, at place: Location) throws(ExportError) {
    let leak = Double(population.membraneDecay) / 4096
    let loss = Double(population.currentDecay) / 4096
    let isMap = population.shape.count > 1
    switch dialect {
    case .rockpool:
      guard leak < 1 else {
        throw Self.unsupported(
          "Nothing of a potential outlives a step; rockpool has no time constant that short.",
          "export with --dialect norse", place)
      }
      self.init(rockpoolLeak: leak, loss: loss)
    case .norse where leak == 0 && loss == 1:
      self.init(type: NIRLayout.integrateAndFire, fields: ["r": 1])
    case .spikingjelly where leak == 0 && loss == 1:
      self.init(type: NIRLayout.integrateAndFire, fields: ["r": 1 / dialect.timeStep])
    case .sinabs where leak == 0 && loss == 1:
      // Its `IF` clips at minus the threshold, its `LIF` does not; but that is read for lists only.
      self.init(
        type: isMap ? NIRLayout.integrateAndFire : NIRLayout.leakyIntegrateAndFire,
        fields: isMap ? ["r": 1] : ["tau": .infinity, "r": 1, "v_leak": 0])
    case .sinabs:
      guard loss == 1, leak < 1, !isMap else {
        throw Self.unsupported(
          loss < 1
            ? "A current outlives its step; sinabs reads no CubaLIF."
            : "A map of neurons leaks; sinabs reads LIF for lists of neurons only.",
          "export with --dialect norse", place)
      }
      self.init(
        type: NIRLayout.leakyIntegrateAndFire,
        fields: ["tau": Self.timeConstant(leak), "r": 1, "v_leak": 0])
    case .norse, .snntorch, .spikingjelly:
      guard leak < 1 || dialect != .spikingjelly else {
        throw Self.unsupported(
          "Nothing of a potential outlives a step; spikingjelly reads no time constant that short.",
          "export with --dialect norse", place)
      }
      self.init(leak: leak, loss: loss, dialect)
    }
  }

  private init(
    type: String, fields: [String: Double], weightGain: Double = 1, thresholdGain: Double = 1
  ) {
    self.type = type
    self.fields = fields
    self.weightGain = weightGain
    self.thresholdGain = thresholdGain
  }

  /// Readers that step by Euler's rule.
  private init(leak: Double, loss: Double, _ dialect: NIRDialect) {
    let step = dialect.timeStep
    let kept = max(leak, Self.smallestLeak)
    guard loss == 1 else {
      let lost = max(loss, Self.smallestLeak)
      self.init(
        type: NIRLayout.currentLeakyIntegrateAndFire,
        fields: [
          "tau_mem": step / kept, "r": 1 / kept, "tau_syn": step / lost, "w_in": 1 / lost,
          "v_leak": 0,
        ])
      return
    }
    self.init(
      type: NIRLayout.leakyIntegrateAndFire,
      fields: ["tau": step / kept, "r": dialect == .norse ? 1 : 1 / kept, "v_leak": 0],
      thresholdGain: dialect == .norse ? kept : 1)
  }

  private init(rockpoolLeak leak: Double, loss: Double) {
    let membrane = Self.timeConstant(leak)
    let isKept = loss < 1
    let bits = Double(Self.currentBits)
    self.init(
      type: NIRLayout.currentLeakyIntegrateAndFire,
      fields: [
        "tau_mem": membrane, "r": membrane - 1, "w_in": 1, "v_leak": 0,
        "tau_syn": isKept ? Self.timeConstant(loss) : 1 / (bits * log(2)),
      ],
      weightGain: isKept ? 1 : exp2(bits), thresholdGain: isKept ? 1 - loss : 1)
  }

  /// Time constant, in steps, of an exponential that loses a share of less than 1 in each step.
  private static func timeConstant(_ share: Double) -> Double {
    share == 0 ? longTime : -1 / log1p(-share)
  }

  private static func unsupported(
    _ message: String, _ fix: String, _ place: Location
  ) -> ExportError {
    ExportError(.unsupportedNeuron, message, at: place, fix: fix)
  }
}
