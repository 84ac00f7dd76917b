import Foundation
import SpikeBundle
import SpikeExport
import SpikeSimulate
import SpikeTestSupport

import struct SpikeBundle.Bundle

/// One network with its input, as both simulators get it.
struct LavaCase {
  let name: String
  let bundle: Bundle
  let columns: [[Int32]]
  let steps: Int
  let resetInterval: Int?

  init(_ name: String, _ bundle: Bundle, seed: UInt64, columns: Int, resets: Bool) {
    var random = SeededGenerator(seed: seed)
    let size = bundle.input.shape.reduce(1, *)
    let largest = Int32(1 << bundle.input.bits) - 1
    self.name = name
    self.bundle = bundle
    self.columns = (0..<columns).map { _ in
      (0..<size).map { _ in
        random.chance(1, in: 3) ? 0 : Int32.random(in: 0...largest, using: &random)
      }
    }
    steps = columns + bundle.populations.count + 1
    resetInterval = resets ? bundle.timeSteps : nil
  }

  /// Writes the network and its input and returns the job for `run_lava_batch.py`.
  func write(into directory: String) throws -> [String: Any] {
    let paths = try NativeExport.write(
      bundle, target: "loihi2", directory: "\(directory)/\(name)")
    let input = "\(directory)/\(name)/input.bin"
    var bytes: [UInt8] = []
    for value in columns.joined() {
      let bits = UInt32(bitPattern: value)
      bytes += [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: bits >> $0) }
    }
    try Data(bytes).write(to: URL(filePath: input))
    // A dense first layer takes vectors whatever the input's shape.
    let isDense = bundle.projections[0].kind == .dense
    let shape = bundle.input.shape
    return [
      "net": paths[0], "input": input, "shape": isDense ? [shape.reduce(1, *)] : shape,
      "columns": columns.count, "steps": steps,
      "message_bits": bundle.input.bits > 1 ? bundle.input.bits : 0,
      "reset_interval": resetInterval.map { $0 as Any } ?? NSNull(), "reset_offset": 1,
      "output": "\(directory)/\(name)/lava",
    ]
  }

  /// Rows of a result file, one a step.
  func rows(_ directory: String, _ kind: String, width: Int) throws -> [[Int32]] {
    let data = try Data(contentsOf: URL(filePath: "\(directory)/\(name)/lava.\(kind)"))
    let values = stride(from: 0, to: data.count - 3, by: 4).map { offset in
      (0..<4).reduce(Int32(0)) { $0 | Int32(bitPattern: UInt32(data[offset + $1]) << ($1 * 8)) }
    }
    return stride(from: 0, to: values.count, by: width).map {
      Array(values[$0..<min(values.count, $0 + width)])
    }
  }
}

/// What differs between Lava and the integer simulator, as text; empty where all is equal.
struct LavaComparison {
  var differences: [String] = []
  var values = 0
  var spikes = 0

  init(_ test: LavaCase, in directory: String) throws {
    let trace = try PipelinedSimulator(test.bundle).run(
      columns: test.columns, steps: test.steps, resetInterval: test.resetInterval, resetOffset: 1)
    let last = test.bundle.populations.count - 1
    func compare(_ kind: String, _ layer: Int, _ ours: [[Int32]]) throws {
      let width = test.bundle.populations[layer].neuronCount
      let theirs = try test.rows(directory, kind, width: width)
      guard theirs.count == ours.count else {
        differences.append("\(test.name) \(kind): \(theirs.count) rows, ours \(ours.count)")
        return
      }
      for step in ours.indices where ours[step] != theirs[step] {
        let neuron = ours[step].indices.first { ours[step][$0] != theirs[step][$0] } ?? 0
        differences.append(
          "\(test.name) \(kind) step \(step + 1) neuron \(neuron): Lava \(theirs[step][neuron]), "
            + "ours \(ours[step][neuron])")
        return
      }
      values += ours.count * width
    }
    try compare("spikes", last, trace.spikes[last])
    for layer in test.bundle.populations.indices {
      try compare("u\(layer)", layer, trace.currents[layer])
      try compare("v\(layer)", layer, trace.potentials[layer])
      spikes += trace.spikes[layer].joined().reduce(0) { $0 + Int($1) }
    }
  }
}
