import SpikeBundle

/// A member of the context: everything that changes while the program runs.
struct CMember {
  let type: String
  let bytes: Int
  let name: String
  let count: Int
  let comment: String

  init(_ type: CInteger, _ name: String, _ count: Int, _ comment: String) {
    self.init(type.name, type.bytes, name, count, comment)
  }

  init(_ type: String, _ bytes: Int, _ name: String, _ count: Int, _ comment: String) {
    self.type = type
    self.bytes = bytes
    self.name = name
    self.count = count
    self.comment = comment
  }
}

extension CNetwork {
  /// Type and length of the scratch sums that populations share, one after the other.
  var scratch: (type: CInteger, count: Int)? {
    let users = populations.filter { $0.scratch != nil }
    guard let type = users.compactMap(\.scratch).max() else { return nil }
    return (type, users.map(\.map.count).max() ?? 0)
  }

  /// Type of the spike counts of the read-out.
  var countType: (name: String, bytes: Int) {
    bundle.timeSteps < 256
      ? ("uint8_t", 1) : bundle.timeSteps < 65_536 ? ("uint16_t", 2) : ("uint32_t", 4)
  }

  /// The members, the widest first, so that compilers agree about the size.
  var members: [CMember] {
    var result = [CMember("uint32_t", 4, "step", 1, "steps since the reset")]
    for population in populations {
      let index = population.index
      let name = CName.comment(population.name)
      if population.ring > 0 {
        result.append(
          CMember(
            "uint32_t", 4, "spikes_\(index)", population.ring * population.map.words,
            "\(name): a bit per neuron"
              + (population.ring > 1 ? ", of the last \(population.ring) steps" : "")))
      }
      result.append(
        CMember(population.potential, "potential_\(index)", population.map.count, "\(name)"))
      if let current = population.current {
        result.append(CMember(current, "current_\(index)", population.map.count, "\(name)"))
      }
      if let constant = population.constant {
        result.append(
          CMember(
            constant, "input_\(index)", population.map.count, "\(name): what the input brings"))
      }
    }
    if let scratch {
      result.append(CMember(scratch.type, "sums", scratch.count, "of the population at work"))
    }
    if bundle.readout == .mostSpikes, let last = populations.last {
      result.append(
        CMember(countType.name, countType.bytes, "counts", last.map.count, "spikes of the read-out")
      )
    }
    if inputRing > 0 {
      result.append(
        CMember("uint8_t", 1, "samples", inputRing * input.count, "input of the last steps"))
    }
    return [4, 2, 1].flatMap { width in result.filter { $0.bytes == width } }
  }

  /// Bytes of the context, padded to a multiple of four.
  var ramBytes: Int {
    (members.reduce(0) { $0 + $1.bytes * $1.count } + 3) / 4 * 4
  }

  /// Bytes of padding at the end.
  var padding: Int { ramBytes - members.reduce(0) { $0 + $1.bytes * $1.count } }
}
