public import SpikeDiagnostics
public import SpikeGraph

/// What a fit gave.
public struct FitResult: Sendable {
  /// Channels of one population before and after pruning.
  public struct PopulationChannels: Hashable, Sendable {
    /// Name of the population's node.
    public var node: String
    /// Channels before pruning.
    public var before: Int
    /// Channels that are left.
    public var after: Int
  }

  /// Work per sample and window, as NeuroBench counts it.
  public struct Operations: Hashable, Sendable {
    /// Accumulations, in projections that read spikes.
    public var accumulations: Double
    /// Multiply-accumulations, in projections that read graded values: the input, sums of spikes.
    public var multiplyAccumulations: Double
    /// Spikes of all populations.
    public var spikes: Double
    /// Both kinds of operations together.
    public var total: Double { accumulations + multiplyAccumulations }
  }

  /// A budget and what the fitted model uses of it.
  public struct BudgetUse: Hashable, Sendable {
    /// The limit.
    public var budget: FitOptions.Budget
    /// What the fitted model uses; nil where it was not measured.
    public var used: Double?
    /// Whether the limit holds.
    public var isMet: Bool { used.map { $0 <= budget.limit } ?? false }
  }

  /// The fitted model; after a fit in full precision a spiking model that can be fitted again. Else
  /// stage `.fitted`, all constants integers, codebooks filled. It takes integers
  /// `raw >> (8 - bits)` as input; `encoding.scale` says what integer 1 of the input means.
  public var model: Model
  /// Share of correct evaluation samples just before integers entered the forward pass; nil where
  /// training ended earlier or there are no evaluation data. In full precision, of the result.
  public var floatAccuracy: Double?
  /// Share of correct evaluation samples of the integer model: the figure that counts. Nil in full
  /// precision.
  public var integerAccuracy: Double?
  /// Share of correct evaluation samples at the start of training: the rewritten neurons, before
  /// any learning.
  public var startAccuracy: Double?
  /// Loss of the last report.
  public var finalLoss: Double
  /// Channels of the spiking populations.
  public var channels: [PopulationChannels]
  /// Work of the model that was given; nil without evaluation data.
  public var operationsBefore: Operations?
  /// Work of the fitted model; nil without evaluation data.
  public var operationsAfter: Operations?
  /// Optimiser steps taken.
  public var steps: Int
  /// Optimiser steps planned.
  public var plannedSteps: Int
  /// Seconds of training.
  public var seconds: Double
  /// Training samples per second.
  public var samplesPerSecond: Double
  /// Whether the caller cancelled: the model is a whole one, trained less.
  public var isInterrupted: Bool
  /// Budgets with what was reached.
  public var budgets: [BudgetUse] = []
  /// What the user should know.
  public var findings: [Finding]
}
