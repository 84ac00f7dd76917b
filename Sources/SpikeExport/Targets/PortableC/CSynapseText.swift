import SpikeBundle

/// The functions that walk the synapses of one stream.
struct CSynapseText {
  let network: CNetwork
  let stream: CStream

  private var table: CWeightTable { network.tables[stream.projection] }
  private var target: CPopulation { network.populations[stream.target] }
  private var isKept: Bool { stream.isConstant && network.keepsInputSums }

  /// Where the sums go.
  private var destination: (name: String, type: CInteger) {
    if isKept { return ("input_\(stream.target)", target.constant ?? .bits32) }
    switch target.update {
    case .potential: return ("potential_\(stream.target)", target.potential)
    case .current: return ("current_\(stream.target)", target.current ?? .bits32)
    case .loihi: return ("sums", network.scratch?.type ?? .bits32)
    }
  }

  /// The inner loop that it needs.
  var row: CRowFunction {
    CRowFunction(form: table.form, sum: destination.type, isGraded: stream.isGraded)
  }

  /// The statement that runs it; `input` is the sample of this step.
  var call: String {
    guard stream.readsInput else { return "synapses_\(stream.suffix)(c);" }
    guard stream.delay > 0 else { return "synapses_\(stream.suffix)(c, input);" }
    let ring = network.inputRing
    return "synapses_\(stream.suffix)(\n    c, c->samples + (c->step + \(ring - stream.delay)) % "
      + "\(ring) * \(network.input.count));"
  }

  var definition: String {
    var text = ""
    let window =
      stream.window == [1, 1] ? "" : ", pooled \(stream.window[0]) x \(stream.window[1])"
    text += "/* \(CName.comment(stream.name)): \(stream.sourceMap.text)\(window) to "
    text += "\(target.map.text)\(stream.delay > 0 ? ", \(stream.delay) steps late" : "") */\n"
    if case .convolution(let strides, let before, _, let dilations, let groups) = stream.kind {
      text += spread(strides, before, dilations, groups)
    }
    let parameters = "\(network.prefix)_context *c"
    text += "static void synapses_\(stream.suffix)(\(parameters)"
    text += stream.readsInput ? ", const uint8_t *input)\n{\n" : ")\n{\n"
    if !stream.readsInput {
      let population = stream.source.position
      let source = network.populations[population]
      var map = "c->spikes_\(population)"
      if source.ring > 1 {
        map += " + (c->step + \(source.ring - stream.delay)) % \(source.ring) * \(source.map.words)"
      }
      text += "  const uint32_t *const map = \(map);\n"
    }
    text += stream.visitsCells ? cells : events
    return text + "}\n\n"
  }

  /// Adds a cell's weights to everything it reaches.
  private func deliver(cell: String, y: String, x: String) -> String {
    let sum = "c->\(destination.name)"
    if case .convolution = stream.kind {
      let value = stream.isGraded ? ", value" : ""
      return "spread_\(stream.suffix)(\(sum), (int32_t)(\(y)), (int32_t)(\(x)), channel\(value));"
    }
    let row = "weights_\(stream.projection) + (\(cell)) * \(table.rowLength)"
    return self.row.call(
      sum: sum, row: row, book: "book_\(stream.projection)", count: target.map.count,
      value: "value") + ";"
  }

  private var cells: String {
    let map = stream.map
    let source = stream.sourceMap
    let shift = 8 - network.bundle.input.bits
    let isPooled = stream.window != [1, 1]
    let row = isPooled ? "(y * \(stream.window[0]) + i)" : "y"
    let column = isPooled ? "(x * \(stream.window[1]) + j)" : "x"
    let item: String
    if stream.readsInput {
      let byte = "input[(channel * \(source.height) + \(row)) * \(source.width) + \(column)]"
      item = shift > 0 ? "\(byte) >> \(shift)" : byte
    } else {
      item = "spiked(map, (\(row) * \(source.width) + \(column)) * \(source.channels) + channel)"
    }
    let cell = "(y * \(map.width) + x) * \(map.channels) + channel"
    var lines = ["uint32_t y, x, channel;"]
    lines.append("for (y = 0; y < \(map.height); y++) for (x = 0; x < \(map.width); x++) {")
    lines.append("  for (channel = 0; channel < \(map.channels); channel++) {")
    if isPooled {
      lines.append("    uint32_t i, j;")
      lines.append("    int32_t value = 0;")
      lines.append(
        "    for (i = 0; i < \(stream.window[0]); i++) for (j = 0; j < \(stream.window[1]); j++) {")
      lines.append("      value += \(item);")
      lines.append("    }")
    } else {
      lines.append("    const int32_t value = \(item);")
    }
    lines.append("    if (value != 0) \(deliver(cell: cell, y: "y", x: "x"))")
    lines += ["  }", "}"]
    return lines.map { "  \($0)\n" }.joined()
  }

  /// Zero words of the spike map cost one comparison for 32 neurons.
  private var events: String {
    let source = stream.sourceMap
    let map = stream.map
    var body: [String] = []
    var cell = "neuron"
    var y = "neuron / \(source.channels * source.width)"
    var x = "neuron / \(source.channels) % \(source.width)"
    var isInside = ""
    let isPooled = stream.window != [1, 1]
    let isConvolution = stream.kind != .dense
    if isPooled || isConvolution {
      body.append("const uint32_t channel = neuron % \(source.channels);")
    }
    if isPooled {
      y += " / \(stream.window[0])"
      x += " / \(stream.window[1])"
      body += ["const uint32_t y = \(y);", "const uint32_t x = \(x);"]
      (y, x) = ("y", "x")
      cell = "(y * \(map.width) + x) * \(map.channels) + channel"
      var conditions: [String] = []
      if source.height % stream.window[0] != 0 { conditions.append("y < \(map.height)") }
      if source.width % stream.window[1] != 0 { conditions.append("x < \(map.width)") }
      if !conditions.isEmpty { isInside = "if (\(conditions.joined(separator: " && "))) " }
    }
    body.append(isInside + deliver(cell: cell, y: y, x: x))
    return """
        uint32_t word;
        for (word = 0; word < \(source.words); word++) {
          uint32_t bits = map[word];
          uint32_t neuron = word * 32;
          for (; bits != 0; bits >>= 1, neuron++) {
            while ((bits & 255u) == 0) {
              bits >>= 8;
              neuron += 8;
            }
            if ((bits & 1u) != 0) {
      \(body.map { "        \($0)" }.joined(separator: "\n"))
            }
          }
        }

      """
  }

  /// The taps of a convolution through which a cell reaches outputs.
  private func spread(
    _ strides: [Int], _ before: [Int], _ dilations: [Int], _ groups: Int
  ) -> String {
    let outputs = target.map.channels / groups
    let inputs = stream.map.channels / groups
    let isGrouped = groups > 1
    func axis(_ place: String, _ tap: String, _ axis: Int) -> String {
      let step = dilations[axis] == 1 ? tap : "\(tap) * \(dilations[axis])"
      return before[axis] == 0 ? "\(place) - \(step)" : "\(place) + \(before[axis]) - \(step)"
    }
    func misses(_ name: String, _ axis: Int) -> String {
      let stride = strides[axis]
      let size = axis == 0 ? target.map.height : target.map.width
      return stride == 1
        ? "\(name) < 0 || \(name) >= \(size)"
        : "\(name) < 0 || \(name) % \(stride) != 0 || \(name) / \(stride) >= \(size)"
    }
    func position(_ name: String, _ axis: Int) -> String {
      strides[axis] == 1 ? name : "\(name) / \(strides[axis])"
    }
    let group = isGrouped ? " + channel / \(inputs) * \(outputs)" : ""
    var book = "book_\(stream.projection)"
    if case .indexed(_, _, let own) = table.form, own > 0, isGrouped {
      book += " + channel / \(inputs) * \(outputs * own)"
    }
    let call = row.call(
      sum: "sum + (uint32_t)(\(position("row", 0)) * \(target.map.width) + "
        + "\(position("column", 1))) * \(target.map.channels)\(group)",
      row: "\n        weights_\(stream.projection) + ((uint32_t)(i * \(stream.kernel[1]) + j) * "
        + "\(stream.map.channels) + channel) * \(table.rowLength)",
      book: book, count: outputs, value: "value")
    let value = stream.isGraded ? ", int32_t value" : ""
    return """
      static void spread_\(stream.suffix)(
        \(destination.type.name) *sum, int32_t y, int32_t x, uint32_t channel\(value))
      {
        int32_t i, j;
        for (i = 0; i < \(stream.kernel[0]); i++) {
          const int32_t row = \(axis("y", "i", 0));
          if (\(misses("row", 0))) continue;
          for (j = 0; j < \(stream.kernel[1]); j++) {
            const int32_t column = \(axis("x", "j", 1));
            if (\(misses("column", 1))) continue;
            \(call);
          }
        }
      }


      """
  }
}

extension Source {
  /// Position of the population; 0 for the input.
  fileprivate var position: Int {
    if case .population(let position) = self { position } else { 0 }
  }
}
