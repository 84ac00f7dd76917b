import Foundation
import SpikeImport
import SpikeTestSupport
import Testing

@Suite("ONNX's own tests of nodes")
struct NodeTestSuiteTests {
  /// Collections of tests that may be here.
  struct Collection: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var folder: String
    var advice: String
  }

  static let collections = [
    Collection(
      testDescription: "ONNX 1.12 (Debian)", folder: "/usr/share/libonnx-testdata/data/node",
      advice: "apt-get install libonnx-testdata"),
    Collection(
      testDescription: "ONNX 1.23 (PyPI)",
      folder: "\(FixtureLocation.repository)/.build-onnx-node-tests",
      advice: "Scripts/write-onnx-node-tests.sh"),
    Collection(
      testDescription: "converted from PyTorch",
      folder: "/usr/share/libonnx-testdata/data/pytorch-converted",
      advice: "apt-get install libonnx-testdata"),
    Collection(
      testDescription: "operators from PyTorch",
      folder: "/usr/share/libonnx-testdata/data/pytorch-operator",
      advice: "apt-get install libonnx-testdata"),
  ]

  @Test(
    "98 of 100 tests of operators in the table pass, and each other one has a reason",
    arguments: collections)
  func conformance(_ collection: Collection) throws {
    let tests = NodeTest.all(in: collection.folder)
    guard !tests.isEmpty else {
      print("not checked: \(collection.testDescription) is not here (\(collection.advice))")
      return
    }
    let skips = try Skips()
    var counts: [String: Int] = [:]
    for test in tests {
      let reason = skips.reason(for: test.name)
      let result = test.run()
      if reason != nil, result == .passedAsNetwork || result == .passedAsConstant {
        print("\(test.name) passes, though it is listed in skips.txt")
      }
      switch result {
      case .notInTable: counts["other", default: 0] += 1
      case .passedAsNetwork: counts["network", default: 0] += 1
      case .passedAsConstant: counts["constant", default: 0] += 1
      case .refused(let message), .wrong(let message):
        counts[reason == nil ? "failed" : "skipped", default: 0] += 1
        if reason == nil { print("\(test.name): \(message)") }
      }
    }
    let passed = counts["network", default: 0] + counts["constant", default: 0]
    let failed = counts["failed", default: 0]
    let skipped = counts["skipped", default: 0]
    print(
      "\(collection.testDescription): \(tests.count) tests, \(passed + failed + skipped) of operators in "
        + "the table; passed \(passed) (\(counts["network", default: 0]) as networks), failed \(failed), "
        + "skipped with a reason \(skipped)")
    #expect(failed == 0, "a test that fails needs a reason in Fixtures/onnx/node-tests/skips.txt")
    #expect(Double(passed) >= 0.98 * Double(passed + failed))
  }
}

/// `Fixtures/onnx/node-tests/skips.txt`: a name, or the beginning of names with a star, and why.
private struct Skips {
  private var reasons: [(name: String, isPrefix: Bool, reason: String)] = []

  init() throws {
    for line in try FixtureLocation.text("Fixtures/onnx/node-tests/skips.txt").split(
      separator: "\n")
    {
      let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
      guard !line.hasPrefix("#"), parts.count == 2 else { continue }
      let isPrefix = parts[0].hasSuffix("*")
      reasons.append((isPrefix ? String(parts[0].dropLast()) : parts[0], isPrefix, parts[1]))
    }
  }

  func reason(for test: String) -> String? {
    reasons.first { $0.isPrefix ? test.hasPrefix($0.name) : test == $0.name }?.reason
  }
}
