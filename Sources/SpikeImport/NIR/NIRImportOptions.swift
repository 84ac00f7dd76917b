public import SpikeGraph

/// How the equations of a NIR file, which are in continuous time, become time steps.
///
/// A NIR file says neither how long a step is nor how it is computed: two programs run one file
/// differently. What is chosen here is said in the findings.
public struct NIRImportOptions: Hashable, Sendable {
  /// How a differential equation becomes a step.
  public enum Integration: String, Hashable, Sendable, CaseIterable {
    /// Forward Euler: a state keeps 1 - dt/τ of itself.
    case euler
    /// The exact solution for a current that is constant during the step: exp(-dt/τ).
    case exponential
  }

  /// What a spike does to the potential.
  public enum Reset: String, Hashable, Sendable, CaseIterable {
    /// v = v_reset, 0 where the file has none: the equation of NIR.
    case hard
    /// v = v - v_threshold: what sinabs and others mean when they write a file.
    case subtract
  }

  /// What the network answers with.
  public enum ReadOut: String, Hashable, Sendable, CaseIterable {
    /// Whatever the file ends with.
    case file
    /// The potential of the last layer: its neurons integrate without spiking (LI), which is what
    /// training needs. A last layer of synapses gets such neurons.
    case potential
  }

  /// Length of a step in the unit of the time constants (seconds, in most files); nil only where
  /// the file has no time constants: then a step is 1 and v grows by r · I.
  public var timeStep: Double?
  /// How a differential equation becomes a step.
  public var integration = Integration.euler
  /// When a neuron spikes; NIR's equation is `>`.
  public var comparator = Neuron.Comparator.greater
  /// What a spike does to the potential.
  public var reset = Reset.hard
  /// What the network answers with.
  public var readOut = ReadOut.file
  /// Bits of the graded spikes that enter, 1…8, for the stations behind; nil where they are numbers.
  public var inputBits: Int?
  /// Time steps of an inference, for the stations behind; nil where it is open.
  public var timeSteps: Int?
  /// Shape of one sample where the file has no input node.
  public var inputShape: [Int]?

  /// Makes options with defaults.
  public init() {}
}
