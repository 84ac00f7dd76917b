/// How far a fit has come; given to the caller every few steps.
public struct FitProgress: Hashable, Sendable {
  /// What is going on.
  public enum Phase: String, Hashable, Sendable {
    case training, measuring
  }
  /// What the weights of the forward pass are.
  public enum Part: String, Hashable, Sendable {
    /// Real numbers.
    case real
    /// Values of codebooks.
    case codebooks
    /// The integers of the chip.
    case integers
  }
  /// What is going on.
  public var phase: Phase
  /// Epoch, from 0.
  public var epoch: Int
  /// Epochs in total.
  public var epochs: Double
  /// Optimiser steps done.
  public var step: Int
  /// Optimiser steps in total.
  public var steps: Int
  /// Mean loss since the last report.
  public var loss: Double
  /// Share of correct samples since the last report.
  public var accuracy: Double
  /// Samples per second since the start of training.
  public var samplesPerSecond: Double
  /// Seconds that training will still take at that rate.
  public var secondsLeft: Double
  /// Spikes per neuron and step, mean of all populations.
  public var spikeRate: Double
  /// Hidden channels removed so far.
  public var removedChannels: Int
  /// Whether integers are in the forward pass already.
  public var isSnapped: Bool
  /// Learning rate of the last step.
  public var learningRate: Float
  /// What the weights of the forward pass are.
  public var part: Part
  /// Share of correct held-out samples after the last epoch; nil where nothing is held out, or
  /// before it counts.
  public var validationAccuracy: Double?
}
