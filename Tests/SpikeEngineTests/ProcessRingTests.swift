import SpikeCompute
import SpikeEngine
import SpikeGraph
import SpikeTestSupport
import Testing

@Suite("Networks in several processes")
struct ProcessRingTests {
  /// What a network found in one process.
  struct Findings: Equatable, Sendable {
    var steps: [StepResult] = []
    var gradients: [[[Float]]] = []
    var values: [[Float]] = []
    var outputs: [[Float]] = []
    var everyStep: [[[Float]]] = []
    var logits: [[Float]] = []
    var contributions: [[[Float]]] = []
  }

  /// Two steps with a change between them, and inference on some samples.
  static func findings(
    _ graph: Graph, classes: Int, count: Int, shards: Int, threads: Int,
    processes: any ProcessRing = OneProcess()
  ) throws -> Findings {
    let network = try Network(
      graph,
      EngineConfiguration(
        timeSteps: 3, batch: count, shards: shards, threads: threads, training: true),
      processes: processes)
    var findings = Findings()
    for seed in [4, 5] as [UInt64] {
      let batch = Textbook.Batch.random(graph, classes: classes, count: count, seed: seed)
      findings.steps.append(
        network.step(
          batch.inputs, labels: batch.labels, count: count,
          loss: LossOptions(rateWeight: 0.1)))
      findings.gradients.append(TrainingTests.allGradients(network))
      for parameter in network.parameters {
        let gradient = network.gradient(of: parameter.name)
        network.setValue(
          zip(network.value(of: parameter.name), gradient).map { $0 - 0.1 * $1 },
          of: parameter.name)
      }
      findings.values.append(network.parameterMemory.array())
      findings.outputs.append(network.infer(batch.inputs, count: count))
      findings.everyStep.append(network.inferEveryStep(batch.inputs, count: count))
      findings.logits.append(network.inferLogits(batch.inputs, count: count))
      let adjoints = network.adjointStatistics(batch.inputs, count: count) { [$0] }
      findings.contributions.append(adjoints.joined().map(\.contribution))
    }
    return findings
  }

  static let graphs: [(Graph, Int)] =
    [(TrainingTests.wide(seed: 3), 10)] + (20..<32).map { (RandomGraphs.snn(seed: $0), 4) }

  @Test("all processes find what one finds, in every bit", arguments: [2, 3, 5])
  func sameBits(processes: Int) throws {
    for (index, (graph, classes)) in Self.graphs.enumerated() {
      for count in [23, 3] {
        let alone = try Self.findings(graph, classes: classes, count: count, shards: 5, threads: 2)
        let all = ThreadRing.run(processes) { ring in
          try Self.findings(
            graph, classes: classes, count: count, shards: 5, threads: 1 + ring.rank % 2,
            processes: ring)
        }
        for (rank, found) in all.enumerated() {
          #expect(try found.get() == alone, "graph \(index), \(count) samples, process \(rank)")
        }
      }
    }
  }

  @Test("a sum goes on from process to process in their order, whatever the size of messages")
  func fold() throws {
    for (processes, size, chunk) in [
      (1, 10, 4), (2, 1, 1), (2, 1000, 64), (3, 999, 100), (4, 7, 100), (5, 4096, 1),
    ] {
      // Numbers of very different sizes: another order of additions would show.
      let shares = (0..<processes).map { rank -> [Float] in
        var dice = Dice(UInt64(rank))
        return dice.units(size, scale: rank % 2 == 0 ? 1 : 3e7)
      }
      let expected = (0..<size).map { place in
        shares.dropFirst().reduce(shares[0][place]) { $0 + $1[place] }
      }
      let found = ThreadRing.run(processes) { ring in
        let own = FloatBuffer(shares[ring.rank]).all
        let (total, incoming) = (FloatBuffer(count: size).all, FloatBuffer(count: size).all)
        ring.fold(total, incoming: incoming, chunk: chunk) { range in
          if ring.rank == 0 {
            total.slice(range).assign(from: own.slice(range))
          } else {
            Kernels.add(incoming.slice(range), own.slice(range), into: total.slice(range))
          }
        }
        return total.array()
      }
      for result in found {
        #expect(try result.get() == expected, "\(processes) processes, \(size) in \(chunk)")
      }
    }
  }

  @Test("every process hears what all have to say, in their order")
  func gather() throws {
    for processes in 1...5 {
      let said = (0..<processes).map { rank in (0..<rank).map { UInt8($0 * 7) } }
      let heard = ThreadRing.run(processes) { ring in
        (ring.gather(said[ring.rank]), ring.gather([UInt64(ring.rank), .max]), ring.any(false))
      }
      for result in heard {
        let (bytes, words, isAny) = try result.get()
        #expect(bytes == said)
        #expect(words == (0..<UInt64(processes)).map { [$0, .max] })
        #expect(!isAny)
      }
      for one in 0..<processes {
        let answers = ThreadRing.run(processes) { ring in ring.any(ring.rank == one) }
        #expect(try answers.allSatisfy { try $0.get() })
      }
    }
  }

  @Test("shares of a count are whole, in order, of one size, and the first has one if any has")
  func shares() throws {
    for processes in 1...8 {
      let all = ThreadRing.run(processes) { ring in
        (0...20).map { count in (0..<processes).map { ring.share(of: count, rank: $0) } }
      }
      for (count, shares) in try all[0].get().enumerated() {
        #expect(shares.flatMap { Array($0) } == Array(0..<count))
        let sizes = shares.map(\.count)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
        #expect(count == 0 || !shares[0].isEmpty)
      }
    }
  }

  @Test("what differs between processes is named")
  func disagreement() throws {
    let found = ThreadRing.run(3) { ring in
      [
        ring.disagreement(["batch": "32", "seed": "1"]),
        ring.disagreement(["batch": ring.rank == 2 ? "64" : "32", "seed": "1"]),
        ring.disagreement(ring.rank == 1 ? [:] : ["empty": "", "seed": "1"]),
      ]
    }
    for result in found {
      let texts = try result.get()
      #expect(texts[0] == nil)
      #expect(texts[1] == "batch is 32 in process 0 and 64 in process 2")
      #expect(
        texts[2] == "empty is  in process 0 and absent in process 1; "
          + "seed is 1 in process 0 and absent in process 1")
    }
  }

  @Test("no process waits for one that has left", arguments: 0..<3)
  func leaving(who: Int) throws {
    struct Gone: Error {}
    let graph = TrainingTests.wide(seed: 3)
    let batch = Textbook.Batch.random(graph, classes: 10, count: 12, seed: 1)
    let results = ThreadRing.run(3, grace: 0.2) { ring in
      let network = try Network(
        graph,
        EngineConfiguration(timeSteps: 3, batch: 12, shards: 4, threads: 1, training: true),
        processes: ring)
      for step in 0..<100 {
        if ring.rank == who, step == 2 { throw Gone() }
        _ = network.step(batch.inputs, labels: batch.labels, count: 12)
        _ = network.infer(batch.inputs, count: 12)
        if ring.isBroken { return step }
      }
      return 100
    }
    for (rank, result) in results.enumerated() {
      if rank == who {
        #expect(throws: Gone.self) { try result.get() }
      } else {
        #expect(try (1...2).contains(result.get()))
      }
    }
  }

  @Test("more processes than shards are refused")
  func tooMany() throws {
    let results = ThreadRing.run(3) { ring in
      try Network(
        TrainingTests.wide(seed: 3), EngineConfiguration(shards: 2, threads: 1), processes: ring
      ).outputCount
    }
    for result in results { #expect(throws: EngineError.self) { try result.get() } }
  }
}
