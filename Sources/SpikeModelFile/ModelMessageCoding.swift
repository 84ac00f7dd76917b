import CModelSchema
import CSpikeProtobuf
import SpikeBytes
import SpikeDiagnostics
import SpikeGraph

// The only file of this module that sees C: protobuf-c structures to plain values and back. Every
// pointer lives inside one call.

extension ModelMessage {
  /// Decodes the message in `bytes` with bounded memory.
  /// - Throws: `model.invalid-message`, `model.too-large`.
  @unsafe
  static func decode(_ bytes: UnsafeRawBufferPointer) throws(ModelFileError) -> ModelMessage {
    var allocator = unsafe sf_pb_allocator()
    return try unsafe withUnsafeMutablePointer(to: &allocator) {
      pointer throws(ModelFileError) in
      unsafe sf_pb_allocator_init(pointer, ModelFormat.maximumDecodedBytes)
      let base = unsafe sf_pb_allocator_base(pointer)
      let start = unsafe bytes.bindMemory(to: UInt8.self).baseAddress
      guard let message = unsafe sfconv__model__model__unpack(base, bytes.count, start) else {
        if unsafe pointer.pointee.refused {
          throw ModelFileError(
            .tooLarge,
            "Decoding the header needs more than \(ModelFormat.maximumDecodedBytes) bytes.",
            fix: "the file is damaged or hostile; write it again")
        }
        throw ModelFileError(
          .invalidMessage, "The header is no protobuf message.",
          fix: "the file is damaged; write it again")
      }
      defer { unsafe sfconv__model__model__free_unpacked(message, base) }
      var decoder = MessageDecoder()
      let result = unsafe decoder.model(message.pointee)
      guard !decoder.sawInvalidText else {
        throw ModelFileError(
          .invalidMessage, "A name in the header is not UTF-8.",
          fix: "the file is damaged; write it again")
      }
      return result
    }
  }

  /// The encoded message.
  func encoded() -> [UInt8] {
    let arena = CArena()
    return withExtendedLifetime(arena) {
      var message = unsafe MessageEncoder(arena: arena).model(self)
      return unsafe withUnsafePointer(to: &message) { pointer in
        let size = unsafe sfconv__model__model__get_packed_size(pointer)
        return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
          count = unsafe sfconv__model__model__pack(pointer, buffer.baseAddress)
        }
      }
    }
  }
}

/// C structures to plain values.
private struct MessageDecoder {
  var sawInvalidText = false

  @unsafe
  mutating func model(_ message: Sfconv__Model__Model) -> ModelMessage {
    var result = ModelMessage()
    result.irVersion = unsafe message.ir_version
    result.operatorSets = unsafe list(message.operator_sets, message.n_operator_sets) {
      unsafe .init(domain: $0.text($1.domain), version: $1.version)
    }
    result.stage = unsafe Int(message.stage.rawValue)
    if let graph = unsafe message.graph { unsafe read(graph.pointee, into: &result) }
    if let encoding = unsafe message.encoding?.pointee {
      result.encoding = unsafe InputEncoding(
        scale: numbers(encoding.scale, encoding.n_scale),
        offset: numbers(encoding.offset, encoding.n_offset),
        bits: encoding.has_bits == 0 ? nil : Int(encoding.bits))
    }
    result.timeSteps = unsafe message.has_time_steps == 0 ? nil : message.time_steps
    result.codebooks = unsafe list(message.codebooks, message.n_codebooks) {
      unsafe .init(
        constant: $0.text($1.constant), scope: Int($1.scope.rawValue),
        lists: $0.list($1.lists, $1.n_lists) {
          unsafe $0.numbers($1.entries, $1.n_entries)
        },
        hasFreeZero: $1.has_free_zero != 0, scale: $1.scale, bits: $1.bits)
    }
    result.history = unsafe list(message.history, message.n_history) { unsafe $0.record($1) }
    return result
  }

  @unsafe
  private mutating func read(_ graph: Sfconv__Model__Graph, into result: inout ModelMessage) {
    result.graphName = unsafe text(graph.name)
    result.inputs = unsafe list(graph.inputs, graph.n_inputs) {
      unsafe .init(name: $0.text($1.name), dims: $0.numbers($1.dims, $1.n_dims))
    }
    result.outputs = unsafe texts(graph.outputs, graph.n_outputs)
    result.nodes = unsafe list(graph.nodes, graph.n_nodes) {
      unsafe .init(
        name: $0.text($1.name), operator: $0.text($1.operator_),
        inputs: $0.texts($1.inputs, $1.n_inputs),
        parameters: $0.list($1.parameters, $1.n_parameters) {
          unsafe .init(role: $0.text($1.role), constant: $0.text($1.constant))
        },
        output: $0.text($1.output),
        attributes: $0.list($1.attributes, $1.n_attributes) {
          unsafe .init(name: $0.text($1.name), value: $0.value($1))
        })
    }
    result.constants = unsafe list(graph.constants, graph.n_constants) {
      unsafe .init(
        name: $0.text($1.name), elementType: Int($1.element_type.rawValue),
        dims: $0.numbers($1.dims, $1.n_dims), offset: $1.offset, length: $1.length,
        checksum: $1.crc32)
    }
  }

  @unsafe
  private mutating func value(_ attribute: Sfconv__Model__Attribute) -> AttributeValue {
    switch unsafe attribute.type {
    case SFCONV__MODEL__ATTRIBUTE_TYPE__ATTRIBUTE_FLOAT: unsafe .float(attribute.float_value)
    case SFCONV__MODEL__ATTRIBUTE_TYPE__ATTRIBUTE_INTEGER:
      unsafe .integer(Int(attribute.integer_value))
    case SFCONV__MODEL__ATTRIBUTE_TYPE__ATTRIBUTE_TEXT: unsafe .text(text(attribute.text_value))
    case SFCONV__MODEL__ATTRIBUTE_TYPE__ATTRIBUTE_INTEGERS:
      unsafe .integers(numbers(attribute.integers, attribute.n_integers).map { Int($0) })
    default: .unknown
    }
  }

  @unsafe
  private mutating func record(_ record: Sfconv__Model__HistoryRecord) -> ModelMessage.Record {
    unsafe .init(
      station: text(record.station), version: text(record.version),
      options: list(record.options, record.n_options) {
        unsafe ($0.text($1.name), $0.text($1.value))
      },
      seed: record.has_seed == 0 ? nil : record.seed, inputHash: text(record.input_hash),
      metrics: list(record.metrics, record.n_metrics) { unsafe ($0.text($1.name), $1.value) })
  }

  @unsafe
  private mutating func list<Source, Target>(
    _ items: UnsafeMutablePointer<UnsafeMutablePointer<Source>?>?, _ count: Int,
    _ transform: (inout MessageDecoder, Source) -> Target
  ) -> [Target] {
    var result: [Target] = []
    result.reserveCapacity(count)
    for index in 0..<count {
      if let item = unsafe items?[index] { unsafe result.append(transform(&self, item.pointee)) }
    }
    return result
  }

  @unsafe
  private func numbers<Number>(_ start: UnsafeMutablePointer<Number>?, _ count: Int) -> [Number] {
    unsafe Array(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
  }

  @unsafe
  private mutating func text(_ start: UnsafeMutablePointer<CChar>?) -> String {
    guard let start = unsafe start else { return "" }
    if let text = unsafe String(validatingCString: start) { return text }
    sawInvalidText = true
    return ""
  }

  @unsafe
  private mutating func texts(
    _ items: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ count: Int
  ) -> [String] {
    (0..<count).map { unsafe text(items?[$0]) }
  }
}

/// Plain values to C structures that live in an arena.
private struct MessageEncoder {
  let arena: CArena

  @unsafe
  func model(_ model: ModelMessage) -> Sfconv__Model__Model {
    unsafe make(sfconv__model__model__init) {
      unsafe $0.has_ir_version = 1
      unsafe $0.ir_version = model.irVersion
      unsafe $0.n_operator_sets = model.operatorSets.count
      unsafe $0.operator_sets = arena.pointers(
        to: model.operatorSets.map { set in
          unsafe make(sfconv__model__operator_set__init) {
            unsafe $0.domain = arena.text(set.domain)
            unsafe $0.has_version = 1
            unsafe $0.version = set.version
          }
        })
      unsafe $0.has_stage = 1
      unsafe $0.stage = Sfconv__Model__Stage(rawValue: UInt32(model.stage))
      unsafe $0.graph = arena.pointer(to: graph(model))
      unsafe $0.encoding = arena.pointer(to: encoding(model.encoding))
      if let timeSteps = model.timeSteps {
        unsafe $0.has_time_steps = 1
        unsafe $0.time_steps = timeSteps
      }
      unsafe $0.n_codebooks = model.codebooks.count
      unsafe $0.codebooks = arena.pointers(to: model.codebooks.map { unsafe codebook($0) })
      unsafe $0.n_history = model.history.count
      unsafe $0.history = arena.pointers(to: model.history.map { unsafe record($0) })
    }
  }

  @unsafe
  private func graph(_ model: ModelMessage) -> Sfconv__Model__Graph {
    unsafe make(sfconv__model__graph__init) {
      unsafe $0.name = arena.text(model.graphName)
      unsafe $0.n_inputs = model.inputs.count
      unsafe $0.inputs = arena.pointers(
        to: model.inputs.map { input in
          unsafe make(sfconv__model__value__init) {
            unsafe $0.name = arena.text(input.name)
            unsafe $0.n_dims = input.dims.count
            unsafe $0.dims = arena.array(input.dims)
          }
        })
      unsafe $0.n_outputs = model.outputs.count
      unsafe $0.outputs = arena.texts(model.outputs)
      unsafe $0.n_nodes = model.nodes.count
      unsafe $0.nodes = arena.pointers(to: model.nodes.map { unsafe node($0) })
      unsafe $0.n_constants = model.constants.count
      unsafe $0.constants = arena.pointers(to: model.constants.map { unsafe constant($0) })
    }
  }

  @unsafe
  private func node(_ node: ModelMessage.Node) -> Sfconv__Model__Node {
    unsafe make(sfconv__model__node__init) {
      unsafe $0.name = arena.text(node.name)
      unsafe $0.operator_ = arena.text(node.operator)
      unsafe $0.n_inputs = node.inputs.count
      unsafe $0.inputs = arena.texts(node.inputs)
      unsafe $0.n_parameters = node.parameters.count
      unsafe $0.parameters = arena.pointers(
        to: node.parameters.map { parameter in
          unsafe make(sfconv__model__parameter__init) {
            unsafe $0.role = arena.text(parameter.role)
            unsafe $0.constant = arena.text(parameter.constant)
          }
        })
      unsafe $0.output = arena.text(node.output)
      unsafe $0.n_attributes = node.attributes.count
      unsafe $0.attributes = arena.pointers(to: node.attributes.map { unsafe attribute($0) })
    }
  }

  @unsafe
  private func attribute(_ attribute: ModelMessage.Attribute) -> Sfconv__Model__Attribute {
    unsafe make(sfconv__model__attribute__init) {
      unsafe $0.name = arena.text(attribute.name)
      unsafe $0.has_type = 1
      switch attribute.value {
      case .float(let value):
        unsafe $0.type = SFCONV__MODEL__ATTRIBUTE_TYPE__ATTRIBUTE_FLOAT
        unsafe $0.has_float_value = 1
        unsafe $0.float_value = value
      case .integer(let value):
        unsafe $0.type = SFCONV__MODEL__ATTRIBUTE_TYPE__ATTRIBUTE_INTEGER
        unsafe $0.has_integer_value = 1
        unsafe $0.integer_value = Int64(value)
      case .text(let value):
        unsafe $0.type = SFCONV__MODEL__ATTRIBUTE_TYPE__ATTRIBUTE_TEXT
        unsafe $0.text_value = arena.text(value)
      case .integers(let values):
        unsafe $0.type = SFCONV__MODEL__ATTRIBUTE_TYPE__ATTRIBUTE_INTEGERS
        unsafe $0.n_integers = values.count
        unsafe $0.integers = arena.array(values.map { Int64($0) })
      case .unknown: unsafe $0.has_type = 0
      }
    }
  }

  @unsafe
  private func constant(_ constant: ModelMessage.Constant) -> Sfconv__Model__Constant {
    unsafe make(sfconv__model__constant__init) {
      unsafe $0.name = arena.text(constant.name)
      unsafe $0.has_element_type = 1
      unsafe $0.element_type = Sfconv__Model__ElementType(rawValue: UInt32(constant.elementType))
      unsafe $0.n_dims = constant.dims.count
      unsafe $0.dims = arena.array(constant.dims)
      unsafe $0.has_offset = 1
      unsafe $0.offset = constant.offset
      unsafe $0.has_length = 1
      unsafe $0.length = constant.length
      unsafe $0.has_crc32 = 1
      unsafe $0.crc32 = constant.checksum
    }
  }

  @unsafe
  private func encoding(_ encoding: InputEncoding) -> Sfconv__Model__Encoding {
    unsafe make(sfconv__model__encoding__init) {
      unsafe $0.n_scale = encoding.scale.count
      unsafe $0.scale = arena.array(encoding.scale)
      unsafe $0.n_offset = encoding.offset.count
      unsafe $0.offset = arena.array(encoding.offset)
      if let bits = encoding.bits {
        unsafe $0.has_bits = 1
        unsafe $0.bits = Int32(bits)
      }
    }
  }

  @unsafe
  private func codebook(_ codebook: ModelMessage.Codebook) -> Sfconv__Model__Codebook {
    unsafe make(sfconv__model__codebook__init) {
      unsafe $0.constant = arena.text(codebook.constant)
      unsafe $0.has_scope = 1
      unsafe $0.scope = Sfconv__Model__CodebookScope(rawValue: UInt32(codebook.scope))
      unsafe $0.n_lists = codebook.lists.count
      unsafe $0.lists = arena.pointers(
        to: codebook.lists.map { entries in
          unsafe make(sfconv__model__entry_list__init) {
            unsafe $0.n_entries = entries.count
            unsafe $0.entries = arena.array(entries)
          }
        })
      unsafe $0.has_has_free_zero = 1
      unsafe $0.has_free_zero = codebook.hasFreeZero ? 1 : 0
      unsafe $0.has_scale = 1
      unsafe $0.scale = codebook.scale
      unsafe $0.has_bits = 1
      unsafe $0.bits = codebook.bits
    }
  }

  @unsafe
  private func record(_ record: ModelMessage.Record) -> Sfconv__Model__HistoryRecord {
    unsafe make(sfconv__model__history_record__init) {
      unsafe $0.station = arena.text(record.station)
      unsafe $0.version = arena.text(record.version)
      unsafe $0.n_options = record.options.count
      unsafe $0.options = arena.pointers(
        to: record.options.map { option in
          unsafe make(sfconv__model__option__init) {
            unsafe $0.name = arena.text(option.name)
            unsafe $0.value = arena.text(option.value)
          }
        })
      if let seed = record.seed {
        unsafe $0.has_seed = 1
        unsafe $0.seed = seed
      }
      unsafe $0.input_hash = arena.text(record.inputHash)
      unsafe $0.n_metrics = record.metrics.count
      unsafe $0.metrics = arena.pointers(
        to: record.metrics.map { metric in
          unsafe make(sfconv__model__metric__init) {
            unsafe $0.name = arena.text(metric.name)
            unsafe $0.has_value = 1
            unsafe $0.value = metric.value
          }
        })
    }
  }

  /// A structure, initialised by its generated function and then by `body`.
  @unsafe
  private func make<Message>(
    _ initialise: (UnsafeMutablePointer<Message>?) -> Void, _ body: (inout Message) -> Void
  ) -> Message where Message: BitwiseCopyable {
    unsafe withUnsafeTemporaryAllocation(of: Message.self, capacity: 1) { buffer in
      unsafe initialise(buffer.baseAddress)
      unsafe body(&buffer[0])
      return unsafe buffer[0]
    }
  }
}
