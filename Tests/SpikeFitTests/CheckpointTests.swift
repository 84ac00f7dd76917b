import Foundation
import SpikeBytes
import SpikeData
import SpikeDiagnostics
import SpikeFit
import SpikeGraph
import Testing

@Suite("Checkpoints of a fit")
struct CheckpointTests {
  private static func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/fit-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body("\(folder)/state")
  }

  /// Fits in pieces of `piece` steps, each of which goes on from the file of the one before.
  private static func fitInPieces(
    _ model: Model, _ options: FitOptions, _ data: Dataset, of piece: Int, _ path: String
  ) throws -> FitResult {
    while true {
      var asked = 0
      let result = try SpikeFitter.fit(
        model, options: options, training: data, evaluation: data,
        checkpoint: FitCheckpoint(path: path, everySteps: 1_000_000, resumes: true),
        isCancelled: {
          asked += 1
          return asked > piece
        })
      if !result.isInterrupted { return result }
    }
  }

  static let cases: [@Sendable (inout FitOptions) -> Void] = [
    { $0.pruneShare = 0.4 },
    {
      $0.quality.averageDecay = 0.95
      $0.quality.teacher = .start
      $0.augments = true
      $0.pruneShare = 0.25
    },
    { $0.quality.isFullPrecision = true },
    {
      $0.leak = FitOptions.Leak(mode: .learn, initial: 0.2)
      $0.quality.averageDecay = 0.9
      $0.pruneShare = 0.25
    },
    {
      $0.codebook.method = .catSoft
      $0.codebook.importance = .gradients
      $0.target.hasChannelThresholds = true
      $0.quality.validationShare = 0.2
    },
    {
      $0.uniqueWeights = nil
      $0.quality.startsFromScratch = true
    },
    // Values that move with every quantisation: one more or less would show.
    { $0.codebook.method = .dkm },
    {
      $0.codebook.method = .dkm
      $0.quality.averageDecay = 0.9
      $0.quality.validationShare = 0.2
      $0.pruneShare = 0.4
    },
    { $0.codebook.method = .rescaw },
    {
      $0.codebook.importance = .fisher
      $0.target.hasChannelThresholds = true
      $0.pruneShare = 0.25
    },
    {
      $0.layers = FitOptions.Layers(uniqueWeights: ["head": 9], bits: ["conv": 4])
      $0.pruning.budgets = [FitOptions.Budget(.bytes, 110)]
    },
    {
      $0.chip = FitOptions.Chip(mostChannels: ["hidden": 5], reasons: ["planned"])
      $0.pruneShare = 0.5
    },
    {
      $0.pruning.budgets = [
        FitOptions.Budget(.operations, 2_500), FitOptions.Budget(.neurons, 220),
      ]
    },
    {
      $0.hasFreeZero = true
      $0.pruning.sparsity = 0.5
      $0.pruneShare = 0.25
    },
    {
      $0.hasFreeZero = true
      $0.codebook.method = .dkm
      $0.pruning.sparsity = 0.4
      $0.pruning.budgets = [FitOptions.Budget(.synapses, 1_500)]
      $0.chip = FitOptions.Chip(mostChannels: ["hidden": 6])
    },
  ]

  @Test("A fit in pieces is the fit in one go, in every bit", arguments: cases.indices)
  func pieces(which: Int) throws {
    let model = TinyModels.convolutional(channels: 8)
    let data = try TinyModels.data()
    var options = TinyModels.options { $0.epochs = 3 }
    Self.cases[which](&options)
    let whole = try SpikeFitter.fit(model, options: options, training: data, evaluation: data)
    for piece in [1, 7] {
      try Self.inFolder { path in
        // Threads are no part of what a run is.
        options.threads = piece == 1 ? 1 : 2
        let result = try Self.fitInPieces(model, options, data, of: piece, path)
        #expect(result.model == whole.model, "pieces of \(piece) steps")
        #expect(result.floatAccuracy == whole.floatAccuracy)
        #expect(result.startAccuracy == whole.startAccuracy)
        #expect(result.channels == whole.channels)
        #expect(result.budgets == whole.budgets)
      }
    }
  }

  private static func code(
    _ path: String, _ data: Dataset, _ model: Model = TinyModels.convolutional(),
    _ change: (inout FitOptions) -> Void = { _ in }
  ) -> (FitErrorCode, String)? {
    do throws(FitError) {
      _ = try SpikeFitter.fit(
        model,
        options: TinyModels.options {
          $0.epochs = 1
          change(&$0)
        }, training: data, checkpoint: FitCheckpoint(path: path, resumes: true))
      return nil
    } catch {
      return error.fix == nil ? nil : (error.code, error.message)
    }
  }

  private static func makeCheckpoint(_ path: String, _ data: Dataset) throws {
    var asked = 0
    _ = try SpikeFitter.fit(
      TinyModels.convolutional(), options: TinyModels.options { $0.epochs = 1 }, training: data,
      checkpoint: FitCheckpoint(path: path),
      isCancelled: {
        asked += 1
        return asked > 3
      })
  }

  @Test("Checkpoints of other options, models and data are refused, with what differs")
  func refuses() throws {
    let data = try TinyModels.data(count: 96)
    try Self.inFolder { path in
      try Self.makeCheckpoint(path, data)
      let rate = Self.code(path, data) { $0.learning.rate = 0.5 }
      #expect(rate?.0 == .differentCheckpoint)
      #expect(rate?.1.contains("learning.rate") == true && rate?.1.contains("0.5") == true)
      #expect(Self.code(path, data) { $0.quality.temperature = 9 }?.0 == .differentCheckpoint)
      let otherModel = Self.code(path, data, TinyModels.convolutional(seed: 9))
      #expect(otherModel?.0 == .differentCheckpoint)
      #expect(otherModel?.1.contains("model") == true)
      let otherData = Self.code(path, try TinyModels.data(count: 96, seed: 4))
      #expect(otherData?.0 == .differentCheckpoint)
      #expect(otherData?.1.contains("data") == true)
      #expect(Self.code(path, data) == nil, "the same run goes on")
    }
  }

  @Test("A damaged checkpoint is refused, wherever it is damaged")
  func damaged() throws {
    let data = try TinyModels.data(count: 96)
    try Self.inFolder { path in
      try Self.makeCheckpoint(path, data)
      let whole = try Data(contentsOf: URL(filePath: path))
      var random = SplitMix64(seed: 6)
      for round in 0..<40 {
        var bytes = whole
        if round % 2 == 0 {
          bytes[random.integer(below: bytes.count)] ^= UInt8(1 << random.integer(below: 8))
        } else {
          bytes = bytes.prefix(random.integer(below: bytes.count))
        }
        try bytes.write(to: URL(filePath: path))
        #expect(Self.code(path, data)?.0 == .damagedCheckpoint, "round \(round)")
      }
    }
  }

  @Test("A checkpoint that cannot be written ends the run with the reason")
  func unwritable() throws {
    let data = try TinyModels.data(count: 96)
    do throws(FitError) {
      _ = try SpikeFitter.fit(
        TinyModels.convolutional(), options: TinyModels.options { $0.epochs = 1 }, training: data,
        checkpoint: FitCheckpoint(path: "/nowhere/state", everySteps: 1))
      Issue.record("must throw")
    } catch {
      #expect(error.code == .unwritableCheckpoint)
      #expect(error.category == .inputOutput)
    }
  }

  @Test("The epoch that is best on held-out samples is kept, and patience ends the run")
  func stopsEarly() throws {
    let data = try TinyModels.data(count: 240)
    var seen: [Double] = []
    let result = try SpikeFitter.fit(
      TinyModels.convolutional(),
      options: TinyModels.options {
        $0.quality.isFullPrecision = true
        $0.quality.validationShare = 0.3
        $0.quality.patience = 2
        $0.epochs = 60
        // Steps this large learn quickly and then wander.
        $0.learning.rate = 0.3
      }, training: data,
      progress: { if let accuracy = $0.validationAccuracy { seen.append(accuracy) } })
    #expect(result.steps < result.plannedSteps)
    #expect(!result.isInterrupted)
    #expect(!seen.isEmpty)
    let patient = FitOptions.Quality(patience: 3)
    #expect(throws: FitError.self) {
      _ = try SpikeFitter.fit(
        TinyModels.convolutional(), options: TinyModels.options { $0.quality = patient },
        training: data)
    }
  }
}
