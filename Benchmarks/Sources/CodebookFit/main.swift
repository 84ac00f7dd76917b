// Time of one codebook: CodebookFit FILE M ROUNDS, FILE raw float32 numbers in the byte order of the
// machine. Prints one line of JSON with the times of all rounds and the codebook.

import Foundation
import SpikeFit

let arguments = CommandLine.arguments
guard arguments.count == 4, let count = Int(arguments[2]), (1...256).contains(count),
  let rounds = Int(arguments[3]), rounds > 0,
  let bytes = try? Data(contentsOf: URL(fileURLWithPath: arguments[1])), bytes.count % 4 == 0
else {
  FileHandle.standardError.write(Data("usage: CodebookFit FILE M ROUNDS\n".utf8))
  exit(64)
}
// Bit patterns, four bytes each: no pointer is needed.
var points = [Float](repeating: 0, count: bytes.count / 4)
for index in points.indices {
  var pattern: UInt32 = 0
  for byte in 0..<4 { pattern |= UInt32(bytes[index * 4 + byte]) << UInt32(8 * byte) }
  points[index] = Float(bitPattern: pattern)
}

struct Row: Codable {
  var wall: [Double] = []
  var cpu: [Double] = []
  var cost = 0.0
  var centroids: [Double] = []
}
var row = Row()
for _ in 0..<rounds {
  let clock = ContinuousClock()
  let before = Foundation.clock()
  let start = clock.now
  let found = KMeans1D(points, count: count)
  row.wall.append((clock.now - start) / .seconds(1))
  // POSIX: a clock tick is a microsecond.
  row.cpu.append(Double(Foundation.clock() - before) / 1e6)
  row.cost = found.cost
  row.centroids = found.centroids
}
let encoder = JSONEncoder()
encoder.outputFormatting = [.sortedKeys]
print(String(decoding: try encoder.encode(row), as: UTF8.self))
