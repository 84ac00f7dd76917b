/// The numbers of the model file, once. docs/model-file.md explains them.
package enum ModelFormat {
  /// First eight bytes: 0xD3 cannot start ASCII or stand before `S` in UTF-8; the line ends and the
  /// end-of-file mark at the end notice a transfer in text mode, as in PNG.
  package static let magic: [UInt8] = [0xD3, 0x53, 0x46, 0x4D, 0x0D, 0x0A, 0x1A, 0x0A]
  /// Structural version of the file: header and payload layout.
  package static let version: UInt16 = 1
  /// Newest schema version that this code knows (`Version` in model.proto).
  package static let irVersion: Int32 = 1
  /// Language of the node operators.
  package static let operatorDomain = "sfconv"
  /// Newest version of that language that this code knows.
  package static let operatorSetVersion: Int32 = 2
  /// Bytes of the fixed header.
  package static let headerSize = 64
  /// Payloads start at multiples of this, so that vector loads and caches like them.
  package static let alignment = 64
  /// Message bytes that a reader accepts.
  package static let maximumMessageBytes = 64 << 20
  /// Bytes that decoding the message may ask for.
  package static let maximumDecodedBytes = 512 << 20
  /// Axes of a shape.
  package static let maximumRank = 8
  /// Size of one axis, and of any integer attribute.
  package static let maximumSize = Int(Int32.max)

  /// `offset` rounded up to the alignment.
  package static func aligned(_ offset: Int) -> Int { (offset + alignment - 1) & ~(alignment - 1) }
}
