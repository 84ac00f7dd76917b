/// An exponential average of everything that is learned, over the steps of one phase of a run.
///
/// Latent weights, factors of channels, biases, parameters of codebooks and learned leaks are
/// averaged; which centroid stands for a weight follows from the averaged numbers by formula (1), so the average has codebooks of the same size, and
/// integers of the same units, as any step of the run. (An average of the deployed weights would
/// have neither.) The average starts anew where the meaning of the numbers changes: when codebooks
/// start, channels go, or integers come in. After n steps the decay is at most (1 + n) / (10 + n),
/// so that the start is forgotten soon.
struct WeightAverage: Sendable, Codable {
  private let decay: Float
  private var updates = 0
  private var latents: [[Float]] = []
  private var biases: [[Float]] = []
  private var channelScales: [[Float]] = []
  private var parameters: [[Float]] = []
  private var leaks: [Float] = []

  /// An average without a past; nil for a decay of 0, which asks for none.
  init?(decay: Float) {
    guard decay > 0 else { return nil }
    self.decay = decay
  }

  /// Forgets the past: the average is the network of now.
  mutating func restart(from network: TrainableNetwork) {
    updates = 0
    latents = network.layers.map(\.latent.values)
    biases = network.layers.map { $0.bias?.values ?? [] }
    channelScales = network.layers.map(\.channelScales)
    parameters = network.codebooks.map(\.parameters)
    leaks = network.leaks.map(\.value)
  }

  /// Moves the average towards the network after a step.
  mutating func update(_ network: TrainableNetwork) {
    updates += 1
    let share = 1 - min(decay, Float(1 + updates) / Float(10 + updates))
    for index in network.layers.indices {
      WeightAverage.move(&latents[index], towards: network.layers[index].latent.values, share)
      WeightAverage.move(&biases[index], towards: network.layers[index].bias?.values ?? [], share)
      WeightAverage.move(&channelScales[index], towards: network.layers[index].channelScales, share)
    }
    for index in network.codebooks.indices {
      WeightAverage.move(&parameters[index], towards: network.codebooks[index].parameters, share)
    }
    WeightAverage.move(&leaks, towards: network.leaks.map(\.value), share)
  }

  /// The network with the averaged numbers.
  func applied(to network: TrainableNetwork) -> TrainableNetwork {
    var network = network
    for index in network.layers.indices {
      network.layers[index].latent.values = latents[index]
      network.layers[index].bias?.values = biases[index]
      network.layers[index].channelScales = channelScales[index]
    }
    for index in network.codebooks.indices { network.codebooks[index].set(parameters[index]) }
    for index in network.leaks.indices { network.leaks[index].value = leaks[index] }
    network.quantise()
    return network
  }

  private static func move(_ average: inout [Float], towards values: [Float], _ share: Float) {
    let rest = 1 - share
    for index in average.indices { average[index] = rest * average[index] + share * values[index] }
  }
}
