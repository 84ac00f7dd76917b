// TrainingStep NET train|infer FILE [SECONDS [THREADS]] measures one case from the weights and
// images of FILE; TrainingStep NET prepare FILE [STEPS [THREADS]] trains the network on Fashion-MNIST and
// writes FILE. NET is A or B. Prints one line of JSON. SURROGATE=triangle in the environment takes the
// triangle of width 1, the default of `sfconv fit`, instead of the atan that the peers have. STEPS is the
// smallest number of measured steps (5).

import Foundation
import SpikeCompute
import SpikeEngine
import SpikeGraph

let seed: UInt64 = 1
let timeSteps = 4
let arguments = CommandLine.arguments
guard arguments.count >= 4, let net = BenchmarkNet.all.first(where: { $0.name == arguments[1] }),
  ["train", "infer", "prepare"].contains(arguments[2])
else {
  FileHandle.standardError.write(
    Data(
      "usage: TrainingStep A|B train|infer|prepare FILE [SECONDS or STEPS [THREADS]]\n".utf8))
  exit(64)
}
let (mode, file) = (arguments[2], arguments[3])
let amount = arguments.count > 4 ? Double(arguments[4]) : nil
let threads = arguments.count > 5 ? Int(arguments[5]) ?? 2 : 2
let batch = mode == "infer" ? TrainedCase.batch : net.trainingBatch

let isTriangle = ProcessInfo.processInfo.environment["SURROGATE"] == "triangle"

func makeNetwork(_ graph: Graph) throws -> Network {
  try Network(
    graph,
    EngineConfiguration(
      timeSteps: timeSteps, batch: batch, threads: threads, training: mode != "infer",
      surrogate: isTriangle ? .triangle(width: 1) : .atan(alpha: 2)))
}

if mode == "prepare" {
  let network = try makeNetwork(net.graph(seed: seed))
  let data = try BenchmarkImages(shape: net.input)
  let order = data.order(seed: seed)
  let steps = Int(amount ?? 1000)
  var trainer = Trainer(network, learningRate: 1e-3)
  var correct = 0
  for step in 0..<steps {
    let (images, labels) = try data.batch(step * batch, batch, order: order)
    let result = trainer.step(images, labels)
    if step >= steps - steps / 10 { correct += result.correct }
    if step % 100 == 99 {
      FileHandle.standardError.write(Data("step \(step + 1): loss \(result.loss)\n".utf8))
    }
  }
  // Images that training has not seen.
  let (images, labels) = try data.batch(steps * batch, TrainedCase.batch, order: order)
  try TrainedCase(graph: network.currentGraph(), images: images, labels: labels).write(file)
  print(
    try TrainingReport(
      net: net.name, steps: steps,
      accuracy: Double(correct) / Double(max(steps / 10 * batch, 1)),
      densities: network.densities(images, count: TrainedCase.batch)
    ).line())
  exit(0)
}

let inputCount = net.input.elementCount
let trained = try TrainedCase(file, net.graph(seed: seed), inputCount: inputCount)
let inputs = Array(trained.images.prefix(batch * inputCount))
let labels = Array(trained.labels.prefix(batch))
let network = try makeNetwork(trained.graph)
let seconds = amount ?? 2
let leastSteps = ProcessInfo.processInfo.environment["STEPS"].flatMap { Int($0) } ?? 5

var losses: [Double] = []
var rates: [Double] = []
var lastRates: [Double] = []
var watch = Stopwatch()

if mode == "train" {
  // So slow that the activity stays as training left it.
  var trainer = Trainer(network, learningRate: 1e-5)
  for _ in 0..<3 {
    let result = trainer.step(inputs, labels)
    losses.append(result.loss)
    if rates.isEmpty { rates = result.rates.map(\.rate) }
  }
  var last: StepResult?
  watch.run(seconds: seconds, minimum: leastSteps) {
    // A result that is kept would make the step copy its rates.
    last = nil
    last = trainer.step(inputs, labels)
  }
  lastRates = last?.rates.map(\.rate) ?? []
} else {
  for _ in 0..<3 { _ = network.infer(inputs, count: batch) }
  watch.run(seconds: seconds, minimum: leastSteps) { _ = network.infer(inputs, count: batch) }
}

print(
  try CaseResult(
    net: net.name, mode: mode, batch: batch, threads: threads, steps: watch.wall.count,
    step_ms: watch.median, samples_s: Double(batch) / watch.median * 1e3, cpu_ms: watch.cpu,
    rss_mb: Stopwatch.peakMemory(), losses: losses, rates: rates, last_rates: lastRates
  ).line())
