import SpikeBundle
import SpikeDiagnostics
import SpikeExport
import SpikeTestSupport
import Testing

import struct SpikeBundle.Bundle

@Suite("NIR files")
struct NIREncoderTests {
  private static func codes(_ bundle: Bundle, _ target: String) -> [String] {
    NativeExport.warnings(bundle, target: target).map(\.code)
  }

  @Test("a reset that the reader turns into the other one is a warning")
  func resets() throws {
    var bundle = NIRCase(0, for: .norse).bundle
    let count = bundle.populations.filter { $0.reset != nil }.count
    #expect(Self.codes(bundle, "nir").isEmpty)
    for soft in ["nir-sinabs", "nir-rockpool"] {
      let hard = Self.codes(bundle, soft).filter { $0 == "export.nir.hard-reset" }
      #expect(hard.count == count)
    }
    bundle.populations[0].reset = .bySubtraction
    for hard in ["nir", "nir-snntorch", "nir-spikingjelly"] {
      #expect(Self.codes(bundle, hard) == ["export.nir.soft-reset"])
      #expect(throws: Never.self) { try NativeExport.files(bundle, target: hard) }
    }
  }

  @Test("a step that can pass a threshold twice is a warning where the reader sends two spikes")
  func severalSpikes() throws {
    var bundle = NIRCase(0, for: .rockpool).bundle
    #expect(Self.codes(bundle, "nir-rockpool").isEmpty)
    bundle.populations[0].thresholds[0] -= 1
    #expect(Self.codes(bundle, "nir-rockpool") == ["export.nir.several-spikes"])
    #expect(Self.codes(bundle, "nir-sinabs") == ["export.nir.several-spikes"])
  }

  @Test("potentials that sinabs, float32 or the chip would clip are a warning")
  func ranges() throws {
    let seeds = UInt64(0)..<40
    let maps = seeds.map { NIRCase($0, for: .norse).bundle }
      .filter { $0.projections[0].kind != .dense }
    #expect(!maps.isEmpty)
    let clipped = maps.filter { Self.codes($0, "nir-sinabs").contains("export.nir.clipped") }
    #expect(clipped.count * 2 > maps.count)
    var bundle = NIRCase(0, for: .norse).bundle
    bundle.populations[0].biases = [2_000_000]
    #expect(Self.codes(bundle, "nir") == ["export.nir.range"])
    bundle.populations[0].biases = [30_000]
    #expect(Self.codes(bundle, "nir").isEmpty)
    bundle.arithmetic = .loihiCuba
    #expect(Self.codes(bundle, "nir").first == "export.nir.range")
  }

  @Test("what a reader cannot compute is refused with a fix", arguments: NIRReader.allCases)
  func refusals(reader: NIRReader) throws {
    let target = "nir-\(reader.rawValue)"
    let whole = NIRCase(0, for: reader).bundle
    #expect(throws: Never.self) { try NativeExport.files(whole, target: target) }
    let changes: [(ExportErrorCode, (inout Bundle) -> Void)] = [
      (.unsupportedNeuron, { $0.populations[0].initialPotentials = [1] }),
      (.unsupportedNeuron, { $0.populations[0].reset = .toValue(3) }),
      (.unsupportedNeuron, { $0.populations[0].thresholds = [] }),
      (.unsupportedNeuron, { $0.populations[0].membraneDecay = 5000 }),
      (
        .unsupportedNeuron,
        {
          $0.populations[0].currentDecay = 100
          $0.populations[0].biases = [7]
        }
      ),
      (.limitExceeded, { $0.populations[0].thresholds = [1 << 22] }),
      (.limitExceeded, { $0.codebooks[$0.projections[0].codebooks[0]].entries[0] = -(1 << 25) }),
      (.unsupportedTopology, { $0.projections[0].delay = 1 }),
      (.invalidBundle, { $0.projections[0].sources = [.population(9)] }),
      (.invalidBundle, { $0.populations[0].shape = [0] }),
      (.invalidBundle, { $0.projections[0].indices.removeLast() }),
    ]
    for (number, change) in changes.enumerated() {
      var bundle = whole
      change.1(&bundle)
      let error = #expect(throws: ExportError.self, "change \(number)") {
        try NativeExport.files(bundle, target: target)
      }
      #expect(error?.code == change.0, "change \(number)")
      #expect(error?.fix != nil)
    }
  }

  @Test("branches that meet are refused where the reader would run them in a wrong order")
  func branches() throws {
    let whole = NIRCase(0, for: .norse).bundle
    var bundle = whole
    var second = bundle.projections[0]
    second.name = "second"
    bundle.projections.insert(second, at: 1)
    for reader in NIRReader.allCases {
      let target = "nir-\(reader.rawValue)"
      guard reader == .snntorch || reader == .spikingjelly else {
        let error = #expect(throws: ExportError.self) {
          try NativeExport.files(bundle, target: target)
        }
        #expect(error?.code == .unsupportedTopology)
        continue
      }
      #expect(throws: Never.self) { try NativeExport.files(bundle, target: target) }
    }
  }

  @Test("the same bundle is the same bytes, an HDF5 file, and takes every arithmetic")
  func bytes() throws {
    var bundles = (UInt64(1)...40).map { NIRCase($0, for: .norse).bundle }
    for index in bundles.indices where index % 2 == 0 { bundles[index].arithmetic = .loihiCuba }
    var written = 0
    for bundle in bundles {
      guard let file = try? NativeExport.files(bundle, target: "nir").first else { continue }
      #expect(try NativeExport.files(bundle, target: "nir-norse").first == file)
      #expect(Array(file.bytes.prefix(4)) == [0x89, 0x48, 0x44, 0x46])
      #expect(file.name.hasSuffix(".nir"))
      written += 1
    }
    #expect(written >= 10)
  }
}
