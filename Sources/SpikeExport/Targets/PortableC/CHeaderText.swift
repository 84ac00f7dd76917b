import SpikeBundle

/// The header: constants, the context, the functions.
struct CHeaderText {
  let network: CNetwork

  var text: String {
    let name = network.prefix
    let upper = name.uppercased()
    let bundle = network.bundle
    let guardName = "\(upper)_H"
    let readout = network.populations[network.populations.count - 1]
    let constants: [(String, Int, String)] = [
      (
        "INPUT_BYTES", network.input.count,
        "bytes of a sample, channel after channel, row after row"
      ),
      ("INPUT_CHANNELS", network.input.channels, ""),
      ("INPUT_HEIGHT", network.input.height, ""),
      ("INPUT_WIDTH", network.input.width, ""),
      ("INPUT_BITS", bundle.input.bits, "the highest bits of a byte that are used"),
      ("STEPS", bundle.timeSteps, "time steps of an inference"),
      ("CLASSES", readout.map.count, ""),
      ("UNITS", Int(unit), unitText),
      ("POPULATIONS", network.populations.count, ""),
      ("NEURONS", network.populations.reduce(0) { $0 + $1.map.count }, ""),
      ("RAM_BYTES", network.ramBytes, "of the context"),
      ("ROM_BYTES", network.romBytes, "of the tables; the code comes on top"),
    ]
    let lines = constants.map { key, value, comment in
      "#define \(upper)_\(key) \(value)" + (comment.isEmpty ? "" : " /* \(comment) */")
    }
    return """
      /* \(CName.comment(bundle.name)), made by \(CName.comment(bundle.producer)) for \
      \(CName.comment(bundle.target)) (\(bundle.arithmetic.rawValue)).
       * A spiking network in integers: C99, no allocation, no state outside the context.
       */
      #ifndef \(guardName)
      #define \(guardName)

      #include <stdint.h>

      #ifdef __cplusplus
      extern "C" {
      #endif

      \(lines.joined(separator: "\n"))
      \(labels)
      /* Everything that changes. The caller owns it; it may lie anywhere, and several may be used
       * at once. Its members are the program's own. */
      typedef struct \(name)_context {
      \(network.members.map(declaration).joined(separator: "\n"))\(padding)
      } \(name)_context;

      /* One inference: the class of a sample of \(upper)_INPUT_BYTES bytes. */
      int \(name)_run(\(name)_context *context, const uint8_t *sample);

      /* Before the first step of an inference. */
      void \(name)_reset(\(name)_context *context);

      /* One time step. A null pointer is the input of the step before, which costs less than the
       * same bytes again; in the first step it is silence. After \(upper)_STEPS steps nothing
       * happens until the next reset: the types of the states are proven for so many. */
      void \(name)_step(\(name)_context *context, const uint8_t *input);

      /* The answer after the last step: the class with the largest value, the first of equals. */
      int \(name)_answer(const \(name)_context *context);

      /* \(valueText) */
      int32_t \(name)_value(const \(name)_context *context, uint32_t which);

      #ifdef SFCONV_INSPECT
      /* What a neuron did in the last step, channel after channel, row after row: whether it
       * spiked, its potential, and what integer 1 of the bundle is in that potential. */
      int \(name)_spiked(const \(name)_context *context, uint32_t population, uint32_t neuron);
      int32_t \(name)_potential(
        const \(name)_context *context, uint32_t population, uint32_t neuron);
      int32_t \(name)_unit(uint32_t population);
      #endif

      #ifdef __cplusplus
      }
      #endif

      #endif

      """
  }

  private var readsPotential: Bool { network.bundle.readout == .largestPotential }

  private var unit: Int32 {
    readsPotential ? network.populations[network.populations.count - 1].unit : 1
  }

  private var unitText: String {
    readsPotential ? "of a value are integer 1 of the bundle" : "values are counts"
  }

  private var valueText: String {
    readsPotential
      ? "Potential of a neuron of the read-out, channel after channel, row after row."
      : "Spikes of a neuron of the read-out, channel after channel, row after row."
  }

  private var labels: String {
    let labels = network.bundle.labels.prefix(256)
    guard !labels.isEmpty else { return "" }
    let lines = labels.enumerated().map { " * \($0) \(CName.comment($1))" }
    return "\n/* Classes:\n\(lines.joined(separator: "\n"))\n */\n"
  }

  private func declaration(_ member: CMember) -> String {
    let size = member.count == 1 && member.name == "step" ? "" : "[\(member.count)]"
    return "  \(member.type) \(member.name)\(size); /* \(member.comment) */"
  }

  private var padding: String {
    network.padding == 0 ? "" : "\n  uint8_t padding[\(network.padding)];"
  }
}
