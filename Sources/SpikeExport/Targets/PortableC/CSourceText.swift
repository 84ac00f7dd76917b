import SpikeBundle

/// The source: tables, inner loops, synapses, neurons, and the functions of the header.
struct CSourceText {
  let network: CNetwork

  private var name: String { network.prefix }
  private var upper: String { network.prefix.uppercased() }
  private var context: String { "\(network.prefix)_context" }

  var text: String {
    let synapses = network.streams.joined().map { CSynapseText(network: network, stream: $0) }
    let neurons = network.populations.map { CNeuronText(network: network, population: $0) }
    var text = """
      /* \(CName.comment(network.bundle.name)), made by \
      \(CName.comment(network.bundle.producer)); see \(name).h. */
      #include "\(name).h"

      #include <string.h>

      /* Fails to compile where the context has another size than the header says. */
      typedef char \(name)_size_check[sizeof(\(context)) == \(upper)_RAM_BYTES ? 1 : -1];


      """
    for array in network.arrays {
      array.append(to: &text)
      text += "\n"
    }
    text += helpers
    for function in Set(synapses.map(\.row)).sorted(by: { $0.name < $1.name }) {
      text += function.definition + "\n"
    }
    for part in synapses { text += part.definition }
    for part in neurons {
      if part.decays { text += part.decay }
      if part.advances { text += part.definition }
    }
    text += reset + step(neurons) + answer + CInspectText(network: network).text
    return text
  }

  private var helpers: String {
    let populations = network.populations
    var text = ""
    if populations.contains(where: { $0.leaks || $0.current != nil }) {
      text += """
        /* The share keep / 4096 of a state, rounded towards 0, without a 64-bit product. */
        static int32_t keep(int32_t state, uint32_t keep)
        {
          const uint32_t size = state < 0 ? 0u - (uint32_t)state : (uint32_t)state;
          const uint32_t kept = (size >> 12) * keep + (((size & 4095u) * keep) >> 12);
          return state < 0 ? -(int32_t)kept : (int32_t)kept;
        }


        """
    }
    if populations.contains(where: \.range.wrapsSums) {
      text += """
        /* A sum in Loihi's 24 bits. */
        static int32_t wrapped_sum(int32_t sum)
        {
          return (int32_t)(((uint32_t)sum + 8388608u) & 16777215u) - 8388608;
        }


        """
    }
    if populations.contains(where: \.range.wrapsCurrents) {
      text += """
        /* A current wraps once around Loihi's 24 bits. */
        static int32_t wrapped_current(int32_t u)
        {
          return u > 8388608 ? u - 16777216 : u <= -8388608 ? u + 16777216 : u;
        }


        """
    }
    if populations.contains(where: \.range.clips) {
      text += """
        /* A potential is clipped to Loihi's 24 bits. */
        static int32_t clipped(int32_t v)
        {
          return v > 8388607 ? 8388607 : v < -8388607 ? -8388607 : v;
        }


        """
    }
    let countsSpikes = network.streams.joined().contains { $0.visitsCells && !$0.readsInput }
    let spiked = """
      static int spiked(const uint32_t *map, uint32_t neuron)
      {
        return (int)((map[neuron >> 5] >> (neuron & 31u)) & 1u);
      }

      """
    if countsSpikes {
      text += "\(spiked)\n"
    } else if populations.contains(where: \.spikes) {
      text += "#ifdef SFCONV_INSPECT\n\(spiked)#endif\n\n"
    }
    return text
  }

  private var reset: String {
    var body = ""
    var usesIndex = false
    for population in network.populations where population.initial.contains(where: { $0 != 0 }) {
      usesIndex = true
      let state = "c->potential_\(population.index)[i]"
      let initial = "initial_\(population.index)"
      let value =
        population.initial.count == 1
        ? "\(population.initial[0])"
        : population.map.positions == 1
          ? "\(initial)[i]" : "\(initial)[i % \(population.map.channels)]"
      body += "  for (i = 0; i < \(population.map.count); i++) \(state) = \(value);\n"
    }
    return """
      void \(name)_reset(\(context) *c)
      {
      \(usesIndex ? "  uint32_t i;\n" : "")  memset(c, 0, sizeof *c);
      \(body)}


      """
  }

  private func step(_ neurons: [CNeuronText]) -> String {
    let keeps = network.keepsInputSums
    var body: [String] = ["if (c->step >= \(upper)_STEPS) return;"]
    if !network.streams.joined().contains(where: \.readsInput) { body.append("(void)input;") }
    if network.inputRing > 0 {
      let ring = network.inputRing
      let size = network.input.count
      body += [
        "if (input != NULL) {",
        "  memcpy(c->samples + c->step % \(ring) * \(size), input, \(size));",
        "} else if (c->step > 0) {",
        "  memcpy(",
        "    c->samples + c->step % \(ring) * \(size),",
        "    c->samples + (c->step + \(ring - 1)) % \(ring) * \(size), \(size));",
        "}",
      ]
    }
    func calls(_ population: CPopulation, constant: Bool) -> [String] {
      network.streams[population.index].filter { $0.isConstant == constant }.map {
        CSynapseText(network: network, stream: $0).call
      }
    }
    let constants = network.populations.filter { !calls($0, constant: true).isEmpty }
    if keeps, !constants.isEmpty {
      body.append("if (input != NULL) {")
      for population in constants {
        let sums = "c->input_\(population.index)"
        body.append("  memset(\(sums), 0, sizeof \(sums));")
        body += calls(population, constant: true).map { "  \($0)" }
      }
      body.append("}")
    }
    for part in neurons {
      let population = part.population
      if population.scratch != nil {
        body.append("memset(c->sums, 0, \(population.map.count) * sizeof c->sums[0]);")
      }
      if part.decays { body.append("decay_\(population.index)(c);") }
      if !keeps {
        body += calls(population, constant: true).map { "if (input != NULL) \($0)" }
      }
      body += calls(population, constant: false)
      if part.advances { body.append("advance_\(population.index)(c);") }
    }
    body.append("c->step++;")
    return """
      void \(name)_step(\(context) *c, const uint8_t *input)
      {
      \(body.map { "  \($0)" }.joined(separator: "\n"))
      }


      """
  }

  private var answer: String {
    let last = network.populations[network.populations.count - 1]
    let map = last.map
    let values =
      network.bundle.readout == .mostSpikes
      ? "(int32_t)c->counts" : "c->potential_\(last.index)"
    let position =
      map.positions == 1
      ? "which" : "which % \(map.positions) * \(map.channels) + which / \(map.positions)"
    return """
      int32_t \(name)_value(const \(context) *c, uint32_t which)
      {
        return which < \(upper)_CLASSES ? \(values)[\(position)] : 0;
      }

      int \(name)_answer(const \(context) *c)
      {
        uint32_t i;
        uint32_t best = 0;
        for (i = 1; i < \(upper)_CLASSES; i++) {
          if (\(name)_value(c, i) > \(name)_value(c, best)) best = i;
        }
        return (int)best;
      }

      int \(name)_run(\(context) *c, const uint8_t *sample)
      {
        uint32_t i;
        \(name)_reset(c);
        \(name)_step(c, sample);
        for (i = 1; i < \(upper)_STEPS; i++) \(name)_step(c, NULL);
        return \(name)_answer(c);
      }

      """
  }
}
