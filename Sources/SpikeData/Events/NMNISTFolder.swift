import Foundation
public import SpikeDiagnostics

/// A folder of N-MNIST recordings as labelled samples over time.
///
/// As it is distributed: `Train/DIGIT/*.bin` and `Test/DIGIT/*.bin`. Or recordings in one folder with a
/// file `labels.tsv` whose first line names the columns `file`, `label` and `split` (train or test).
public enum NMNISTFolder {
  /// Recordings that one split may have: the data set has 70,000.
  private static let recordingLimit = 200_000

  /// Whether a path is such a folder.
  public static func recognises(_ path: String) -> Bool {
    DataFile.exists("\(path)/labels.tsv") || DataFile.isDirectory("\(path)/Test/0")
      || DataFile.isDirectory("\(path)/Train/0")
  }

  /// Reads a split as frames of counts: samples of shape `[steps, 2, 34, 34]`.
  ///
  /// - Parameters:
  ///   - limit: at most so many recordings; nil for all.
  ///   - seed: where it is given, the limited recordings are drawn by it over all classes; else they are
  ///     the first ones.
  ///   - microseconds: length of a step; the first starts with the first event.
  ///   - bits: see ``EventRecording/frames(steps:microseconds:bits:)``.
  /// - Throws: any `data.…` code.
  /// - Complexity: O(events + recordings · steps · pixels), all in memory.
  public static func load(
    _ path: String, split: DataSplit, limit: Int? = nil, seed: UInt64? = nil, steps: Int,
    microseconds: Int, bits: Int? = nil
  ) throws(DataError) -> Dataset {
    let chosen = try chosen(of: recordings(path, split), limit, seed)
    guard !chosen.isEmpty else {
      throw DataError(
        .empty, "The folder has no \(split.rawValue) recordings.", at: Location(file: path),
        fix: "give a folder with Train/DIGIT and Test/DIGIT, or with labels.tsv")
    }
    let size = steps * 2 * NMNISTFile.size * NMNISTFile.size
    guard chosen.count <= (1 << 34) / size else {
      throw DataError(
        .tooLarge,
        "\(chosen.count) recordings of \(steps) steps need \(chosen.count * size) bytes; allowed are "
          + "\(1 << 34).", at: Location(file: path),
        fix: "take fewer with --test-samples, or fewer steps")
    }
    var samples: [UInt8] = []
    samples.reserveCapacity(chosen.count * size)
    for recording in chosen {
      samples += try NMNISTFile.read(path: recording.file)
        .frames(steps: steps, microseconds: microseconds, bits: bits)
    }
    return try Dataset(
      name: "\(path.split(separator: "/").last ?? "nmnist") (\(split.rawValue))",
      sampleShape: [steps, 2, NMNISTFile.size, NMNISTFile.size], samples: .bytes(samples),
      labels: chosen.map(\.label))
  }

  private static func chosen(
    of all: [(file: String, label: Int)], _ limit: Int?, _ seed: UInt64?
  ) throws(DataError) -> [(file: String, label: Int)] {
    guard let limit, limit < all.count else { return all }
    guard let seed else { return Array(all.prefix(limit)) }
    // A data set of the recordings' numbers is drawn from as others are; float32 holds them exactly.
    let numbers = try Dataset(
      name: "recordings", sampleShape: [1], samples: .floats(all.indices.map { Float($0) }),
      labels: all.map(\.label))
    return numbers.drawn(limit, seed: seed).encoded(scale: [1], offset: [0], bits: nil).map {
      all[Int($0)]
    }
  }

  private static func recordings(
    _ path: String, _ split: DataSplit
  ) throws(DataError) -> [(file: String, label: Int)] {
    if DataFile.exists("\(path)/labels.tsv") { return try listed(path, split) }
    var found: [(file: String, label: Int)] = []
    for label in 0..<10 {
      let folder = "\(path)/\(split == .train ? "Train" : "Test")/\(label)"
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      found += names.filter { $0.hasSuffix(".bin") }.sorted().map { ("\(folder)/\($0)", label) }
    }
    // One class after the other is a bad order for a part of them: the number of the recording is.
    found.sort { name($0.file) < name($1.file) }
    return Array(found.prefix(recordingLimit))
  }

  private static func name(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  private static func listed(
    _ path: String, _ split: DataSplit
  ) throws(DataError) -> [(file: String, label: Int)] {
    let list = "\(path)/labels.tsv"
    let text = String(decoding: try DataFile.bytes(of: list), as: UTF8.self)
    var found: [(file: String, label: Int)] = []
    var columns: [String: Int] = [:]
    for (number, line) in text.split(separator: "\n").prefix(recordingLimit).enumerated() {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      if number == 0 {
        for (index, field) in fields.enumerated() { columns[field] = index }
        continue
      }
      guard let file = columns["file"], let label = columns["label"], let part = columns["split"],
        fields.count > max(file, label, part), let digit = Int(fields[label]),
        !fields[file].isEmpty, !fields[file].contains("/"), fields[file] != ".."
      else {
        throw DataError(
          .corrupt,
          "Line \(number + 1) is '\(line.prefix(80))'; lines have a file of this folder, a label and "
            + "a split under the columns file, label and split, separated by tabs.",
          at: Location(file: list), fix: "write the file again")
      }
      if fields[part] == split.rawValue { found.append(("\(path)/\(fields[file])", digit)) }
    }
    return found
  }
}
