import Foundation
import SpikeData
import SpikeTestSupport

/// What `Fixtures/data/make.py` says of a file.
struct ExpectedData: Decodable {
  var width: Int?
  var height: Int?
  /// Time, column, row and polarity of each event, one after the other.
  var events: [Int]?
  var labels: [Int]?
  var rate: Int?
  /// Every thirtieth sample.
  var samples: [Double]?
  var levels: [Int]?
  var shape: [Int]?
  /// Hexadecimal.
  var pixels: String?
}

/// The files of `Fixtures/data`.
enum DataFixtures {
  static func path(_ name: String) -> String { FixtureLocation.path("data/\(name)") }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path(name))))
  }

  static func expected() throws -> [String: ExpectedData] {
    try JSONDecoder().decode(
      [String: ExpectedData].self, from: Data(contentsOf: URL(filePath: path("expected.json"))))
  }

  /// Codes of the bad files, by their names.
  static func badCodes() throws -> [String: String] {
    try JSONDecoder().decode(
      [String: String].self, from: Data(contentsOf: URL(filePath: path("bad/expected.json"))))
  }

  static func events(_ flat: [Int]) -> [EventRecording.Event] {
    stride(from: 0, to: flat.count, by: 4).map {
      EventRecording.Event(
        x: flat[$0 + 1], y: flat[$0 + 2], isOn: flat[$0 + 3] != 0, microseconds: flat[$0])
    }
  }

  static func pixels(_ hex: String) -> [UInt8] {
    let digits = hex.utf8.map { UInt8($0 > 57 ? $0 - 87 : $0 - 48) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
