import SpikeEngine
import SpikeGraph

/// Sums of singular values of the spikes of every channel.
struct SpikeSpectra {
  /// Mean over samples by channel, by name of the population's node.
  private(set) var sums: [String: [Double]] = [:]

  init(_ network: TrainableNetwork, engine: Network, _ inputs: [Float], count: Int) {
    let nodes = network.structure.populations.filter(\.spikes).map {
      network.form.graph.nodes[$0.node]
    }
    let names = Dictionary(uniqueKeysWithValues: nodes.map { ($0.output, $0.name) })
    let size = network.form.graph.inputs.first?.shape.elementCount ?? 0
    engine.observe(
      Array(inputs.prefix(size * count)), count: count, values: names.keys.sorted()
    ) { activation in
      guard let name = names[activation.name] else { return }
      let channels = activation.shape.rank == 0 ? 1 : activation.shape[0]
      let area = max(1, activation.shape.elementCount / max(1, channels))
      var sum = sums[name] ?? [Double](repeating: 0, count: channels)
      let steps = activation.timeSteps
      let stepSize = activation.count * area * channels
      for sample in 0..<activation.count {
        for channel in 0..<channels {
          var gram = [Double](repeating: 0, count: steps * steps)
          for a in 0..<steps {
            for b in a..<steps {
              var dot: Float = 0
              for position in 0..<area {
                let at = (sample * area + position) * channels + channel
                dot += activation.values[a * stepSize + at] * activation.values[b * stepSize + at]
              }
              gram[a * steps + b] = Double(dot)
              gram[b * steps + a] = Double(dot)
            }
          }
          let values = SymmetricMatrix.eigenvalues(gram, size: steps)
          sum[channel] += values.reduce(0) { $0 + max(0, $1).squareRoot() } / Double(count)
        }
      }
      sums[name] = sum
    }
  }
}

/// Small symmetric matrices.
package enum SymmetricMatrix {
  /// All eigenvalues, by Jacobi's rotations; exact to rounding for the small sizes of time windows.
  package static func eigenvalues(_ matrix: [Double], size: Int) -> [Double] {
    var m = matrix
    for _ in 0..<30 {
      var off = 0.0
      for p in 0..<size {
        for q in p + 1..<max(p + 1, size) { off += m[p * size + q] * m[p * size + q] }
      }
      if off < 1e-18 { break }
      for p in 0..<size {
        for q in p + 1..<max(p + 1, size) where m[p * size + q] != 0 {
          rotate(&m, size, p, q)
        }
      }
    }
    return (0..<size).map { m[$0 * size + $0] }
  }

  private static func rotate(_ m: inout [Double], _ size: Int, _ p: Int, _ q: Int) {
    let theta = (m[q * size + q] - m[p * size + p]) / (2 * m[p * size + q])
    let sign: Double = theta < 0 ? -1 : 1
    let t = sign / (abs(theta) + (theta * theta + 1).squareRoot())
    let c = 1 / (t * t + 1).squareRoot()
    let s = t * c
    for k in 0..<size {
      let (a, b) = (m[k * size + p], m[k * size + q])
      m[k * size + p] = c * a - s * b
      m[k * size + q] = s * a + c * b
    }
    for k in 0..<size {
      let (a, b) = (m[p * size + k], m[q * size + k])
      m[p * size + k] = c * a - s * b
      m[q * size + k] = s * a + c * b
    }
  }
}
