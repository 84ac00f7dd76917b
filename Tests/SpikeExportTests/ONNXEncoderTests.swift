import SpikeBundle
import SpikeDiagnostics
import SpikeExport
import SpikeTestSupport
import Testing

import struct SpikeBundle.Bundle

@Suite("ONNX files")
struct ONNXEncoderTests {
  private func file(
    _ bundle: Bundle, _ options: ONNXOptions = ONNXOptions()
  ) throws(ExportError) -> NativeFile {
    let files = try NativeExport.files(
      bundle, target: "onnx", options: NativeOptions(onnx: options))
    return files[0]
  }

  @Test("are the same bytes for the same bundle, and named after the network")
  func deterministic() throws {
    var bundle = TinyBundle.make()
    bundle.name = "My net/é"
    let first = try file(bundle)
    #expect(first == (try file(bundle)))
    #expect(first.name == "my_net.onnx")
  }

  @Test("of a loop do not grow with the steps; too many unrolled steps are refused")
  func steps() throws {
    var bundle = TinyBundle.make()
    bundle.timeSteps = 10
    let short = try file(bundle, ONNXOptions(time: .scan)).bytes.count
    bundle.timeSteps = 60_000
    for index in bundle.projections.indices { bundle.projections[index].delay = 0 }
    for index in bundle.populations.indices {
      bundle.populations[index].biases = []
      bundle.populations[index].membraneDecay = 4096
    }
    let error = #expect(throws: ExportError.self) { try file(bundle) }
    #expect(error?.code == .limitExceeded)
    #expect(error?.fix == "write a loop: --time scan")
    // The steps to run over are four bytes each.
    #expect(try file(bundle, ONNXOptions(time: .scan)).bytes.count < short + 4 * 60_000 + 2000)
  }

  @Test("a bundle that contradicts itself is refused", arguments: ONNXOptions.Time.allCases)
  func broken(time: ONNXOptions.Time) {
    var bundle = TinyBundle.make()
    bundle.projections[0].indices[0] = 255
    let error = #expect(throws: ExportError.self) { try file(bundle, ONNXOptions(time: time)) }
    #expect(error?.code == .invalidBundle)
  }

  @Test("sums that pass 31 bits are refused")
  func tooWide() {
    var options = RandomBundleOptions()
    options.arithmetic = .plain
    options.weights = -2_000_000_000...2_000_000_000
    options.inputBits = 8
    let bundle = RandomBundle.make(seed: 3, options)
    let error = #expect(throws: ExportError.self) { try file(bundle) }
    #expect(error?.code == .limitExceeded)
  }
}
