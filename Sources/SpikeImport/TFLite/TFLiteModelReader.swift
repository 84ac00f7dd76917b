import SpikeBytes
import SpikeContainers
import SpikeDiagnostics

/// Reads the tables of a TFLite file.
///
/// Source: tensorflow/lite/schema/schema.fbs, version 3 (file identifier `TFL3`); the numbers are the ids
/// of its fields.
enum TFLiteModelReader {
  /// Nodes and tensors of a file.
  static let nodeLimit = 100_000
  /// Tensors that a node reads or makes.
  static let operandLimit = 1024

  /// Four letters at byte 4.
  static let identifier = "TFL3"

  /// Reads the first subgraph.
  /// - Throws: `tflite.not-tflite`, `tflite.corrupt`, `tflite.unsupported-version`,
  ///   `tflite.no-network`.
  static func read(_ file: MappedFile) throws(TFLiteError) -> TFLiteModel {
    do throws(FlatBufferError) {
      return try model(file)
    } catch {
      guard error.code == .wrongIdentifier else { throw corrupt(error) }
      throw TFLiteError(
        .notTFLite, "The file does not say '\(identifier)' behind its first four bytes.",
        fix: "give a .tflite file, for example one of tf.lite.TFLiteConverter", cause: error)
    }
  }

  /// A FlatBuffer error in the importer's words.
  static func corrupt(_ error: FlatBufferError) -> TFLiteError {
    TFLiteError(
      .corrupt, "The file cannot be read.", at: error.location, fix: error.fix, cause: error)
  }

  private static func model(_ file: MappedFile) throws(FlatBufferError) -> TFLiteModel {
    let root = try FlatBuffer.root(of: file, identifier: identifier)
    let codes = try root.tables(1, atMost: nodeLimit)
    let subgraphs = try root.tables(2, atMost: nodeLimit)
    let buffers = try root.tables(4, atMost: 4 * nodeLimit)
    var model = TFLiteModel(
      version: Int(try root.number(0, default: UInt32(0))),
      description: try root.text(3) ?? "", tensors: [], inputs: [], outputs: [], nodes: [],
      file: file)
    guard let subgraph = subgraphs.first else { return model }
    for table in try subgraph.tables(0, atMost: nodeLimit) {
      model.tensors.append(try tensor(table, buffers, file))
    }
    model.inputs = try indices(subgraph, 1)
    model.outputs = try indices(subgraph, 2)
    for table in try subgraph.tables(3, atMost: nodeLimit) {
      model.nodes.append(try node(table, codes))
    }
    return model
  }

  private static func tensor(
    _ table: FlatTable, _ buffers: [FlatTable], _ file: MappedFile
  ) throws(FlatBufferError) -> TFLiteModel.Tensor {
    let place = Int(try table.number(2, default: UInt32(0)))
    guard place == 0 || place < buffers.count else {
      throw malformed(
        table, "A tensor names buffer \(place); the file has \(buffers.count).")
    }
    return TFLiteModel.Tensor(
      name: try table.text(3) ?? "", shape: try sizes(table, 0), signature: try sizes(table, 7),
      type: Int(try table.number(1, default: Int8(0))),
      range: place == 0 ? 0..<0 : try bytes(of: buffers[place], file),
      quantization: try quantization(table), isSparse: try table.has(6),
      isVariable: try table.number(5, default: UInt8(0)) != 0)
  }

  /// The bytes of a buffer: a vector, or beyond the FlatBuffer in files above 2 GB.
  private static func bytes(
    of buffer: FlatTable, _ file: MappedFile
  ) throws(FlatBufferError) -> Range<Int> {
    let offset = try buffer.number(1, default: UInt64(0))
    guard offset > 1 else { return try buffer.bytes(0, of: 1) ?? 0..<0 }
    let size = try buffer.number(2, default: UInt64(0))
    guard offset <= UInt64(file.count), size <= UInt64(file.count) - offset else {
      throw FlatBufferError(
        .truncated,
        "\(size) bytes should lie at byte \(offset); the file has \(file.count) bytes.",
        at: Location(byteOffset: buffer.position), fix: "get a fresh copy of the file")
    }
    return Int(offset)..<Int(offset + size)
  }

  private static func quantization(
    _ tensor: FlatTable
  ) throws(FlatBufferError) -> TFLiteQuantization? {
    guard let table = try tensor.table(4) else { return nil }
    let scales = try table.floats(2)
    guard !scales.isEmpty else { return nil }
    let zeroPoints = try table.numbers(3, as: Int64.self).map { Int($0) }
    return TFLiteQuantization(
      scales: scales,
      zeroPoints: zeroPoints.isEmpty ? Array(repeating: 0, count: scales.count) : zeroPoints,
      axis: Int(try table.number(6, default: Int32(0))))
  }

  private static func node(
    _ table: FlatTable, _ codes: [FlatTable]
  ) throws(FlatBufferError) -> TFLiteModel.Node {
    let place = Int(try table.number(0, default: UInt32(0)))
    guard place < codes.count else {
      throw malformed(
        table, "A node names operator code \(place); the file has \(codes.count).")
    }
    // Files before the schema's version 3a have the code in a byte.
    let old = Int(try codes[place].number(0, default: Int8(0)))
    let builtin = max(old, Int(try codes[place].number(3, default: Int32(0))))
    let isCustom = builtin == TFLiteOperatorTable.custom
    return TFLiteModel.Node(
      builtin: isCustom ? nil : builtin,
      customName: isCustom ? try codes[place].text(1) ?? "" : "",
      inputs: try indices(table, 1), outputs: try indices(table, 2),
      optionsType: Int(try table.number(3, default: UInt8(0))), options: try table.table(4))
  }

  private static func sizes(_ table: FlatTable, _ field: Int) throws(FlatBufferError) -> [Int] {
    try short(table, field).map { Int($0) }
  }

  private static func indices(_ table: FlatTable, _ field: Int) throws(FlatBufferError) -> [Int] {
    try short(table, field).map { Int($0) }
  }

  /// A list that no sound file makes long.
  private static func short(_ table: FlatTable, _ field: Int) throws(FlatBufferError) -> [Int32] {
    if let range = try table.bytes(field, of: 4), range.count / 4 > operandLimit {
      throw FlatBufferError(
        .tooLarge, "A list has \(range.count / 4) numbers; at most \(operandLimit) are read.",
        at: Location(byteOffset: range.lowerBound), fix: "check where the file comes from")
    }
    return try table.numbers(field, as: Int32.self)
  }

  private static func malformed(_ table: FlatTable, _ message: String) -> FlatBufferError {
    FlatBufferError(
      .malformed, message, at: Location(byteOffset: table.position),
      fix: "get a fresh copy of the file")
  }
}
