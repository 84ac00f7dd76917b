import SpikeBytes

/// Damage to encoded bundles. Where checksums would notice everything, they are repaired, so that
/// the damage reaches the code behind them.
enum BundleDamage {
  /// `bytes` with one to three random changes and, mostly, right checksums.
  static func damaged(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0...random.integer(below: 3) where !bytes.isEmpty {
      let place = random.integer(below: bytes.count)
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

  /// `bytes` with the file size and all checksums set to what they must be, as far as the section
  /// table can be followed.
  static func repaired(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 24 else { return bytes }
    var bytes = bytes
    set(UInt32(bytes.count), at: 16, in: &bytes)
    let count = Int(bytes[14]) | Int(bytes[15]) << 8
    let end = 24 + 16 * count
    guard bytes.count >= end else { return bytes }
    for row in 0..<count {
      let place = 24 + 16 * row
      let offset = Int(number(at: place + 4, in: bytes))
      let length = Int(number(at: place + 8, in: bytes))
      guard offset <= bytes.count, length <= bytes.count - offset else { continue }
      set(Checksum.crc32(Array(bytes[offset..<offset + length])), at: place + 12, in: &bytes)
    }
    set(Checksum.crc32(Array(bytes[..<20]) + Array(bytes[24..<end])), at: 20, in: &bytes)
    return bytes
  }

  private static func number(at place: Int, in bytes: [UInt8]) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
  }

  private static func set(_ value: UInt32, at place: Int, in bytes: inout [UInt8]) {
    for index in 0..<4 {
      bytes[place + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(index)))
    }
  }
}
