import SpikeDiagnostics
import Testing

/// A small station for tests.
enum SampleErrorCode: String, ErrorCode {
  case broken = "sample.broken"
  case missing = "sample.missing"
  case usage = "sample.usage"

  var category: ErrorCategory {
    switch self {
    case .broken: .badData
    case .missing: .missingInput
    case .usage: .usage
    }
  }
}

typealias SampleError = DiagnosedError<SampleErrorCode>

@Suite("The text of an error")
struct TextRendererTests {
  @Test("says where, what and how to mend it")
  func full() {
    let error = SampleError(
      .broken, "GridSample has no spiking counterpart in sfconv.",
      at: Location(file: "model.onnx", node: "up", operator: "GridSample"),
      fix: "cut the model with --until 'features.2'")
    #expect(
      error.description == """
        model.onnx: node 'up' (GridSample): error [sample.broken]
          GridSample has no spiking counterpart in sfconv.
          fix: cut the model with --until 'features.2'
        """)
  }

  @Test("leaves out what is not known")
  func bare() {
    #expect(
      SampleError(.usage, "The option is not known.").description == """
        error [sample.usage]
          The option is not known.
        """)
  }

  @Test("indents every line of a message")
  func severalLines() {
    #expect(
      SampleError(.usage, "First.\n\nThird.", fix: "do this\nthen that").description == """
        error [sample.usage]
          First.
        \("  ")
          Third.
          fix: do this
          then that
        """)
  }

  @Test("lists causes from the outermost in, and then all findings")
  func causesAndFindings() {
    let innermost = SampleError(.usage, "Innermost.")
    let inner = SampleError(
      .missing, "There is no such file.", at: Location(file: "a.bin", byteOffset: 7),
      cause: innermost)
    let error = SampleError(
      .broken, "The model was not read.", at: Location(file: "a.sfm"), fix: "make it again",
      findings: [
        Finding(
          .error, code: "sample.one", message: "One.", location: Location(node: "n1"),
          fix: "mend one"),
        Finding(.notChecked, code: "sample.two", message: "Two."),
      ], cause: inner)
    #expect(
      error.description == """
        a.sfm: error [sample.broken]
          The model was not read.
          fix: make it again
          because: There is no such file. (a.bin: byte 7) [sample.missing]
          because: Innermost. [sample.usage]
          node 'n1': error [sample.one]
            One.
            fix: mend one
          not-checked [sample.two]
            Two.
        """)
  }

  @Test(
    "begins with the severity of a finding",
    arguments: [
      (Finding.Severity.error, "error"), (.warning, "warning"), (.note, "note"),
      (.notChecked, "not-checked"),
    ])
  func severities(severity: Finding.Severity, word: String) {
    let finding = Finding(severity, code: "c", message: "M.")
    #expect(TextRenderer.text(for: finding) == "\(word) [c]\n  M.")
  }
}

@Suite("The JSON of an error")
struct JSONRendererTests {
  @Test("has its keys in a fixed order and leaves out what is not known")
  func full() {
    let error = SampleError(
      .missing, "No \"x\".", at: Location(file: "a\\b", byteOffset: 3), fix: "look",
      findings: [
        Finding(
          .warning, code: "f", message: "M", location: Location(tensor: "t"), needed: "9",
          allowed: "8")
      ], cause: SampleError(.usage, "C"))
    #expect(
      JSONRenderer.json(for: error)
        == #"{"severity":"error","code":"sample.missing","exitStatus":66,"message":"No \"x\".","#
        + #""location":{"file":"a\\b","byteOffset":3},"fix":"look","#
        + #""findings":[{"severity":"warning","code":"f","message":"M","#
        + #""location":{"tensor":"t"},"needed":"9","allowed":"8"}],"#
        + #""cause":{"severity":"error","code":"sample.usage","exitStatus":64,"message":"C","#
        + #""location":{}}}"#)
  }

  @Test(
    "escapes what RFC 8259 demands and nothing else",
    arguments: [
      ("plain", #""plain""#), ("a\"b\\c", #""a\"b\\c""#), ("\n\r\t", #""\n\r\t""#),
      ("\u{0}\u{1F}", #""\u0000\u001f""#), ("naïve \u{1F9E0} /", "\"naïve \u{1F9E0} /\""),
      ("\u{7F}", "\"\u{7F}\""),
    ])
  func escapes(text: String, json: String) { #expect(JSONRenderer.string(text) == json) }
}

@Suite("A location")
struct LocationTests {
  @Test(
    "reads from coarse to fine",
    arguments: [
      (Location.unknown, ""), (Location(file: "a"), "a"), (Location(byteOffset: 5), "byte 5"),
      (
        Location(file: "a", byteOffset: 5, node: "n", operator: "O", tensor: "t"),
        "a: byte 5, node 'n' (O), tensor 't'"
      ),
      (Location(operator: "O"), "operator O"), (Location(file: "a", tensor: "t"), "a: tensor 't'"),
    ])
  func descriptions(location: Location, text: String) { #expect(location.description == text) }

  @Test("is filled from the outside where it does not know better")
  func filling() {
    let inner = Location(node: "n", tensor: "t")
    let outer = Location(file: "f", byteOffset: 1, node: "other", operator: "O")
    #expect(
      inner.filled(from: outer)
        == Location(file: "f", byteOffset: 1, node: "n", operator: "O", tensor: "t"))
    let error = SampleError(.broken, "M", at: inner).located(in: outer)
    #expect(error.location.file == "f" && error.location.node == "n" && error.message == "M")
  }
}

@Suite("A suggestion")
struct SuggestionTests {
  static let names = ["loihi2", "truenorth", "speck2f", "xylo-audio3", "tinyodin"]

  @Test(
    "is the nearest known name, if it is near enough",
    arguments: [
      ("loihi", "loihi2"), ("Loihi2", "loihi2"), ("lohi2", "loihi2"), ("xylo-audio", "xylo-audio3"),
      ("xylo-audio2", "xylo-audio3"), ("tinyodni", "tinyodin"), ("akida", nil), ("", nil),
      ("speck", "speck2f"), ("speck2", "speck2f"),
    ] as [(String, String?)])
  func nearest(name: String, expected: String?) {
    #expect(Suggestion.nearest(to: name, among: Self.names) == expected)
  }

  @Test("of equally near names is the first in the alphabet, whatever their order")
  func ties() {
    #expect(Suggestion.nearest(to: "abcdx", among: ["abcdz", "abcdy"]) == "abcdy")
    #expect(Suggestion.nearest(to: "abcdx", among: ["abcdy", "abcdz"]) == "abcdy")
    #expect(Suggestion.nearest(to: "abcdx", among: [String]()) == nil)
  }

  @Test(
    "rests on the Levenshtein distance",
    arguments: [
      ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("flaw", "lawn", 2),
      ("abc", "abc", 0), ("ab", "ba", 2), ("naïve", "naive", 1),
    ])
  func distances(first: String, second: String, distance: Int) {
    #expect(Suggestion.editDistance(first, second) == distance)
    #expect(Suggestion.editDistance(second, first) == distance)
  }
}
