import SpikeGraph

extension TrainableNetwork {
  /// Starts the codebooks: the values that are best for the latent weights as they are.
  mutating func startCodebooks() {
    guard let count = options.uniqueWeights, codebooks.isEmpty else { return }
    members = codebookMembers()
    if options.codebook.tie == .axon {
      startAxonTypes()
      quantise()
      return
    }
    codebooks = members.map { members in
      let start = CodebookStart(
        family: options.codebook.effectiveFamily,
        count: members.first.flatMap { uniqueWeights(of: $0.layer) } ?? count,
        hasFreeZero: options.hasFreeZero)
      let points = members.flatMap { layers[$0.layer].latent.values[range(of: $0)] }
      return start.codebook(points, importance: importance(of: members))
    }
    quantise()
    guard options.codebook.method == .frozen else { return }
    for book in codebooks.indices { codebooks[book].keepsOrder = true }
  }

  private func codebookMembers() -> [[CodebookMember]] {
    switch options.scope {
    case .network:
      return [layers.indices.map { CodebookMember(layer: $0, rows: 0..<layers[$0].rows) }]
    case .layer:
      return layers.indices.map { [CodebookMember(layer: $0, rows: 0..<layers[$0].rows)] }
    case .channel:
      var block = 1
      if case .core(let channels) = options.codebook.tie { block = max(1, channels) }
      return layers.indices.flatMap { layer in
        stride(from: 0, to: layers[layer].rows, by: block).map {
          [CodebookMember(layer: layer, rows: $0..<min($0 + block, layers[layer].rows))]
        }
      }
    }
  }

  /// After the removal of output channels of a layer: members keep the channels that stay, and
  /// codebooks without any member go.
  mutating func keepCodebooks(of layer: Int, keeping kept: [Int]) {
    guard !codebooks.isEmpty else { return }
    var newBooks: [Codebook] = []
    var newMembers: [[CodebookMember]] = []
    for (book, members) in zip(codebooks, members) {
      let survivors = members.compactMap { member -> CodebookMember? in
        guard member.layer == layer else { return member }
        let start = kept.firstIndex { $0 >= member.rows.lowerBound } ?? kept.count
        let end = kept.firstIndex { $0 >= member.rows.upperBound } ?? kept.count
        return start < end ? CodebookMember(layer: layer, rows: start..<end) : nil
      }
      guard !survivors.isEmpty else { continue }
      newBooks.append(book)
      newMembers.append(survivors)
    }
    codebooks = newBooks
    members = newMembers
  }

  /// Importance of the weights of some members, of mean 1; nil where all weights are alike.
  ///
  /// A small share of the mean is added: weights that the samples of late did not reach are not
  /// worthless.
  func importance(of members: [CodebookMember]) -> [Float]? {
    let values: [Float] =
      switch options.codebook.importance {
      case .none: []
      case .adam: members.flatMap { layers[$0.layer].latent.second[range(of: $0)] }
      case .gradients, .fisher:
        members.contains { layers[$0.layer].squares.isEmpty }
          ? [] : members.flatMap { layers[$0.layer].squares[range(of: $0)] }
      }
    let sum = values.reduce(0.0) { $0 + Double($1) }
    guard sum > 0, sum.isFinite else { return nil }
    let factor = Float(Double(values.count) / sum)
    return values.map { $0 * factor + 0.01 }
  }
}
