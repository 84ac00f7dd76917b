import SpikeBundle

/// Words of tinyODIN and ODIN to the bit: every foreign position and number, once.
///
/// Sources: ChFrenkel/tinyODIN `doc/README.md` and ChFrenkel/ODIN `doc/README.md`, sections 2 (SPI,
/// address events), 3.1 (memories), 3.3.2 (LIF neurons) and 4 (registers); docs/formats/odin.md.
struct OdinLayout {
  let chip: CrossbarChip

  /// Addresses of neurons and inputs.
  static let addresses = 256
  /// Words of the synapse memory, eight synapses of 4 bits each.
  static let synapseWords = 8192

  static func limits(_ chip: CrossbarChip) -> TargetLimits {
    func range(_ range: ClosedRange<Int>) -> ClosedRange<Int32> {
      Int32(range.lowerBound)...Int32(range.upperBound)
    }
    return TargetLimits(
      weights: range(chip.weights), thresholds: range(chip.thresholds), biases: 0...0,
      allowsSoftReset: false, resetValues: 0...0,
      readoutStart: Int32((chip.potentials.lowerBound + chip.potentials.upperBound + 1) / 2))
  }

  private var isTiny: Bool { chip == .tinyOdin }

  /// Bytes of a word of the neuron memory.
  var neuronBytes: Int { isTiny ? 4 : 16 }

  /// A word of the neuron memory, byte 0 (the least significant) first.
  ///
  /// tinyODIN: [11:0] potential, [23:12] threshold, [30:24] leak, [31] disable. ODIN: [0] LIF,
  /// [7:1] leak, [8] leak enable, [16:9] threshold, [77:70] potential, [127] disable.
  func neuronWord(
    potential: Int32, threshold: Int32, leak: Int32, isDisabled: Bool
  ) -> [UInt8] {
    let potential = UInt64(UInt32(bitPattern: potential))
    let threshold = UInt64(UInt32(bitPattern: threshold))
    let leak = UInt64(UInt32(bitPattern: leak))
    var low: UInt64
    var high: UInt64 = 0
    if isTiny {
      low = potential & 0xFFF | (threshold & 0xFFF) << 12 | (leak & 0x7F) << 24
      if isDisabled { low |= 1 << 31 }
    } else {
      low = 1 | (leak & 0x7F) << 1 | (leak == 0 ? 0 : 1 << 8) | (threshold & 0xFF) << 9
      high = (potential & 0xFF) << 6 | (isDisabled ? 1 << 63 : 0)
    }
    let bytes = (0..<8).map { UInt8(low >> (8 * $0) & 0xFF) }
    return isTiny ? Array(bytes[..<4]) : bytes + (0..<8).map { UInt8(high >> (8 * $0) & 0xFF) }
  }

  /// The word of an address that is an input or unused: it never spikes.
  var idleWord: [UInt8] {
    neuronWord(
      potential: 0, threshold: Int32(chip.silentThreshold), leak: 0, isDisabled: true)
  }

  /// Bytes of a neuron word that hold the potential, and which of their bits are to be kept.
  var potentialBytes: [(byte: Int, keep: UInt8)] {
    isTiny ? [(0, 0x00), (1, 0xF0)] : [(8, 0x3F), (9, 0xC0)]
  }

  /// 4 bits of a synapse: the weight with its sign (tinyODIN), or mapping bit and magnitude; the
  /// sign of ODIN is that of the row.
  func synapse(_ weight: Int32) -> UInt32 {
    if isTiny { return UInt32(bitPattern: weight) & 0xF }
    return weight == 0 ? 0 : 8 | weight.magnitude & 7
  }

  /// Address of a spike event and of the leak event of all neurons, with as many hexadecimal digits
  /// as their 10 or 17 bits need.
  func spikeEvent(_ address: Int) -> String {
    isTiny ? OdinLayout.hex(UInt64(address), 3) : OdinLayout.hex(UInt64(address) << 8 | 0x07, 5)
  }
  var leakEvent: String { isTiny ? "1ff" : "0007f" }

  /// 20 bits of an SPI address: {0, 1, 01, byte, word} for neurons.
  func neuronAddress(_ neuron: Int, byte: Int) -> UInt32 {
    0b0101 << 16 | UInt32(byte) << 8 | UInt32(neuron)
  }
  /// {0, 1, 10, 0, byte, word} for synapses.
  func synapseAddress(_ word: Int, byte: Int) -> UInt32 {
    0b0110 << 16 | UInt32(byte) << 13 | UInt32(word)
  }
  /// 20 bits of SPI data: {0000, bits to keep, byte}.
  func data(_ byte: UInt8, keep: UInt8 = 0) -> UInt32 { UInt32(keep) << 8 | UInt32(byte) }

  static let gateActivity: UInt32 = 0
  private static let openLoop: UInt32 = 1

  /// Registers with their values besides the gate: spikes are fed back, output events leave when
  /// neurons spike, no learning, no monitoring.
  func registers(_ layout: EventCrossbar) -> [(address: UInt32, value: UInt32)] {
    let highest = UInt32(max(0, layout.neurons.count - 1))
    if isTiny { return [(OdinLayout.openLoop, 0), (2, 0), (3, highest)] }
    let signs = (0..<16).map { word -> (address: UInt32, value: UInt32) in
      let inhibitory = (0..<16).filter { bit in
        let address = 16 * word + bit
        return address < layout.rows.count && layout.rows[address].contains { $0 < 0 }
      }
      return (2 + UInt32(word), inhibitory.reduce(0) { $0 | 1 << UInt32($1) })
    }
    return [(OdinLayout.openLoop, 0)] + signs + (18...25).map { ($0, 0) }
  }

  static func hex(_ value: UInt64, _ digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
