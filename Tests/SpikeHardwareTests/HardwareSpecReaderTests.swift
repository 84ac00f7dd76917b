import SpikeDiagnostics
import SpikeHardware
import Testing

@Suite("Reading a hardware spec")
struct HardwareSpecReaderTests {
  static let minimal = #"{"name":"chip","title":"A chip","limits":{},"sources":[]}"#

  @Test("the smallest spec reads and states nothing")
  func smallest() throws {
    let spec = try HardwareSpecReader.decode(Array(Self.minimal.utf8), file: "chip.json")
    #expect(spec.limits.isEmpty)
    #expect(spec.neuronModels == nil)
    #expect(spec[.fanIn] == nil)
  }

  @Test(
    "a wrong spec gives one error with file, key and remedy",
    arguments: [
      ("{", HardwareSpecErrorCode.notJSON, ""),
      ("[]", .wrongType, ""),
      (#"{"title":"x","limits":{},"sources":[]}"#, .missingKey, "name"),
      (#"{"name":"A chip","title":"x","limits":{},"sources":[]}"#, .invalidValue, "name"),
      (
        #"{"name":"c","title":"x","limits":{"fanin":{"value":1}},"sources":[]}"#, .unknownKey,
        "fanin"
      ),
      (
        #"{"name":"c","title":"x","limits":{"fanIn":{"value":1}},"sources":[]}"#, .missingKey,
        "fanIn"
      ),
      (
        #"{"name":"c","title":"x","limits":{"fanIn":{"value":1,"source":"no"}},"sources":[]}"#,
        .invalidValue, "source"
      ),
      (
        #"{"name":"c","title":"x","limits":{"fanIn":{"value":1.5,"status":"assumed"}},"sources":[]}"#,
        .wrongType, "fanIn.value"
      ),
      (
        #"{"name":"c","title":"x","limits":{},"sources":[],"uniqueWeights":{"maximum":1,"scope":"layer"}}"#,
        .invalidValue, "maximum"
      ),
      (
        #"{"name":"c","title":"x","limits":{},"sources":[],"arithmetic":"float"}"#, .invalidValue,
        "arithmetic"
      ),
    ])
  func refused(json: String, code: HardwareSpecErrorCode, mentions: String) {
    let error = #expect(throws: HardwareSpecError.self) {
      try HardwareSpecReader.decode(Array(json.utf8), file: "chip.json")
    }
    #expect(error?.code == code)
    #expect(error?.location.file == "chip.json")
    #expect(error?.fix != nil)
    #expect(error?.message.contains(mentions) == true)
  }

  @Test("a mistyped limit is not taken for an unknown one")
  func mistyped() {
    let json = #"{"name":"c","title":"x","limits":{"fanin":{"value":1}},"sources":[]}"#
    let error = #expect(throws: HardwareSpecError.self) {
      try HardwareSpecReader.decode(Array(json.utf8), file: "chip.json")
    }
    #expect(error?.fix == "did you mean 'fanIn'?")
  }

  @Test("a missing file is an error with the path")
  func missing() {
    let error = #expect(throws: HardwareSpecError.self) {
      try HardwareSpecReader.read(path: "no/such/chip.json")
    }
    #expect(error?.code == .unreadable)
    #expect(error?.location.file == "no/such/chip.json")
  }
}
