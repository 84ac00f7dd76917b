import SpikeBytes

/// Damage to encoded model files, with checksums repaired so that it reaches the code behind them.
enum ModelDamage {
  /// `bytes` with one to three random changes and, mostly, right checksums.
  static func damaged(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    // Half of the changes go to the header message: payloads can hold anything.
    let messageEnd = 64 + Int(number(at: 16, in: bytes))
    for _ in 0...random.integer(below: 3) where !bytes.isEmpty {
      let limit = random.next() & 1 == 0 ? bytes.count : min(messageEnd, bytes.count)
      let place = random.integer(below: limit)
      switch random.integer(below: 8) {
      case 0: bytes[place] ^= 1 << UInt8(random.integer(below: 8))
      case 1: bytes[place] = 0
      case 2: bytes[place] = 0xFF
      case 3: bytes[place] = UInt8(random.integer(below: 256))
      case 4: bytes[place] &+= 1
      case 5: bytes[place] &-= 1
      case 6: bytes.remove(at: place)
      default: bytes.insert(UInt8(random.integer(below: 256)), at: place)
      }
    }
    return random.integer(below: 8) == 0 ? bytes : repaired(bytes)
  }

  /// `bytes` with file size and header checksums set to what they must be.
  static func repaired(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 64 else { return bytes }
    var bytes = bytes
    set(UInt64(bytes.count), 8, at: 24, in: &bytes)
    let size = number(at: 16, in: bytes)
    if size <= UInt64(bytes.count - 64) {
      set(UInt64(Checksum.crc32(Array(bytes[64..<64 + Int(size)]))), 4, at: 32, in: &bytes)
    }
    set(UInt64(Checksum.crc32(Array(bytes[..<60]))), 4, at: 60, in: &bytes)
    return bytes
  }

  /// A file of `message` and `payloads`, whatever they are.
  static func file(message: [UInt8], payloads: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = [0xD3, 0x53, 0x46, 0x4D, 0x0D, 0x0A, 0x1A, 0x0A, 1, 0]
    bytes += [UInt8](repeating: 0, count: 54)
    set(UInt64(message.count), 8, at: 16, in: &bytes)
    return repaired(bytes + message + payloads)
  }

  static func set(_ value: UInt64, _ count: Int, at place: Int, in bytes: inout [UInt8]) {
    for index in 0..<count {
      bytes[place + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
    }
  }

  private static func number(at place: Int, in bytes: [UInt8]) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
  }
}
