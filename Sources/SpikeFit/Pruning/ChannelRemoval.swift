import SpikeGraph

extension TrainableNetwork {
  /// Removes channels for good: rows of the producers with bias, threshold and moments, columns of
  /// all consumers, and the shapes between. What stays is bit for bit what it was.
  ///
  /// - Parameters:
  ///   - group: A channel group of this network.
  ///   - kept: Ascending channel numbers that stay, at least one.
  ///   - offsets: What to add to the biases of consumers, by layer: the mean effect of what goes.
  mutating func remove(
    from group: ChannelGroup, keeping kept: [Int], offsets: [Int: [Float]] = [:]
  ) throws(FitError) {
    for (layer, offset) in offsets.sorted(by: { $0.key < $1.key }) where layers[layer].bias != nil {
      for row in offset.indices { layers[layer].bias?.values[row] += offset[row] }
    }
    for layer in group.producers + group.depthwise { keepRows(kept, of: layer) }
    for consumer in group.consumers { keepColumns(kept, of: consumer) }
    for population in group.populations { keepThresholds(kept, of: population) }
    for node in group.factors { keepFactors(kept, of: node) }
    for node in group.reshapes {
      guard case .reshape(var shape) = form.graph.nodes[node].operator else { continue }
      shape.dimensions[0] = shape[0] / group.channels * kept.count
      form.graph.nodes[node].operator = .reshape(shape)
    }
    for layer in group.depthwise {
      let node = layers[layer].site.node
      guard case .convolution(var geometry) = form.graph.nodes[node].operator else { continue }
      geometry.groups = kept.count
      form.graph.nodes[node].operator = .convolution(geometry)
    }
    quantise()
    writeGraph()
    structure = try NetworkStructure(form.graph, inputUnit: Double(form.inputScale))
    for index in layers.indices { layers[index].site = structure.projections[index] }
  }

  private mutating func keepRows(_ kept: [Int], of index: Int) {
    layers[index].keepRows(kept)
    keepCodebooks(of: index, keeping: kept)
  }

  private mutating func keepColumns(_ kept: [Int], of consumer: ConsumerSite) {
    let index = consumer.layer
    let columns = layers[index].columns
    // Elements of one input of the second axis: the kernel of a convolution.
    let taps = columns / max(1, layers[index].shape[1])
    let block = consumer.width * taps
    var elements: [Int] = []
    for row in 0..<layers[index].rows {
      for channel in kept {
        let start = row * columns + channel * block
        elements += start..<start + block
      }
    }
    layers[index].keepElements(elements)
    layers[index].shape.dimensions[1] = kept.count * consumer.width
  }

  private mutating func keepThresholds(_ kept: [Int], of population: Int) {
    let node = form.graph.nodes[structure.populations[population].node]
    guard let name = node.parameters[.threshold], let tensor = form.graph.constants[name],
      tensor.count > 1
    else { return }
    let values = tensor.floats()
    form.graph.constants[name] = Tensor(kept.map { values[$0] }, shape: [kept.count])
  }

  private mutating func keepFactors(_ kept: [Int], of node: Int) {
    guard let name = form.graph.nodes[node].parameters[.scale],
      let tensor = form.graph.constants[name]
    else { return }
    let values = tensor.floats()
    var shape = tensor.shape
    shape.dimensions[0] = kept.count
    form.graph.constants[name] = Tensor(kept.map { values[$0] }, shape: shape)
  }

  /// Puts the weights and biases as the network uses them into the graph.
  mutating func writeGraph() {
    for index in layers.indices {
      let layer = layers[index]
      form.graph.constants[layer.site.weight] = Tensor(layer.quantised, shape: layer.shape)
      guard let bias = layer.site.bias else { continue }
      let values = realisedBias(of: index).reals
      form.graph.constants[bias] = Tensor(values, shape: [values.count])
    }
    for (leak, name) in zip(leaks, decayNames) { form.graph.constants[name] = .scalar(leak.decay) }
  }
}
