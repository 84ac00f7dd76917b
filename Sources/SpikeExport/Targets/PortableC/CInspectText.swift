/// The functions that show every neuron, compiled with `SFCONV_INSPECT` only.
struct CInspectText {
  let network: CNetwork

  var text: String {
    let name = network.prefix
    let context = "\(name)_context"
    let spikes = network.populations.filter(\.spikes).map { population in
      let map =
        population.ring > 1
        ? "c->spikes_\(population.index) + (c->step + \(population.ring - 1)) % "
          + "\(population.ring) * \(population.map.words)"
        : "c->spikes_\(population.index)"
      return "  if (population == \(population.index) && neuron < \(population.map.count)) {\n"
        + "    return spiked(\(map), \(place(population)));\n  }\n"
    }
    let potentials = network.populations.map { population in
      "  if (population == \(population.index) && neuron < \(population.map.count)) {\n"
        + "    return c->potential_\(population.index)[\(place(population))];\n  }\n"
    }
    let units = network.populations.filter { $0.unit != 1 }.map {
      "  if (population == \($0.index)) return \($0.unit);\n"
    }
    return """

      #ifdef SFCONV_INSPECT
      int \(name)_spiked(const \(context) *c, uint32_t population, uint32_t neuron)
      {
      \(spikes.joined())\(spikes.isEmpty ? "  (void)c;\n  (void)population;\n  (void)neuron;\n" : "")\
        return 0;
      }

      int32_t \(name)_potential(const \(context) *c, uint32_t population, uint32_t neuron)
      {
      \(potentials.joined())  return 0;
      }

      int32_t \(name)_unit(uint32_t population)
      {
      \(units.isEmpty ? "  (void)population;\n" : units.joined())  return 1;
      }
      #endif

      """
  }

  /// The index in the program of a neuron in C, H, W order.
  private func place(_ population: CPopulation) -> String {
    let map = population.map
    return map.positions == 1
      ? "neuron" : "neuron % \(map.positions) * \(map.channels) + neuron / \(map.positions)"
  }
}
