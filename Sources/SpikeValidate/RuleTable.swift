/// All rules, in the order in which their findings are listed.
package enum RuleTable {
  /// One row per rule.
  package static let rules: [Rule] = [
    .arithmetic, .neurons, .addresses, .ports, .cores, .layers, .channels, .kernelSize,
    .coreGeometry, .coreMemory, .connections, .synapses,
    .fanIn, .fanOut, .fanOutLayers, .synapseMemory, .weights, .uniqueWeights, .thresholds,
    .thresholdScope, .biases, .potentials, .neuronModel, .leak, .reset, .comparator,
    .initialPotential,
    .inputBits, .inputChannels, .outputNeurons, .readout, .delays, .timeSteps,
  ]

  /// The text of `docs/rules.md`.
  package static var markdown: String {
    """
    # Rules of `sfconv validate`

    Every rule always runs. A limit that the hardware spec does not state is answered
    "not checked", never "passed". Printed from the table in
    `Sources/SpikeValidate/RuleTable.swift`.

    | code | what is checked |
    |---|---|
    \(rules.map { "| `\($0.code)` | \($0.summary) |" }.joined(separator: "\n"))

    """
  }
}
