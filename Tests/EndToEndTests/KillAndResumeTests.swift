import Foundation
import SpikeTestSupport
import Testing

@Suite("Runs that are killed")
struct KillAndResumeTests {
  /// IDX files of `count` noisy 28×28 images whose bright row tells the class.
  private static func writeImages(_ count: Int, _ prefix: String, to folder: String) throws {
    func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 255) } }
    var images: [UInt8] = [0, 0, 8, 3] + number(count) + number(28) + number(28)
    var labels: [UInt8] = [0, 0, 8, 1] + number(count)
    for image in 0..<count {
      let label = image * 7 % 10
      labels.append(UInt8(label))
      for pixel in 0..<784 {
        images.append(UInt8((pixel / 28 / 2 == label ? 180 : 20) + (pixel * 31 + image * 17) % 60))
      }
    }
    let files = [("images-idx3-ubyte", images), ("labels-idx1-ubyte", labels)]
    for (name, bytes) in files {
      try Data(bytes).write(to: URL(filePath: "\(folder)/\(prefix)-\(name)"))
    }
  }

  @Test("A fit that is killed at 20 random moments and resumed gives the same bytes")
  func killed() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/sfconv-kill-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Self.writeImages(320, "train", to: folder)
    try Self.writeImages(40, "t10k", to: folder)
    let script =
      URL(filePath: FixtureLocation.path("")).deletingLastPathComponent().path
      + "/Scripts/kill-and-resume.sh"
    let result = try Shell.run(
      "SFCONV=sfconv DATA='\(folder)' SAMPLES=320 bash '\(script)' 20 11")
    #expect(result.status == 0, "\(result.output)\n\(result.diagnostics)")
    #expect(result.output.contains("20 kills: the same bytes"), "\(result.output)")
  }
}
