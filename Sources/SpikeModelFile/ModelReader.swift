import SpikeBytes
import SpikeDiagnostics
import SpikeGraph

/// Reads one mapped model file. Nothing is believed before it is checked.
struct ModelReader {
  private let file: MappedFile
  private let header: FixedHeader
  private let message: ModelMessage

  /// Checks the fixed header and decodes the message.
  init(file: MappedFile) throws(ModelFileError) {
    self.file = file
    header = try FixedHeader(file)
    let range = header.messageRange
    guard Checksum.crc32(of: file, in: range) == header.messageChecksum else {
      throw damaged(
        .checksumMismatch, "The checksum of the header message differs.",
        Location(byteOffset: range.lowerBound))
    }
    message = try unsafe file.withUnsafeBytes { bytes throws(ModelFileError) in
      try unsafe ModelMessage.decode(UnsafeRawBufferPointer(rebasing: bytes[range]))
    }
    guard (1...ModelFormat.irVersion).contains(message.irVersion) else {
      throw ModelFileError(
        .unsupportedVersion,
        "The header uses version \(message.irVersion) of the schema; this sfconv reads 1 to "
          + "\(ModelFormat.irVersion).", fix: "use a newer sfconv")
    }
    for set in message.operatorSets
    where set.domain != ModelFormat.operatorDomain
      || !(1...ModelFormat.operatorSetVersion).contains(set.version)
    {
      throw ModelFileError(
        .unsupportedVersion,
        "The nodes use version \(set.version) of the operators of '\(set.domain)'; this sfconv "
          + "reads '\(ModelFormat.operatorDomain)' 1 to \(ModelFormat.operatorSetVersion).",
        fix: "use a newer sfconv")
    }
    // One message has one encoding: what a reader does not see cannot hide in it, and writing what
    // was read gives the same file.
    guard message.encoded() == file.bytes(in: range) else {
      throw damaged(
        .invalidMessage,
        "The header message is not in canonical form: it has unknown, missing, repeated or "
          + "misplaced fields, or numbers in a longer form.",
        Location(byteOffset: range.lowerBound))
    }
  }

  /// The whole model, checked.
  func model() throws(ModelFileError) -> Model {
    guard let stage = ModelStage(fileNumber: message.stage) else {
      throw invalid("The stage is \(message.stage); allowed are 1 to 3.")
    }
    var graph = Graph(name: message.graphName, outputs: message.outputs)
    for input in message.inputs {
      graph.inputs.append(
        GraphInput(name: input.name, shape: try shape(input.dims, Location(tensor: input.name))))
    }
    for node in message.nodes { graph.nodes.append(try self.node(node)) }
    for set in message.operatorSets where set.version != graph.operatorSetVersion {
      throw invalid(
        "The nodes say version \(set.version) of the operators; what they use makes it "
          + "\(graph.operatorSetVersion).")
    }
    for constant in try constants() {
      guard Checksum.crc32(of: file, in: constant.range) == constant.checksum else {
        throw damaged(
          .checksumMismatch, "The checksum of a constant differs.",
          Location(byteOffset: constant.range.lowerBound, tensor: constant.name))
      }
      graph.constants[constant.name] = Tensor(
        in: file, at: constant.range.lowerBound, elementType: constant.elementType,
        shape: constant.shape)
    }
    let model = Model(
      graph: graph, stage: stage, encoding: message.encoding,
      timeSteps: message.timeSteps.map { Int($0) }, codebooks: try codebooks(),
      history: try message.history.map { record throws(ModelFileError) in try history(record) })
    try ModelCheck(model).run()
    return model
  }

  /// The layout of the file.
  func summary() throws(ModelFileError) -> ModelFileSummary {
    ModelFileSummary(
      version: Int(ModelFormat.version), irVersion: Int(message.irVersion),
      fileByteCount: file.count, messageByteCount: header.messageRange.count,
      constants: try constants().map {
        .init(
          name: $0.name, elementType: $0.elementType, shape: $0.shape,
          offset: $0.range.lowerBound, byteCount: $0.range.count)
      })
  }

  private struct Entry {
    var name: String
    var elementType: ElementType
    var shape: Shape
    var range: Range<Int>
    var checksum: UInt32
  }

  /// The constants with their places: in order of name, each at the first aligned byte behind the
  /// one before, zeros between them, nothing behind the last.
  private func constants() throws(ModelFileError) -> [Entry] {
    var result: [Entry] = []
    var names: Set<String> = []
    let payloadStart = ModelFormat.aligned(header.messageRange.upperBound)
    var end = header.messageRange.upperBound
    for constant in message.constants {
      let place = Location(tensor: constant.name)
      if let last = result.last, !utf8Order(last.name, constant.name) {
        throw invalid("The constants are not in order of their names.", place)
      }
      guard names.insert(constant.name).inserted else {
        throw invalid("Two constants have the same name.", place)
      }
      guard let elementType = ElementType(fileNumber: constant.elementType) else {
        throw invalid("The element type is \(constant.elementType); allowed are 1 to 13.", place)
      }
      let shape = try shape(constant.dims, place)
      let (length, overflow) = shape.elementCount.multipliedReportingOverflow(
        by: elementType.byteCount)
      guard !overflow, shape.elementCount < Int.max, constant.length == UInt64(length) else {
        throw invalid(
          "The payload has \(constant.length) bytes, which is not what \(elementType.rawValue) "
            + "of shape \(shape) needs.", place)
      }
      let start = ModelFormat.aligned(end)
      guard constant.offset == UInt64(start - payloadStart) else {
        throw damaged(
          .invalidStructure,
          "The payload lies at \(constant.offset); its place is \(start - payloadStart).", place)
      }
      guard start <= file.count, length <= file.count - start else {
        throw truncated(file.count, needed: start.addingReportingOverflow(length).partialValue)
      }
      guard file.bytes(in: end..<start).allSatisfy({ $0 == 0 }) else {
        throw damaged(
          .invalidStructure, "The padding in front of the payload is not zero.",
          Location(byteOffset: end, tensor: constant.name))
      }
      end = start + length
      result.append(
        Entry(
          name: constant.name, elementType: elementType, shape: shape, range: start..<end,
          checksum: constant.checksum))
    }
    guard end == file.count else {
      throw damaged(
        .invalidStructure, "The last payload ends at \(end), the file at \(file.count).",
        Location(byteOffset: end))
    }
    return result
  }

  private func node(_ node: ModelMessage.Node) throws(ModelFileError) -> Node {
    var parameters: [ParameterRole: ValueName] = [:]
    for parameter in node.parameters {
      let place = Location(node: node.name, operator: node.operator)
      guard let role = ParameterRole(rawValue: parameter.role) else {
        throw invalid("The role '\(parameter.role)' is unknown.", place)
      }
      guard parameters.updateValue(parameter.constant, forKey: role) == nil else {
        throw invalid("The role '\(parameter.role)' occurs twice.", place)
      }
    }
    return Node(
      name: node.name, operator: try Operator(node), inputs: node.inputs, parameters: parameters,
      output: node.output)
  }

  private func codebooks() throws(ModelFileError) -> [ValueName: WeightCodebook] {
    var result: [ValueName: WeightCodebook] = [:]
    for book in message.codebooks {
      let place = Location(tensor: book.constant)
      guard let scope = CodebookScope(fileNumber: book.scope) else {
        throw invalid("The scope of the codebook is \(book.scope); allowed are 1 to 3.", place)
      }
      let codebook = WeightCodebook(
        scope: scope, entries: book.lists, hasFreeZero: book.hasFreeZero, scale: book.scale,
        bits: Int(book.bits))
      guard result.updateValue(codebook, forKey: book.constant) == nil else {
        throw invalid("The constant has two codebooks.", place)
      }
    }
    return result
  }

  private func history(_ record: ModelMessage.Record) throws(ModelFileError) -> HistoryRecord {
    var result = HistoryRecord(
      station: record.station, version: record.version, seed: record.seed,
      inputHash: record.inputHash)
    for (name, value) in record.options
    where result.options.updateValue(value, forKey: name) != nil {
      throw invalid("The option '\(name)' of station '\(record.station)' occurs twice.")
    }
    for (name, value) in record.metrics
    where result.metrics.updateValue(value, forKey: name) != nil {
      throw invalid("The metric '\(name)' of station '\(record.station)' occurs twice.")
    }
    return result
  }

  private func shape(_ dims: [Int64], _ place: Location) throws(ModelFileError) -> Shape {
    guard dims.count <= ModelFormat.maximumRank else {
      throw ModelFileError(
        .tooLarge, "A shape has \(dims.count) axes; allowed are \(ModelFormat.maximumRank).",
        at: place, fix: remake)
    }
    for size in dims where !(0...Int64(ModelFormat.maximumSize)).contains(size) {
      throw invalid("A size is \(size); allowed are 0 to \(ModelFormat.maximumSize).", place)
    }
    return Shape(dims.map { Int($0) })
  }
}

/// The remedy for every damaged file.
let remake = "the file is damaged; make it again from its source"

/// An error about a damaged file.
func damaged(
  _ code: ModelFileErrorCode, _ message: String, _ place: Location = .unknown
) -> ModelFileError {
  ModelFileError(code, message, at: place, fix: remake)
}

/// An error about a value that no writer makes.
func invalid(_ message: String, _ place: Location = .unknown) -> ModelFileError {
  damaged(.invalidValue, message, place)
}

/// The error of a file that ends too early.
func truncated(_ count: Int, needed: Int) -> ModelFileError {
  ModelFileError(
    .truncated, "The file ends after \(count) bytes; \(needed) are needed.",
    at: Location(byteOffset: count), fix: "the file was cut short; copy or make it again")
}
