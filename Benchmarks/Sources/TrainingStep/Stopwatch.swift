import Foundation

/// Wall time of each of many calls, and what they cost the process.
struct Stopwatch {
  /// Milliseconds of each call.
  private(set) var wall: [Double] = []
  /// Milliseconds of processor time per call, over all threads.
  private(set) var cpu = 0.0

  /// Calls `body` at least `minimum` times, for at least `seconds` in all.
  mutating func run(seconds: Double, minimum: Int = 5, _ body: () -> Void) {
    let clock = ContinuousClock()
    let before = Foundation.clock()
    let start = clock.now
    var last = start
    while wall.count < minimum || last - start < .seconds(seconds) {
      body()
      let now = clock.now
      wall.append((now - last) / .milliseconds(1))
      last = now
    }
    // POSIX: a clock tick is a microsecond.
    cpu = Double(Foundation.clock() - before) / 1e3 / Double(wall.count)
  }

  var median: Double {
    let sorted = wall.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// Largest memory that the process has had, in megabytes.
  static func peakMemory() -> Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return Double(line.filter(\.isNumber)).map { $0 / 1024 } ?? .nan
  }
}
