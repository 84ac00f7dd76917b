import Foundation
import SpikeBytes
import SpikeData
import SpikeDiagnostics
import SpikeEngine
import SpikeFit
import SpikeGraph
import SpikeTestSupport
import Testing

@Suite("A fit in several processes")
struct SeveralProcessesTests {
  static let cases: [@Sendable (inout FitOptions) -> Void] = [
    {
      $0.quality.averageDecay = 0.95
      $0.quality.teacher = .start
      $0.augments = true
      $0.pruneShare = 0.4
      $0.quality.rateWeight = 0.1
    },
    {
      $0.quality.isFullPrecision = true
      $0.quality.startsFromScratch = true
      $0.quality.isPerStep = true
    },
    {
      $0.codebook.method = .catSoft
      $0.target.hasChannelThresholds = true
      $0.quality.validationShare = 0.2
      $0.quality.patience = 1
      $0.quality.teacher = .model(TinyModels.convolutional(channels: 5, seed: 8))
      $0.pruning.budgets = [FitOptions.Budget(.operations, 1500)]
    },
  ]

  @Test(
    "the result is that of one process, in every bit, in all processes", arguments: cases.indices)
  func sameBits(which: Int) throws {
    let model = TinyModels.convolutional(channels: 8)
    let data = try TinyModels.data(count: 150)
    var options = TinyModels.options { $0.epochs = 2 }
    Self.cases[which](&options)
    let chosen = options
    let alone = try SpikeFitter.fit(model, options: chosen, training: data, evaluation: data)
    for processes in [2, 3] {
      let reports = Reports()
      let all = ThreadRing.run(processes) { ring in
        var options = chosen
        options.threads = 1 + ring.rank
        return try SpikeFitter.fit(
          model, options: options, training: data, evaluation: data, processes: ring,
          progress: { _ in reports.add(ring.rank) })
      }
      for result in all {
        let found = try result.get()
        #expect(found.model == alone.model, "\(processes) processes")
        #expect(found.floatAccuracy == alone.floatAccuracy)
        #expect(found.integerAccuracy == alone.integerAccuracy)
        #expect(found.startAccuracy == alone.startAccuracy)
        #expect(found.finalLoss == alone.finalLoss)
        #expect(found.channels == alone.channels)
        #expect(found.operationsAfter == alone.operationsAfter)
      }
      #expect(reports.ranks == [0], "only the first process reports")
    }
  }

  /// Which processes have reported.
  private final class Reports: @unchecked Sendable {
    private let lock = NSLock()
    private var found: Set<Int> = []
    func add(_ rank: Int) { lock.withLock { _ = found.insert(rank) } }
    var ranks: Set<Int> { lock.withLock { found } }
  }

  @Test("a cancelled fit is continued by another number of processes to the same bits")
  func resumes() throws {
    let model = TinyModels.convolutional(channels: 8)
    let data = try TinyModels.data(count: 150)
    let options = TinyModels.options {
      $0.epochs = 3
      $0.pruneShare = 0.3
      $0.quality.averageDecay = 0.9
    }
    let alone = try SpikeFitter.fit(model, options: options, training: data, evaluation: data)
    let folder = try TemporaryDirectory()
    let path = folder.file("state")
    // Which process is asked to stop, and after how many steps.
    for (processes, who, steps) in [(2, 1, 5), (1, 0, 2), (3, 2, 4), (2, 0, 100)] {
      let all = ThreadRing.run(processes) { ring in
        var asked = 0
        return try SpikeFitter.fit(
          model, options: options, training: data, evaluation: data,
          checkpoint: FitCheckpoint(path: path, everySteps: 1_000_000, resumes: true),
          processes: ring,
          isCancelled: {
            asked += 1
            return ring.rank == who && asked > steps
          })
      }
      let results = try all.map { try $0.get() }
      #expect(Set(results.map(\.steps)).count == 1, "all stop at the same step")
      #expect(results.allSatisfy { $0.isInterrupted == (steps < 100) })
      if steps == 100 { #expect(results.allSatisfy { $0.model == alone.model }) }
    }
  }

  private static func codes(
    _ processes: Int, grace: Double = 120, checkpoint: (@Sendable (Int) -> FitCheckpoint?)? = nil,
    data: (@Sendable (Int) throws -> Dataset)? = nil, model: Model = TinyModels.convolutional(),
    change: @escaping @Sendable (inout FitOptions, Int) -> Void = { _, _ in }
  ) -> [FitError?] {
    ThreadRing.run(processes, grace: grace) { ring in
      let samples = try data?(ring.rank) ?? TinyModels.data(count: 96)
      _ = try SpikeFitter.fit(
        model,
        options: TinyModels.options {
          $0.epochs = 1
          change(&$0, ring.rank)
        }, training: samples, evaluation: samples, checkpoint: checkpoint?(ring.rank),
        processes: ring)
    }.map { result in
      if case .failure(let error) = result { return error as? FitError }
      return nil
    }
  }

  @Test("processes of different fits are refused, all with the same words")
  func refuses() throws {
    let options = Self.codes(3, change: { $0.batch = $1 == 2 ? 16 : 32 })
    let data = Self.codes(2, data: { try TinyModels.data(count: 96, seed: UInt64($0)) })
    let method = Self.codes(2, change: { $0.quality.teacher = $1 == 1 ? .start : .none })
    for (errors, words) in [
      (options, "option 'batch' is 32 in process 0 and 16 in process 2"), (data, "training data"),
      (method, "teacher"),
    ] {
      #expect(errors.allSatisfy { $0?.code == .unsuitableProcesses }, "\(words)")
      #expect(errors.allSatisfy { $0?.message.contains(words) == true }, "\(words)")
      #expect(errors.allSatisfy { $0?.message == errors[0]?.message && $0?.fix != nil })
    }
  }

  @Test("more processes than shards are refused, threads are nobody's business")
  func tooMany() {
    let many = Self.codes(9)
    #expect(many.allSatisfy { $0?.code == .unsuitableProcesses })
    #expect(many.allSatisfy { $0?.message.contains("9 processes") == true })
    #expect(Self.codes(2, change: { $0.threads = $1 + 1 }).allSatisfy { $0 == nil })
  }

  @Test("an error in one process ends the others")
  func oneFails() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("no such folder/state")
    let checkpoint = Self.codes(
      3, grace: 0.2, checkpoint: { _ in FitCheckpoint(path: path, everySteps: 2) })
    #expect(checkpoint.map { $0?.code } == [.unwritableCheckpoint, .lostProcess, .lostProcess])
    // Before the processes have met.
    let early = Self.codes(3, grace: 0.2, change: { if $1 == 1 { $0.batch = 0 } })
    #expect(early.map { $0?.code } == [.lostProcess, .invalidOption, .lostProcess])
  }

  @Test("an error that all have is the same in all")
  func allFail() throws {
    var model = TinyModels.convolutional()
    model.graph.constants["w2"] = Tensor(Array(repeating: 3e38, count: 162), shape: [3, 54])
    let diverged = Self.codes(
      2, model: model, change: { options, _ in options.uniqueWeights = nil })
    #expect(diverged.allSatisfy { $0?.code == .diverged })
    let folder = try TemporaryDirectory()
    let path = folder.file("state")
    try Data("no checkpoint".utf8).write(to: URL(filePath: path))
    let damaged = Self.codes(2, checkpoint: { _ in FitCheckpoint(path: path, resumes: true) })
    #expect(damaged.allSatisfy { $0?.code == .damagedCheckpoint })
  }
}
