import SpikeDiagnostics
import SpikeGraph
import SpikeModelFile
import SpikeTestSupport
import Testing

/// One change that makes the sample model wrong, and what is said about it.
struct Fault: Sendable, CustomTestStringConvertible {
  var code: ModelFileErrorCode
  var message: String
  var change: @Sendable (inout Model) -> Void
  var testDescription: String { message }

  init(
    _ message: String, _ code: ModelFileErrorCode = .invalidValue,
    _ change: @escaping @Sendable (inout Model) -> Void
  ) {
    self.code = code
    self.message = message
    self.change = change
  }

  static let all: [Fault] = [
    Fault("A name contains the character NUL.") { $0.graph.name = "a\0" },
    Fault("A name contains the character NUL.") { $0.history[0].options["a\0"] = "" },
    Fault("Two nodes have the name 'node.1'.") { $0.graph.nodes[2].name = "node.1" },
    Fault("A shape has 9 axes; allowed are 8.", .tooLarge) {
      $0.graph.inputs[0].shape = Shape([Int](repeating: 1, count: 9))
    },
    Fault("A size is -1; allowed are 0 to 2147483647.") { $0.graph.inputs[0].shape = [-1, 8, 8] },
    Fault("The weight is the constant 'gone', which is not there.") {
      $0.graph.nodes[0].parameters[.weight] = "gone"
    },
    Fault(
      "The attribute 'strides' is [0, 1]; needed are 2 numbers from 1 to 2147483647."
    ) {
      $0.graph.nodes[0].operator = .convolution(Convolution(kernel: [3, 3], strides: [0, 1]))
    },
    Fault("The attribute 'pads_after' is [1]; needed are 2 numbers from 0 to 2147483647.") {
      $0.graph.nodes[0].operator = .maxPool(
        Pooling(kernel: [3, 3], padsBefore: [0, 0], padsAfter: [1]))
    },
    Fault("The kernel has 3 axes; allowed are 1 and 2.") {
      $0.graph.nodes[0].operator = .sumPool(Pooling(kernel: [1, 1, 1]))
    },
    Fault("There are 0 groups; at least one is needed.") {
      $0.graph.nodes[0].operator = .convolution(Convolution(kernel: [3, 3], groups: 0))
    },
    Fault("A border of -9223372036854775808 elements is too large.") {
      $0.graph.nodes[0].operator = .pad(before: [.min], after: [0], value: 0)
    },
    Fault("The input encoding has no scale or no offset.") { $0.encoding.scale = [] },
    Fault("The input encoding has 9 bits; allowed are 1 to 8.") { $0.encoding.bits = 9 },
    Fault("There is a codebook for the constant 'gone', which is not there.") {
      $0.codebooks["gone"] = $0.codebooks["typed.int8"]
    },
    Fault("The codebook has 33 weight bits; allowed are 1 to 32.") {
      $0.codebooks["typed.int8"]?.bits = 33
    },
    Fault("The entries of the codebook do not ascend: [2, 1].") {
      $0.codebooks["typed.int8"]?.entries = [[2, 1]]
    },
    Fault("The model has 0 time steps; allowed are 1 and more.") { $0.timeSteps = 0 },
    Fault("The graph contradicts itself.", .invalidGraph) { $0.graph.outputs = ["gone"] },
    Fault("The graph contradicts itself.", .invalidGraph) { $0.graph.nodes.swapAt(0, 1) },
  ]
}

@Suite("A model with a fault")
struct ModelCheckTests {
  @Test("is not written, and told what is wrong", arguments: Fault.all)
  func refused(fault: Fault) {
    var model = SampleModels.everything()
    fault.change(&model)
    do throws(ModelFileError) {
      _ = try ModelFile.encode(model)
      Issue.record("written")
    } catch {
      #expect(error.code == fault.code)
      #expect(error.message == fault.message)
      #expect(error.fix != nil)
    }
  }

  @Test("leaves no file and does not touch an older one")
  func nothingWritten() throws {
    let directory = try TemporaryDirectory()
    var model = SampleModels.small()
    try ModelFile.write(model, to: directory.file("a.sfm"))
    model.timeSteps = -1
    #expect(throws: ModelFileError.self) {
      try ModelFile.write(model, to: directory.file("a.sfm"))
    }
    #expect(throws: ModelFileError.self) {
      try ModelFile.write(model, to: directory.file("b.sfm"))
    }
    #expect(try directory.contents() == ["a.sfm"])
    #expect(try ModelFile.read(path: directory.file("a.sfm")) == SampleModels.small())
  }
}
