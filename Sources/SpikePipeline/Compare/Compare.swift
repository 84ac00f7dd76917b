import Foundation
import SpikeBytes
import SpikeConvert
import SpikeDiagnostics
import SpikeFit
import SpikeGraph
import SpikeImport
import SpikeModelFile

extension Pipeline {
  /// Runs a recipe: every method on the same networks with the same data, several seeds.
  ///
  /// The folder holds a record for every run (`runs/…json`), the networks that all start from
  /// (`start/…sfm`), and the report (`results.md`, a chart for each table). A run that has a record
  /// is not made again, so that a comparison can be stopped and continued; a record counts only as
  /// long as nothing that shapes it has changed. The report is written anew after every run.
  /// - Throws: `pipeline.invalid-recipe`, and whatever the stations throw.
  public func compare(_ request: CompareRequest) throws -> Outcome {
    let recipe = try Recipe.read(request.recipe)
    let folder = request.output
    for part in ["", "/runs", "/start"] { try AtomicFile.makeDirectory(folder + part) }
    let network = RecipePath.resolve(recipe.network, beside: request.recipe)
    let salt = [
      SfconvVersion.number, try Pipeline.hash(of: network), recipe.data,
      recipe.trainSamples.map { "\($0) drawn" } ?? "0", "\(recipe.testSamples ?? 0)",
      "\(recipe.timeSteps)",
    ].joined(separator: " ")
    let plan = try ComparisonPlan(recipe, path: request.recipe, salt: salt)
    var book = ComparisonBook(recipe, folder: folder, runs: plan.runs)
    try book.load()
    for seed in recipe.seeds {
      try book.loadStart(seed, key: startKey(recipe, request, salt: salt, seed: seed))
    }
    var made = 0
    for run in plan.runs where book.records[run.key] == nil {
      if context.isCancelled() || made >= request.limit ?? .max { break }
      guard
        let start = try start(
          recipe, request, salt: salt, seed: run.seed, network: network, &book),
        let record = try make(run, from: start, recipe: recipe, book: book)
      else { break }
      try book.add(record, key: run.key)
      made += 1
    }
    try book.write()
    let left = plan.runs.count - book.records.count
    return Outcome(
      summary: book.summary(left: left),
      text: book.markdown
        + (left > 0 ? "\n\(left) runs are left: give the same command again\n" : ""),
      findings: [])
  }

  /// Name of the files of the network that all runs of a seed start from.
  private func startKey(
    _ recipe: Recipe, _ request: CompareRequest, salt: String, seed: UInt64
  ) throws -> String {
    let settings = try ComparisonPlan.start(recipe, request.recipe, seed)
    return try ComparisonPlan.key(["seed", "\(seed)"], settings ?? FitSettings(target: ""), salt)
  }

  /// The network that all runs of a seed start from: converted, and trained at full precision where
  /// the recipe says so. Nil when cancelled.
  private func start(
    _ recipe: Recipe, _ request: CompareRequest, salt: String, seed: UInt64, network: String,
    _ book: inout ComparisonBook
  ) throws -> LoadedModel? {
    let settings = try ComparisonPlan.start(recipe, request.recipe, seed)
    let key = try startKey(recipe, request, salt: salt, seed: seed)
    let path = "\(request.output)/start/\(key).sfm"
    let record = "\(request.output)/start/\(key).json"
    if FileManager.default.fileExists(atPath: path) {
      return try load(path, stages: [.spiking], for: "bench fit")
    }
    let imported = try readForeign(ImportRequest(input: network, output: path))
    var data = DataRequest(
      source: recipe.data, testLimit: recipe.testSamples, trainLimit: recipe.trainSamples)
    // The conversion is not what is compared: its own curve needs few samples.
    var some = data
    some.testLimit = min(1_000, data.testLimit ?? 1_000)
    let converted = try convert(
      LoadedModel(model: imported.model, hash: try Pipeline.hash(of: network)),
      options: ConvertOptions(timeSteps: recipe.timeSteps, refinesThresholds: false), data: some,
      calibrationSamples: 1024, seed: seed)
    guard let settings else {
      try ModelFile.write(converted.model, to: path)
      return try load(path, stages: [.spiking], for: "bench fit")
    }
    data.trainLimit = recipe.trainSamples
    let result = try fit(
      LoadedModel(model: converted.model, hash: ""), settings: settings,
      spec: try Pipeline.fitSpec(settings.target), data: data,
      activity: "start of seed \(seed):")
    guard !result.isInterrupted else { return nil }
    let run = ComparisonRun(
      table: "", row: "start", column: "", seed: seed, settings: settings, key: key)
    let kept = RunRecord(run, result)
    try AtomicFile.write(text: try kept.json, to: record)
    try ModelFile.write(result.model, to: path)
    book.starts[seed] = kept
    return try load(path, stages: [.spiking], for: "bench fit")
  }

  /// One run; nil when cancelled: half a run counts for nothing.
  private func make(
    _ run: ComparisonRun, from start: LoadedModel, recipe: Recipe, book: ComparisonBook
  ) throws -> RunRecord? {
    let done = book.records.count
    let result = try fit(
      start, settings: run.settings, spec: try Pipeline.fitSpec(run.settings.target),
      data: DataRequest(
        source: recipe.data, testLimit: recipe.testSamples, trainLimit: recipe.trainSamples),
      activity:
        "run \(done + 1) of \(book.runs.count), \(run.row), \(run.column), seed \(run.seed):")
    return result.isInterrupted ? nil : RunRecord(run, result)
  }
}

extension RunRecord {
  init(_ run: ComparisonRun, _ result: FitResult) {
    self.init(
      table: run.table, row: run.row, column: run.column, seed: run.seed, settings: run.settings,
      version: SfconvVersion.number,
      accuracy: result.integerAccuracy ?? result.floatAccuracy ?? 0,
      floatAccuracy: result.floatAccuracy, startAccuracy: result.startAccuracy,
      accumulations: result.operationsAfter?.accumulations,
      multiplyAccumulations: result.operationsAfter?.multiplyAccumulations,
      spikes: result.operationsAfter?.spikes,
      channelsBefore: result.channels.reduce(0) { $0 + $1.before },
      channelsAfter: result.channels.reduce(0) { $0 + $1.after }, steps: result.steps,
      seconds: result.seconds)
  }

  /// The record as it is kept.
  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
  }
}
