import SpikeDiagnostics

/// The messages of one object: what says whether it is a group or a data set, and which (File Format
/// Specification 3.0, IV.A).
struct HDF5ObjectHeader {
  /// Kinds of messages that are read; others are passed over.
  enum Kind: Int {
    case dataspace = 0x01
    case linkInfo = 0x02
    case datatype = 0x03
    case link = 0x06
    case externalFiles = 0x07
    case layout = 0x08
    case groupInfo = 0x0A
    case filters = 0x0B
    case attribute = 0x0C
    case continuation = 0x10
    case symbolTable = 0x11
  }

  /// One message: where its bytes lie.
  struct Message {
    var kind: Kind
    var start: Int
    var count: Int
    /// Whether the bytes are a pointer to a message that several objects share.
    var isShared: Bool
  }

  /// The messages in the order of the file.
  private(set) var messages: [Message] = []

  private let file: [UInt8]
  private let widths: HDF5Cursor.Widths
  /// Blocks of messages that may still follow; a bound for damaged files that go round in circles.
  private var blocksLeft = 1024
  /// Messages that one object may have.
  private static let messageLimit = 65_536

  /// Reads the header at an address.
  /// - Throws: `hdf5.malformed`, `hdf5.truncated`, `hdf5.bad-checksum`, `hdf5.unsupported`,
  ///   `hdf5.too-large`.
  init(_ file: [UInt8], at address: Int, _ widths: HDF5Cursor.Widths) throws(HDF5Error) {
    self.file = file
    self.widths = widths
    var cursor = try HDF5Cursor(file, at: address, widths)
    if try cursor.integer(1) == 1 {
      try readVersion1(cursor)
    } else {
      try readVersion2(address)
    }
  }

  /// The first message of a kind.
  func first(_ kind: Kind) -> Message? { messages.first { $0.kind == kind } }

  private mutating func readVersion1(_ start: HDF5Cursor) throws(HDF5Error) {
    var cursor = start
    try cursor.skip(1)
    _ = try cursor.integer(2)
    try cursor.skip(4)
    let size = try cursor.integer(4)
    try cursor.skip(4)
    var pending = [(cursor.offset, size)]
    while let (start, count) = pending.popLast() {
      try countBlock()
      var block = try HDF5Cursor(file, at: start, count: count, widths)
      while block.remaining >= 8 {
        let kind = try block.integer(2)
        let size = try block.integer(2)
        let flags = try block.integer(1)
        try block.skip(3)
        if let next = try add(kind, size, flags, &block) { pending.append(next) }
      }
    }
  }

  private mutating func readVersion2(_ address: Int) throws(HDF5Error) {
    var cursor = try HDF5Cursor(file, at: address, widths)
    try cursor.expect("OHDR")
    let version = try cursor.integer(1)
    guard version == 2 else {
      throw HDF5Error(
        .unsupported, "An object has a header of version \(version); read are 1 and 2.",
        fix: "write the file with h5py's libver='earliest'")
    }
    let flags = try cursor.integer(1)
    if flags & 0x20 != 0 { try cursor.skip(16) }
    if flags & 0x10 != 0 { try cursor.skip(4) }
    let size = try cursor.integer(1 << (flags & 3))
    let tracksOrder = flags & 0x04 != 0
    var pending = [(cursor.offset, size, address)]
    while let (start, count, checked) = pending.popLast() {
      try countBlock()
      let block = try HDF5Cursor(file, at: start, count: count, widths)
      try HDF5Checksum.check(file, from: checked, to: start + count)
      for next in try readBlock(block, tracksOrder) {
        // A further block: signature, messages, checksum.
        guard next.1 >= 8 else {
          throw HDF5Error(
            .malformed, "A block of messages has \(next.1) bytes; 8 are the least.",
            fix: "get a fresh copy of the file")
        }
        var signature = try HDF5Cursor(file, at: next.0, count: next.1, widths)
        try signature.expect("OCHK")
        pending.append((next.0 + 4, next.1 - 8, next.0))
      }
    }
  }

  private mutating func readBlock(
    _ start: HDF5Cursor, _ tracksOrder: Bool
  ) throws(HDF5Error) -> [(Int, Int)] {
    var block = start
    var further: [(Int, Int)] = []
    let head = tracksOrder ? 6 : 4
    while block.remaining >= head {
      let kind = try block.integer(1)
      let size = try block.integer(2)
      let flags = try block.integer(1)
      if tracksOrder { try block.skip(2) }
      if let next = try add(kind, size, flags, &block) { further.append(next) }
    }
    return further
  }

  /// Notes a message; for a continuation, where the further block lies.
  private mutating func add(
    _ kind: Int, _ size: Int, _ flags: Int, _ block: inout HDF5Cursor
  ) throws(HDF5Error) -> (Int, Int)? {
    let start = block.offset
    try block.skip(size)
    guard let kind = Kind(rawValue: kind) else { return nil }
    if kind == .continuation {
      var cursor = try HDF5Cursor(file, at: start, count: size, widths)
      guard let address = try cursor.address() else { return nil }
      return (address, try cursor.length())
    }
    guard messages.count < HDF5ObjectHeader.messageLimit else {
      throw HDF5Error(
        .tooLarge, "An object has more than \(HDF5ObjectHeader.messageLimit) messages.",
        fix: "check where the file comes from")
    }
    messages.append(
      Message(kind: kind, start: start, count: size, isShared: flags & 0x02 != 0))
    return nil
  }

  private mutating func countBlock() throws(HDF5Error) {
    blocksLeft -= 1
    guard blocksLeft >= 0 else {
      throw HDF5Error(
        .cycle, "The messages of an object go on in circles.", fix: "get a fresh copy of the file")
    }
  }
}
