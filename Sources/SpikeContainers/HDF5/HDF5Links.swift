import SpikeDiagnostics

/// The members of a group by name: where their object headers lie.
///
/// Groups of the old form have a B-tree of symbol tables (File Format Specification 3.0, III.A to
/// III.D), small groups of the new form have link messages (IV.A.2.g). Large groups of the new form
/// keep their links in a fractal heap, which is not read.
struct HDF5Links {
  let file: [UInt8]
  let widths: HDF5Cursor.Widths

  /// Name and address of every member, in the order of the file.
  /// - Throws: `hdf5.external-link`, `hdf5.soft-link`, `hdf5.unsupported`, `hdf5.malformed`,
  ///   `hdf5.truncated`, `hdf5.cycle`.
  func members(of header: HDF5ObjectHeader) throws(HDF5Error) -> [(name: String, address: Int)] {
    var members: [(name: String, address: Int)] = []
    for message in header.messages {
      var cursor = try HDF5Cursor(file, at: message.start, count: message.count, widths)
      switch message.kind {
      case .symbolTable:
        guard let tree = try cursor.address(), let heap = try cursor.address() else { continue }
        members += try symbols(tree, heap: heap)
      case .link: members.append(try link(&cursor))
      case .linkInfo:
        try cursor.skip(1)
        if try cursor.integer(1) & 1 != 0 { try cursor.skip(8) }
        guard try cursor.address() == nil else {
          throw HDF5Error(
            .unsupported, "The group keeps its links in a fractal heap, which is not read.",
            fix: "write the file with h5py's libver='earliest' and without track_order")
        }
      default: continue
      }
    }
    return members
  }

  private func symbols(
    _ tree: Int, heap: Int
  ) throws(HDF5Error) -> [(name: String, address: Int)] {
    var names = try HDF5Cursor(file, at: heap, widths)
    try names.expect("HEAP")
    try names.skip(4)
    let namesCount = try names.length()
    _ = try names.length()
    guard let namesStart = try names.address() else {
      throw HDF5Error(
        .malformed, "The group has no names.", fix: "get a fresh copy of the file")
    }
    var members: [(name: String, address: Int)] = []
    var nodesLeft = file.count / 24 + 1
    var pending = [tree]
    while let address = pending.popLast() {
      nodesLeft -= 1
      guard nodesLeft >= 0, members.count <= file.count / 24 else {
        throw HDF5Error(
          .cycle, "The index of the group goes round in circles.",
          fix: "get a fresh copy of the file")
      }
      var node = try HDF5Cursor(file, at: address, widths)
      guard let first = try node.take(4).first else { continue }
      if first == UInt8(ascii: "T") {
        pending += try children(ofNodeAt: address).reversed()
      } else {
        let table = try HDF5Cursor(file, at: address, widths)
        members += try entries(table, namesStart, namesCount)
      }
    }
    return members
  }

  private func children(ofNodeAt address: Int) throws(HDF5Error) -> [Int] {
    var node = try HDF5Cursor(file, at: address, widths)
    try node.expect("TREE")
    guard try node.integer(1) == 0 else {
      throw HDF5Error(
        .malformed, "The index of a group is one of data.", fix: "get a fresh copy of the file")
    }
    _ = try node.integer(1)
    let count = try node.integer(2)
    try node.skip(2 * widths.offset)
    var children: [Int] = []
    for _ in 0..<count {
      try node.skip(widths.length)
      if let child = try node.address() { children.append(child) }
    }
    return children
  }

  private func entries(
    _ start: HDF5Cursor, _ namesStart: Int, _ namesCount: Int
  ) throws(HDF5Error) -> [(name: String, address: Int)] {
    var table = start
    try table.expect("SNOD")
    try table.skip(2)
    let count = try table.integer(2)
    var members: [(name: String, address: Int)] = []
    for _ in 0..<count {
      let nameOffset = try table.integer(widths.offset)
      let address = try table.address()
      let kind = try table.integer(4)
      try table.skip(20)
      guard nameOffset <= namesCount else {
        throw HDF5Error(
          .malformed, "A name lies at \(nameOffset) of \(namesCount) bytes of names.",
          fix: "get a fresh copy of the file")
      }
      var text = try HDF5Cursor(file, at: namesStart, count: namesCount, widths)
      try text.skip(nameOffset)
      let name = try text.text()
      guard kind != 2 else { throw HDF5Links.soft(name) }
      guard let address else {
        throw HDF5Error(
          .malformed, "The member '\(name.prefix(64))' lies nowhere.",
          fix: "get a fresh copy of the file")
      }
      members.append((name, address))
    }
    return members
  }

  private func link(_ cursor: inout HDF5Cursor) throws(HDF5Error) -> (name: String, address: Int) {
    try cursor.skip(1)
    let flags = try cursor.integer(1)
    let kind = flags & 0x08 != 0 ? try cursor.integer(1) : 0
    if flags & 0x04 != 0 { try cursor.skip(8) }
    if flags & 0x10 != 0 { try cursor.skip(1) }
    let count = try cursor.integer(1 << (flags & 3))
    let name = String(decoding: try cursor.take(count), as: UTF8.self)
    switch kind {
    case 0:
      guard let address = try cursor.address() else {
        throw HDF5Error(
          .malformed, "The member '\(name.prefix(64))' lies nowhere.",
          fix: "get a fresh copy of the file")
      }
      return (name, address)
    case 1: throw HDF5Links.soft(name)
    default:
      throw HDF5Error(
        .externalLink, "'\(name.prefix(64))' is a link into another file, which is not followed.",
        fix: "copy what it points to into this file")
    }
  }

  private static func soft(_ name: String) -> HDF5Error {
    HDF5Error(
      .softLink, "'\(name.prefix(64))' is a link by path, which is not followed.",
      fix: "copy what it points to, or make a hard link")
  }
}
