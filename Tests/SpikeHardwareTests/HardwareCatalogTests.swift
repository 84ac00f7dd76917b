import SpikeDiagnostics
import SpikeHardware
import SpikeTestSupport
import Testing

@Suite("The catalog of chips")
struct HardwareCatalogTests {
  @Test(
    "every built-in spec reads, and every limit names a source or says assumed",
    arguments: HardwareCatalog.names)
  func reads(name: String) throws {
    let spec = try HardwareCatalog.spec(name)
    #expect(spec.name == name)
    #expect(!spec.limits.isEmpty)
    for (limit, fact) in spec.limits {
      #expect(fact.isAssumed || fact.source != nil, "\(limit) of \(name)")
      #expect(fact.isAssumed == (spec.citation(of: fact) == "assumed"))
    }
  }

  @Test("the catalog holds the chips that the documentation names")
  func names() {
    #expect(
      HardwareCatalog.names == [
        "c", "dynapcnn", "loihi2", "odin", "ranc", "speck2e", "speck2f", "tinyodin", "truenorth",
        "xylo-audio2", "xylo-audio3", "xylo-imu",
      ])
  }

  @Test("TrueNorth has four unique weights per neuron, and absent synapses cost none")
  func trueNorth() throws {
    let limit = try #require(try HardwareCatalog.spec("truenorth").uniqueWeights)
    #expect(limit.maximum.value == 4)
    #expect(limit.scope == .neuron)
    #expect(limit.zeroIsFree)
  }

  @Test("a mistyped name is answered with the nearest one")
  func suggestion() {
    let error = #expect(throws: HardwareSpecError.self) { try HardwareCatalog.spec("loihi-2") }
    #expect(error?.code == .unknownTarget)
    #expect(error?.fix?.contains("did you mean 'loihi2'?") == true)
  }

  @Test("a user's own file works where a name does")
  func ownFile() throws {
    let path = FixtureLocation.repository + "/Schemas/hardware/tinyodin.json"
    #expect(try HardwareCatalog.spec(path) == HardwareCatalog.spec("tinyodin"))
  }
}
