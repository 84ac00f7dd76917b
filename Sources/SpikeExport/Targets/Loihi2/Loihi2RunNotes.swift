import SpikeBundle
import SpikeDiagnostics

/// What a runner must tell Lava besides the file: JSON beside the `.net`.
///
/// `reset_interval` and `reset_offset` make every layer start an image at potential 0 just as the
/// image's first spikes arrive there (docs/formats/loihi2.md, "Images").
enum Loihi2RunNotes {
  static func text(_ bundle: Bundle, name: String) -> String {
    func list(_ values: [Int]) -> String {
      "[" + values.map(String.init).joined(separator: ", ") + "]"
    }
    let readsPotential = bundle.readout == .largestPotential
    let members = [
      ("network", JSONRenderer.string("\(name).net")),
      ("producer", JSONRenderer.string(bundle.producer)),
      ("time_steps", "\(bundle.timeSteps)"),
      ("reset_interval", "\(bundle.timeSteps)"),
      ("reset_offset", "1"),
      ("input_message_bits", "\(bundle.input.bits > 1 ? bundle.input.bits : 0)"),
      ("input_shape", list(bundle.input.shape)),
      ("input_shift", "\(8 - bundle.input.bits)"),
      ("layers", "\(bundle.populations.count)"),
      ("readout", JSONRenderer.string(readsPotential ? "membrane" : "spikes")),
      ("membrane_units_per_integer", "64"),
    ]
    return "{\n"
      + members.map { "  \(JSONRenderer.string($0.0)): \($0.1)" }.joined(separator: ",\n")
      + "\n}\n"
  }
}
