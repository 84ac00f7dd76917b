import SpikeBundle

/// The functions that advance the neurons of one population.
struct CNeuronText {
  let network: CNetwork
  let population: CPopulation

  private var index: Int { population.index }

  /// Whether potentials or currents lose a share before the synapses are added to them.
  var decays: Bool {
    population.update == .current || (population.update == .potential && population.leaks)
  }

  /// Whether anything is left to do behind the synapses.
  var advances: Bool {
    population.update != .potential || population.fires || population.constant != nil
      || population.biases.contains { $0 != 0 }
  }

  /// The loss of one step.
  var decay: String {
    let (state, keep, type) =
      population.update == .current
      ? ("current", population.currentKeep, population.current ?? .bits32)
      : ("potential", population.membraneKeep, population.potential)
    return """
      static void decay_\(index)(\(network.prefix)_context *c)
      {
        uint32_t i;
        for (i = 0; i < \(population.map.count); i++) {
          c->\(state)_\(index)[i] = (\(type.name))keep(c->\(state)_\(index)[i], \(keep));
        }
      }


      """
  }

  /// Potentials, spikes and resets of one step.
  var definition: String {
    let map = population.map
    let usesChannel =
      population.biases.count > 1 || (population.fires && population.thresholds.count > 1)
    let channel = map.positions == 1 ? "i" : "channel"
    var before = ["uint32_t i;"]
    if usesChannel && map.positions > 1 { before.append("uint32_t channel = 0;") }
    if population.spikes {
      var spikes = "c->spikes_\(index)"
      if population.ring > 1 {
        spikes += " + c->step % \(population.ring) * \(map.words)"
      }
      before += ["uint32_t word = 0;", "uint32_t *spikes = \(spikes);"]
    }
    var body = potential(channel)
    if population.fires { body += fire(channel) }
    body.append("c->potential_\(index)[i] = (\(population.potential.name))v;")
    if population.spikes && map.count > 31 {
      body += ["if ((i & 31u) == 31u) {", "  *spikes++ = word;", "  word = 0;", "}"]
    }
    if usesChannel && map.positions > 1 {
      body.append("if (++channel == \(map.channels)) channel = 0;")
    }
    let after = population.spikes && map.count % 32 != 0 ? "  *spikes = word;\n" : ""
    return """
      static void advance_\(index)(\(network.prefix)_context *c)
      {
      \(before.map { "  \($0)" }.joined(separator: "\n"))
        for (i = 0; i < \(map.count); i++) {
      \(body.map { "    \($0)" }.joined(separator: "\n"))
        }
      \(after)}


      """
  }

  /// Declares `v`, the potential that is compared.
  private func potential(_ channel: String) -> [String] {
    let stored = "c->potential_\(index)[i]"
    let bias =
      switch population.biases.count {
      case 0: ""
      case 1: population.biases[0] == 0 ? "" : " + \(literal(population.biases[0]))"
      default: " + bias_\(index)[\(channel)]"
      }
    let constant = population.constant == nil ? "" : " + c->input_\(index)[i]"
    let kept = population.leaks ? "keep(\(stored), \(population.membraneKeep))" : stored
    switch population.update {
    case .potential: return ["int32_t v = (int32_t)\(stored)\(constant)\(bias);"]
    case .current:
      var lines = ["const int32_t u = (int32_t)c->current_\(index)[i]\(constant);"]
      if population.constant != nil {
        let type = population.current ?? .bits32
        lines.append("c->current_\(index)[i] = (\(type.name))u;")
      }
      return lines + ["int32_t v = \(kept) + u\(bias);"]
    case .loihi:
      let range = population.range
      var sum = population.scratch == nil ? "0" : "(int32_t)c->sums[i]"
      if population.constant != nil { sum += constant }
      if range.wrapsSums { sum = "wrapped_sum(\(sum))" }
      var u = "(\(sum)) * 64"
      if population.current != nil {
        u += " + keep(c->current_\(index)[i], \(population.currentKeep))"
      }
      if range.wrapsCurrents { u = "wrapped_current(\(u))" }
      var lines = ["const int32_t u = \(u);"]
      if let current = population.current {
        lines.append("c->current_\(index)[i] = (\(current.name))u;")
      }
      let v = "\(kept) + u\(bias)"
      return lines + ["int32_t v = \(range.clips ? "clipped(\(v))" : v);"]
    }
  }

  private func fire(_ channel: String) -> [String] {
    let threshold =
      population.thresholds.count > 1
      ? "threshold_\(index)[\(channel)]" : literal(population.thresholds[0])
    var lines = ["if (v \(population.spikesAboveOnly ? ">" : ">=") \(threshold)) {"]
    if let value = population.resetValue {
      lines.append("  v = \(literal(value));")
    } else {
      lines.append("  v -= \(threshold);")
    }
    if population.spikes { lines.append("  word |= (uint32_t)1 << (i & 31u);") }
    if network.bundle.readout == .mostSpikes, index == network.populations.count - 1 {
      lines.append("  c->counts[i]++;")
    }
    return lines + ["}"]
  }

  private func literal(_ value: Int32) -> String { value < 0 ? "(\(value))" : "\(value)" }
}
