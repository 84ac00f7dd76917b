import SpikeBytes
import SpikeDiagnostics
import SpikeGraph

/// Everything that is decided before the first byte is written: the header and where each constant
/// goes.
struct ModelWritePlan {
  private let head: [UInt8]
  private let constants: [(tensor: Tensor, paddingBefore: Int)]

  /// Checks and lays out `model`.
  /// - Throws: `model.invalid-value`, `model.invalid-graph`, `model.too-large`.
  init(_ model: Model) throws(ModelFileError) {
    try ModelCheck(model).run()
    var message = ModelMessage(model)
    let names = model.graph.constants.keys.sorted(by: utf8Order)
    var tensors: [Tensor] = []
    var relativeEnd = 0
    for name in names {
      guard let tensor = model.graph.constants[name] else { continue }
      let offset = ModelFormat.aligned(relativeEnd)
      let bytes = tensor.bytes()
      message.constants.append(
        .init(
          name: name, elementType: tensor.elementType.fileNumber,
          dims: tensor.shape.dimensions.map { Int64($0) }, offset: UInt64(offset),
          length: UInt64(bytes.count), checksum: Checksum.crc32(bytes)))
      tensors.append(tensor)
      relativeEnd = offset + bytes.count
    }
    let encoded = message.encoded()
    guard encoded.count <= ModelFormat.maximumMessageBytes else {
      throw ModelFileError(
        .tooLarge,
        "The header would have \(encoded.count) bytes; allowed are "
          + "\(ModelFormat.maximumMessageBytes).",
        fix: "use shorter names or fewer nodes")
    }
    let messageEnd = ModelFormat.headerSize + encoded.count
    let payloadStart = ModelFormat.aligned(messageEnd)
    let fileCount = message.constants.isEmpty ? messageEnd : payloadStart + relativeEnd
    head =
      ModelWritePlan.fixedHeader(message: encoded, fileByteCount: fileCount) + encoded
    var end = messageEnd
    constants = zip(tensors, message.constants).map { tensor, entry in
      let offset = payloadStart + Int(entry.offset)
      defer { end = offset + Int(entry.length) }
      return (tensor, offset - end)
    }
  }

  /// Number of pieces: the head, then one for each constant.
  var chunkCount: Int { 1 + constants.count }

  /// Piece `index` of the file.
  func chunk(_ index: Int) -> [UInt8] {
    guard index > 0 else { return head }
    let (tensor, padding) = constants[index - 1]
    return [UInt8](repeating: 0, count: padding) + tensor.bytes()
  }

  private static func fixedHeader(message: [UInt8], fileByteCount: Int) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(ModelFormat.magic)
    writer.append(ModelFormat.version)
    writer.append(UInt16(0))  // compatible flags
    writer.append(UInt32(0))  // incompatible flags
    writer.append(UInt64(message.count))
    writer.append(UInt64(fileByteCount))
    writer.append(Checksum.crc32(message))
    writer.append([UInt8](repeating: 0, count: 24))
    writer.append(Checksum.crc32(writer.bytes))
    return writer.bytes
  }
}

/// Order of names in files: by their UTF-8 bytes, the same for every platform and Unicode version.
func utf8Order(_ first: String, _ second: String) -> Bool {
  first.utf8.lexicographicallyPrecedes(second.utf8)
}

extension ModelMessage {
  /// The message for `model`, without its constants.
  init(_ model: Model) {
    irVersion = ModelFormat.irVersion
    operatorSets = [
      .init(domain: ModelFormat.operatorDomain, version: model.graph.operatorSetVersion)
    ]
    stage = model.stage.fileNumber
    graphName = model.graph.name
    inputs = model.graph.inputs.map {
      .init(name: $0.name, dims: $0.shape.dimensions.map { Int64($0) })
    }
    outputs = model.graph.outputs
    nodes = model.graph.nodes.map { node in
      .init(
        name: node.name, operator: node.operator.name, inputs: node.inputs,
        parameters: node.parameters.sorted { $0.key < $1.key }.map {
          .init(role: $0.key.rawValue, constant: $0.value)
        },
        output: node.output, attributes: node.operator.fileAttributes)
    }
    encoding = model.encoding
    timeSteps = model.timeSteps.map { Int64($0) }
    codebooks = model.codebooks.sorted { utf8Order($0.key, $1.key) }.map { name, book in
      .init(
        constant: name, scope: book.scope.fileNumber, lists: book.entries,
        hasFreeZero: book.hasFreeZero, scale: book.scale, bits: Int32(clamping: book.bits))
    }
    history = model.history.map { record in
      .init(
        station: record.station, version: record.version,
        options: record.options.sorted { utf8Order($0.key, $1.key) }.map { ($0.key, $0.value) },
        seed: record.seed, inputHash: record.inputHash,
        metrics: record.metrics.sorted { utf8Order($0.key, $1.key) }.map { ($0.key, $0.value) })
    }
  }
}
