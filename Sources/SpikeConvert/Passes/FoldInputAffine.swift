import SpikeDiagnostics
import SpikeGraph

extension Pass {
  /// A normalisation of the raw input is what the input encoding is for. Exact whatever padding the
  /// first convolution has, because the padding then sees normalised zeros as before.
  static let foldInputAffine = Pass(
    "fold-input-affine",
    summary: "moves scale and shift of the input into the input encoding",
    after: ["merge-affines"]
  ) { state throws(ConvertError) in
    let shapes = try state.shapes()
    while let input = state.graph.inputs.first,
      let index = state.graph.soleReader(of: input.name),
      case .affine = state.graph.nodes[index].operator
    {
      let node = state.graph.nodes[index]
      let shape = shapes[input.name] ?? input.shape
      guard
        let scale = Broadcasting.channels(
          state.graph.constant(.scale, of: node), of: shape, absent: 1),
        let shift = Broadcasting.channels(
          state.graph.constant(.shift, of: node), of: shape, absent: 0)
      else { return }
      let old = state.encoding
      var factors: [Float] = []
      var summands: [Float] = []
      for channel in scale.indices {
        factors.append(scale[channel] * old.scale[channel % old.scale.count])
        summands.append(
          scale[channel] * old.offset[channel % old.offset.count] + shift[channel])
      }
      state.encoding.scale = reduced(factors)
      state.encoding.offset = reduced(summands)
      state.graph.bypass(index)
      state.graph.dropUnusedConstants()
      state.report(
        .inputEncoded, .note, at: node,
        "The normalisation of the input moved into the input encoding.")
    }
  }

  private static func reduced(_ values: [Float]) -> [Float] {
    values.allSatisfy { $0 == values[0] } ? [values[0]] : values
  }
}
