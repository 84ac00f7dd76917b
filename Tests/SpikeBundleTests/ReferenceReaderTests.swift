import Foundation
import SpikeBundle
import SpikeBytes
import SpikeDiagnostics
import SpikeTestSupport
import Testing

/// Runs docs/reference-reader/sfb_reader.py, which knows nothing of this package but the document.
enum ReferenceReader {
  static let script = "\(FixtureLocation.repository)/docs/reference-reader/sfb_reader.py"

  /// Whether python3 and libzstd are here; the reader needs nothing else.
  static let isAvailable: Bool = (try? run([])) != nil

  /// One parsed line for each file.
  static func run(_ files: [String]) throws -> [[String: Any]] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-B", script] + files
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    return try data.split(separator: UInt8(ascii: "\n")).map {
      try JSONSerialization.jsonObject(with: $0) as? [String: Any] ?? [:]
    }
  }

  /// In the order of their numbers in the file, from 1.
  static let arithmetics: [SpikeBundle.Arithmetic] = [
    .plain, .loihiCuba, .tinyOdin, .odin, .xylo, .speck,
  ]

  /// The content of a bundle as the reference reader prints it; how it is stored is left out.
  static func json(_ bundle: SpikeBundle.Bundle) -> NSDictionary {
    [
      "name": bundle.name, "producer": bundle.producer, "target": bundle.target,
      "arithmetic": Self.arithmetics.firstIndex(of: bundle.arithmetic).map { $0 + 1 } ?? 0,
      "time_steps": bundle.timeSteps,
      "input_shape": bundle.input.shape, "input_bits": bundle.input.bits,
      "readout": bundle.readout == .largestPotential ? 1 : 2, "labels": bundle.labels,
      "metadata": bundle.metadata, "populations": bundle.populations.map(population),
      "projections": bundle.projections.map(projection),
      "codebooks": bundle.codebooks.map {
        [
          "entries": $0.entries.map { Int($0) }, "zero_is_absent": $0.zeroIsAbsent,
          "scale": Int($0.scale.bitPattern),
        ] as [String: Any]
      },
    ]
  }

  /// A parsed line in the same form.
  static func normalized(_ line: [String: Any]) -> NSDictionary {
    var line = line
    line["manifest_version"] = nil
    line["codebook_count"] = nil
    let metadata = line["metadata"] as? [[String: String]] ?? []
    line["metadata"] = Dictionary(
      uniqueKeysWithValues: metadata.map { ($0["name"] ?? "", $0["value"] ?? "") })
    line["populations"] = (line["populations"] as? [[String: Any]])?.map { population in
      population.filter { !$0.key.hasSuffix("_count") }
    }
    for list in ["populations", "codebooks"] {
      line[list] = (line[list] as? [[String: Any]])?.map { item in
        // Compared by their bits: the way through decimal digits must not matter.
        item.merging(["scale": Int(Float(item["scale"] as? Double ?? .nan).bitPattern)]) { $1 }
      }
    }
    line["projections"] = (line["projections"] as? [[String: Any]])?.map { projection in
      projection.filter {
        !["codebook_steps", "coding", "nonzero_count", "stream_bytes"].contains($0.key)
      }
    }
    return line as NSDictionary
  }

  /// What differs between a line and a bundle, by key; nil if nothing does.
  static func difference(_ line: [String: Any], _ bundle: SpikeBundle.Bundle) -> String? {
    if let error = line["error"] { return "refused: \(error), \(line["message"] ?? "")" }
    let found = normalized(line)
    let expected = json(bundle)
    let keys = Set(found.allKeys as? [String] ?? []).union(expected.allKeys as? [String] ?? [])
    let different = keys.sorted().filter {
      (found[$0] as? NSObject) != (expected[$0] as? NSObject)
    }
    return different.isEmpty
      ? nil
      : different.map {
        "\($0) differs"
      }.joined(separator: "; ")
  }

  private static func population(_ population: Population) -> [String: Any] {
    let (reset, value) =
      switch population.reset {
      case nil: (0, 0)
      case .bySubtraction: (1, 0)
      case .toValue(let value): (2, Int(value))
      }
    return [
      "name": population.name, "shape": population.shape,
      "model": (["IF", "LIF", "CubaLIF", "LI"].firstIndex(of: population.model) ?? -1) + 1,
      "reset": reset, "reset_value": value,
      "spikes_above_only": population.spikesAboveOnly ? 1 : 0,
      "threshold": population.thresholds.map { Int($0) },
      "bias": population.biases.map { Int($0) },
      "initial_potential": population.initialPotentials.map { Int($0) },
      "membrane_decay": Int(population.membraneDecay),
      "current_decay": Int(population.currentDecay), "scale": Int(population.scale.bitPattern),
    ]
  }

  private static func projection(_ projection: Projection) -> [String: Any] {
    var result: [String: Any] = [
      "name": projection.name, "target": projection.target,
      "sources": projection.sources.map { source in
        if case .population(let index) = source { index + 1 } else { 0 }
      },
      "pooling": projection.pooling?.size ?? [], "kind": 1, "weight_shape": projection.weightShape,
      "strides": [Int](), "pads_before": [Int](), "pads_after": [Int](), "dilations": [Int](),
      "groups": 0, "codebooks": projection.codebooks, "delay": projection.delay,
      "source_delays": projection.sourceDelays,
      "indices": projection.indices.map { Int($0) },
    ]
    if case .convolution(let strides, let before, let after, let dilations, let groups) =
      projection.kind
    {
      result["kind"] = 2
      result["strides"] = strides
      result["pads_before"] = before
      result["pads_after"] = after
      result["dilations"] = dilations
      result["groups"] = groups
    }
    return result
  }
}

@Suite(
  "The reference reader", .enabled(if: ReferenceReader.isAvailable, "needs python3 and libzstd"))
struct ReferenceReaderTests {
  @Test("has at most 400 lines")
  func length() throws {
    let text = try String(contentsOfFile: ReferenceReader.script, encoding: .utf8)
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 401)
  }

  @Test("reads every fixture as this package does")
  func fixtures() throws {
    let directory = FixtureLocation.path("bundles")
    let files = try FileManager.default.contentsOfDirectory(atPath: directory)
      .filter { $0.hasSuffix(".sfb") }.sorted().map { "\(directory)/\($0)" }
    #expect(!files.isEmpty)
    for (path, line) in zip(files, try ReferenceReader.run(files)) {
      let bundle = try BundleFile.read(path: path)
      #expect(ReferenceReader.difference(line, bundle) == nil, "\(path)")
    }
  }

  @Test("reads a corpus of random bundles as this package does")
  func corpus() throws {
    let directory = try TemporaryDirectory()
    let bundles = (0..<200).map { BundleCorpus.bundle(seed: 1_000 + $0) }
    var files: [String] = []
    for (index, bundle) in bundles.enumerated() {
      files.append(directory.file("\(index).sfb"))
      try BundleFile.write(bundle, to: files[index])
    }
    let lines = try ReferenceReader.run(files)
    #expect(lines.count == bundles.count)
    for (index, line) in lines.enumerated() {
      #expect(ReferenceReader.difference(line, bundles[index]) == nil, "seed \(1_000 + index)")
    }
  }

  @Test("accepts a damaged bundle exactly if this package does, and reads the same then")
  func damaged() throws {
    let directory = try TemporaryDirectory()
    var files: [String] = []
    var damaged: [[UInt8]] = []
    for seed in 0..<600 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let bundle =
        seed % 3 > 0
        ? BundleCorpus.bundle(seed: seed)
        : seed % 2 == 0 ? SampleBundles.network : SampleBundles.recurrent
      damaged.append(BundleDamage.damaged(try BundleFile.encode(bundle), &random))
      files.append(directory.file("\(seed).sfb"))
      try AtomicFile.write(damaged[Int(seed)], to: files[Int(seed)])
    }
    var accepted = 0
    for (index, line) in try ReferenceReader.run(files).enumerated() {
      do {
        let bundle = try BundleFile.decode(damaged[index], name: "damaged")
        accepted += 1
        #expect(ReferenceReader.difference(line, bundle) == nil, "seed \(index)")
      } catch {
        #expect(line["error"] != nil, "seed \(index) is accepted by the reference reader: \(error)")
      }
    }
    #expect(
      accepted > 0 && accepted < 600, "\(accepted) of 600 accepted: the damage proves nothing")
  }

  @Test("refuses every cut and every changed byte of the smallest bundle that this package refuses")
  func invalid() throws {
    let directory = try TemporaryDirectory()
    let bytes = try BundleFile.encode(SampleBundles.smallest)
    // Invalid whatever the reader thinks of contents: cut short, too long, checksums that differ.
    var corpus = (0..<bytes.count).map { Array(bytes[..<$0]) }
    corpus += [bytes + [0], BundleDamage.repaired(bytes + [0])]
    corpus += bytes.indices.filter { !(10..<12).contains($0) }.map { place in
      var changed = bytes
      changed[place] ^= 1
      return changed
    }
    let certain = corpus.count
    // Every byte with right checksums: most values are invalid, some are another bundle.
    for place in bytes.indices {
      for value in [bytes[place] &+ 1, bytes[place] &- 1, 0, 0x7F, 0x80, 0xFF] as Set<UInt8>
      where value != bytes[place] {
        var changed = bytes
        changed[place] = value
        corpus.append(BundleDamage.repaired(changed))
      }
    }
    var files: [String] = []
    for (index, content) in corpus.enumerated() {
      files.append(directory.file("\(index).sfb"))
      try AtomicFile.write(content, to: files[index])
    }
    let lines = try ReferenceReader.run(files)
    var refused = 0
    for (index, line) in lines.enumerated() {
      do {
        let bundle = try BundleFile.decode(corpus[index], name: "corpus")
        #expect(index >= certain, "file \(index) is invalid and was read")
        #expect(ReferenceReader.difference(line, bundle) == nil, "file \(index)")
      } catch {
        refused += 1
        #expect(line["error"] != nil, "the reference reader reads file \(index): \(error)")
      }
    }
    #expect(lines.count == corpus.count && refused >= certain + 300, "\(refused) refused")
  }
}
