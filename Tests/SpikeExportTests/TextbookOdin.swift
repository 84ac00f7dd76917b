import Foundation

/// The oracle for tinyODIN and ODIN: reads the exported files and does what the chips' documentation
/// says, event by event, bit by bit (docs/formats/odin.md). It knows nothing of bundles.
final class TextbookOdin {
  enum Chip { case tinyOdin, odin }

  let chip: Chip
  private let files: [String: String]
  /// Memories by word; what SPI does not write stays as it was at power-up.
  private(set) var neuronMemory: [[UInt8]]
  private(set) var synapseMemory: [UInt32]
  private var registers: [Int: Int] = [:]
  private var queue: [Int] = []
  /// Addresses on the output bus, in order.
  private(set) var output: [Int] = []
  private(set) var lost = 0

  /// - Parameter files: text of the exported files by name.
  init(_ chip: Chip, files: [String: String]) {
    self.chip = chip
    self.files = files
    let bytes = chip == .tinyOdin ? 4 : 16
    // Garbage with the disable bit clear and a threshold of 0: whatever is not programmed shows.
    neuronMemory = Array(repeating: Array(repeating: 0x05, count: bytes), count: 256)
    synapseMemory = Array(repeating: 0x7777_7777, count: 8192)
    spi("spi.txt")
  }

  private func lines(_ name: String) -> [[String]] {
    (files[name] ?? "").split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
  }

  /// Words of an image file.
  func image(_ name: String) -> [String] { lines(name).map { $0[0] } }

  // SPI: 20 bits of address, 20 bits of data.
  private func spi(_ name: String) {
    for line in lines(name) {
      guard line.count == 2, let a = Int(line[0], radix: 16), let d = Int(line[1], radix: 16) else {
        preconditionFailure("no SPI word: \(line)")
      }
      precondition(a < 1 << 20 && d < 1 << 20)
      let command = a >> 16 & 3
      if command == 0 {
        registers[a & 0xFFFF] = d
        continue
      }
      precondition(registers[0] == 1, "memories are written while the activity is gated")
      precondition(a >> 18 == 1, "a write")
      let mask = UInt8(d >> 8 & 0xFF)
      let byte = UInt8(d & 0xFF)
      if command == 1 {
        let index = a >> 8 & (chip == .tinyOdin ? 3 : 15)
        let old = neuronMemory[a & 0xFF][index]
        neuronMemory[a & 0xFF][index] = byte & ~mask | old & mask
      } else {
        let index = a >> 13 & 3
        let word = a & 0x1FFF
        let old = UInt8(synapseMemory[word] >> (8 * UInt32(index)) & 0xFF)
        let new = byte & ~mask | old & mask
        synapseMemory[word] &= ~(0xFF << (8 * UInt32(index)))
        synapseMemory[word] |= UInt32(new) << (8 * UInt32(index))
      }
    }
  }

  // Fields of a neuron word: bits from...to of its bytes, byte 0 lowest.
  private func field(_ neuron: Int, _ from: Int, _ to: Int) -> Int {
    (from...to).reduce(0) {
      let bit = Int(neuronMemory[neuron][$1 / 8]) >> ($1 % 8) & 1
      return $0 | bit << ($1 - from)
    }
  }

  private func setField(_ neuron: Int, _ from: Int, _ to: Int, _ value: Int) {
    for bit in from...to {
      let isSet = value >> (bit - from) & 1 == 1
      if isSet {
        neuronMemory[neuron][bit / 8] |= 1 << UInt8(bit % 8)
      } else {
        neuronMemory[neuron][bit / 8] &= ~(1 << UInt8(bit % 8))
      }
    }
  }

  func potential(_ neuron: Int) -> Int {
    if chip == .odin { return field(neuron, 70, 77) }
    let v = field(neuron, 0, 11)
    return v >= 2048 ? v - 4096 : v
  }

  private func setPotential(_ neuron: Int, _ v: Int) {
    if chip == .odin { setField(neuron, 70, 77, v) } else { setField(neuron, 0, 11, v & 0xFFF) }
  }

  private var highest: Int { chip == .odin ? 255 : registers[3] ?? 255 }

  private func compare(_ neuron: Int, _ v: Int) {
    let threshold = chip == .odin ? field(neuron, 9, 16) : field(neuron, 12, 23)
    guard v >= 0, v >= threshold else { return setPotential(neuron, v) }
    setPotential(neuron, 0)
    if field(neuron, chip == .odin ? 127 : 31, chip == .odin ? 127 : 31) == 1 { return }
    output.append(neuron)
    precondition(registers[1] == 0, "spikes are fed back")
    if queue.count < (chip == .odin ? 32 : 128) { queue.append(neuron) } else { lost += 1 }
  }

  private func synapticEvent(_ pre: Int) {
    for post in 0...highest {
      let nibble = Int(synapseMemory[pre << 5 | post >> 3] >> UInt32(4 * (post & 7))) & 15
      var v = potential(post)
      if chip == .tinyOdin {
        v = max(-2048, min(2047, v + (nibble >= 8 ? nibble - 16 : nibble)))
      } else {
        precondition(field(post, 0, 0) == 1 && field(post, 17, 17) == 0, "LIF without learning")
        precondition(registers[24] == 0 && registers[20] == 0)
        let weight = nibble >= 8 ? nibble & 7 : 0
        let isInhibitory = (registers[2 + pre / 16] ?? 0) >> (pre % 16) & 1 == 1
        v = max(0, min(255, isInhibitory ? v - weight : v + weight))
      }
      compare(post, v)
    }
  }

  private func leakEvent() {
    for neuron in 0...highest {
      let v = potential(neuron)
      if chip == .odin {
        let leak = field(neuron, 8, 8) == 1 ? field(neuron, 1, 7) : 0
        compare(neuron, max(0, v - leak))
      } else {
        let leak = field(neuron, 24, 30)
        compare(neuron, v < 0 ? min(0, v + leak) : max(0, v - leak))
      }
    }
  }

  /// One event on the input bus.
  private func send(_ text: String) {
    guard let word = Int(text, radix: 16) else { preconditionFailure("no event: \(text)") }
    precondition(registers[0] == 0, "the activity is not gated")
    switch chip {
    case .tinyOdin:
      precondition(word < 1 << 10)
      if word >> 8 == 0 {
        queue.append(word & 0xFF)
      } else {
        precondition(word == 0x1FF); leakEvent()
      }
    case .odin:
      precondition(word < 1 << 17)
      if word & 0xFF == 0x07 {
        queue.append(word >> 8)
      } else {
        precondition(word == 0x7F); leakEvent()
      }
    }
  }

  private func drain() {
    while let pre = queue.first {
      synapticEvent(pre)
      // The spike in work keeps its place until it is done.
      queue.removeFirst()
    }
  }

  /// Runs the script on raw bytes; returns the value of every class.
  func run(sample: [UInt8]) -> [Int] { run(columns: [sample]) }

  /// The same where the sample has other bytes in every step, that is in every turn of the loop.
  func run(columns: [[UInt8]]) -> [Int] {
    output = []
    lost = 0
    var sample = columns[0]
    var answer: [Int: Int] = [:]
    func execute(_ program: ArraySlice<[String]>) {
      var index = program.startIndex
      while index < program.endIndex {
        let line = program[index]
        index += 1
        switch line[0] {
        case "reset": spi("spi-reset.txt")
        case "repeat":
          guard let end = program[index...].firstIndex(where: { $0[0] == "end" }),
            let times = Int(line[1])
          else { preconditionFailure("no loop") }
          precondition(columns.count == 1 || columns.count == times, "a column for each step")
          for step in 0..<times {
            sample = columns[columns.count == 1 ? 0 : step]
            execute(program[index..<end])
          }
          index = end + 1
        case "input": if sample[Int(line[1]) ?? -1] >= 128 { send(line[2]) }
        case "send": send(line[1])
        case "wait": drain()
        case "potential": answer[Int(line[1]) ?? -1] = potential(Int(line[2]) ?? -1)
        case "spikes":
          answer[Int(line[1]) ?? -1] = output.count { $0 == Int(line[2]) }
        default: preconditionFailure("no command: \(line)")
        }
      }
    }
    execute(lines("events.txt")[...])
    return (0..<answer.count).map { answer[$0] ?? .min }
  }

  /// Addresses of the neurons of every population, in the order of their names in `order`.
  func addresses(_ order: [String]) throws -> [[Int]] {
    let notes =
      try JSONSerialization.jsonObject(with: Data((files["run.json"] ?? "").utf8))
      as? [String: Any] ?? [:]
    let table = notes["addresses"] as? [String: [Int]] ?? [:]
    return order.map { table[$0] ?? [] }
  }
}
