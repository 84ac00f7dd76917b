// One case of the benchmark: TrainingStep NET MODE [SECONDS [THREADS]], NET A or B, MODE train or
// infer. Prints one line of JSON.

import Foundation
import SpikeBytes
import SpikeCompute
import SpikeEngine
import SpikeGraph

let seed: UInt64 = 1
let timeSteps = 4
let arguments = CommandLine.arguments.dropFirst()
guard arguments.count >= 2,
  let net = BenchmarkNet.all.first(where: { $0.name == CommandLine.arguments[1] }),
  ["train", "infer"].contains(CommandLine.arguments[2])
else {
  FileHandle.standardError.write(
    Data("usage: TrainingStep A|B train|infer [SECONDS [THREADS]]\n".utf8))
  exit(64)
}
let mode = CommandLine.arguments[2]
let seconds = arguments.count > 2 ? Double(CommandLine.arguments[3]) ?? 2 : 2
let threads = arguments.count > 3 ? Int(CommandLine.arguments[4]) ?? 2 : 2
let batch = mode == "train" ? net.trainingBatch : 64

let network = try Network(
  net.graph(seed: seed),
  EngineConfiguration(
    timeSteps: timeSteps, batch: batch, threads: threads, training: mode == "train",
    surrogate: .atan(alpha: 2)))
var pixels = SplitMix64(seed: seed).stream(100)
var classes = SplitMix64(seed: seed).stream(101)
let inputs = (0..<batch * network.inputCount).map { _ in Float(pixels.uniform()) }
let labels = (0..<batch).map { _ in classes.integer(below: 10) }

var losses: [Double] = []
var rates: [Double] = []
var watch = Stopwatch()

if mode == "train" {
  var trainer = Trainer(network)
  for _ in 0..<3 {
    let result = trainer.step(inputs, labels)
    losses.append(result.loss)
    if rates.isEmpty { rates = result.rates.map(\.rate) }
  }
  watch.run(seconds: seconds) { _ = trainer.step(inputs, labels) }
} else {
  for _ in 0..<3 { _ = network.infer(inputs, count: batch) }
  watch.run(seconds: seconds) { _ = network.infer(inputs, count: batch) }
}

print(
  try CaseResult(
    net: net.name, mode: mode, batch: batch, threads: threads, steps: watch.wall.count,
    step_ms: watch.median, samples_s: Double(batch) / watch.median * 1e3, cpu_ms: watch.cpu,
    rss_mb: Stopwatch.peakMemory(), losses: losses, rates: rates
  ).line())
