/// Numbers and words of RANC: every foreign name, width and position, once.
///
/// Source: UA-RCL/RANC, simulator (`decode.hpp`, `csramrow`, `rancgrid.cpp`) and RTL memory images;
/// docs/formats/ranc.md.
enum RancLayout {
  /// Potentials, weights, leaks and reset values: 9 bits with a sign.
  static let words: ClosedRange<Int32> = -256...255
  static let thresholds: ClosedRange<Int32> = 1...255
  /// Axons of the output bus.
  static let outputs = 256
  /// Ticks that a spike can be late, beyond the one that every spike takes.
  static let delays = 0...14
  static let maxTickOffset = 16
  /// Cores along an axis that an offset of 9 bits reaches.
  static let gridSide = 255

  /// What a neuron of a core is.
  struct Row {
    var connections: [Bool]
    var potential: Int32 = 0, resetValue: Int32 = 0
    var weights: [Int32] = [0, 0, 0, 0]
    var leak: Int32 = 0, threshold: Int32 = 255
    let negativeThreshold: Int32 = -256
    /// Reset by subtraction (1) or to a value (0).
    var resetMode: Int32 = 0
    var dx: Int32 = 0, dy: Int32 = 0
    var axon: Int32 = 0, tick: Int32 = 0

    /// An idle neuron: no connections, never at its threshold.
    init(axons: Int) { connections = Array(repeating: false, count: axons) }

    /// Bits of the RTL image, 368 with 256 axons, left to right: connections from the last axon down, potential, reset
    /// value, four weights, leak, thresholds, reset mode, offsets, axon, tick.
    var bits: String {
      let wires = connections.reversed().map { $0 ? "1" : "0" }.joined()
      let words = [potential, resetValue] + weights + [leak, threshold, negativeThreshold]
      return wires + words.map { RancLayout.bits($0, 9) }.joined() + RancLayout.bits(resetMode, 1)
        + RancLayout.bits(dx, 9) + RancLayout.bits(dy, 9) + RancLayout.bits(axon, 8)
        + RancLayout.bits(tick, 4)
    }

    /// The neuron in the simulator's JSON.
    var json: String {
      "{\"reset_potential\":\(resetValue),\"weights\":\(RancLayout.list(weights)),\"leak\":\(leak),"
        + "\"positive_threshold\":\(threshold),\"negative_threshold\":\(negativeThreshold),"
        + "\"destination_core_offset\":[\(dx),\(dy)],\"destination_axon\":\(axon),"
        + "\"destination_tick\":\(tick),\"current_potential\":\(potential),"
        + "\"reset_mode\":\(resetMode)}"
    }
  }

  /// Two's complement.
  static func bits(_ value: Int32, _ width: Int) -> String {
    (0..<width).reversed().map { value >> Int32($0) & 1 == 1 ? "1" : "0" }.joined()
  }

  static func list(_ values: [Int32]) -> String {
    "[" + values.map(String.init).joined(separator: ",") + "]"
  }

  /// The simulator's parameters.
  static func config(width: Int, height: Int, _ core: CorePacking.Limits) -> String {
    """
    {
      "num_neurons": \(core.neurons),
      "num_axons": \(core.axons),
      "num_cores_x": \(width),
      "num_cores_y": \(height),
      "num_weights": \(core.types),
      "max_tick_offset": \(maxTickOffset),
      "neuron_block_trace_verbosity": 0,
      "core_controller_trace_verbosity": 0,
      "scheduler_trace_verbosity": 0,
      "neuron_reset_type": 0
    }

    """
  }
}
