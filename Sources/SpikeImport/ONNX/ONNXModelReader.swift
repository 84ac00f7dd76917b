import CONNXSchema
import CSpikeProtobuf
import SpikeBytes
import SpikeContainers
import SpikeDiagnostics

/// ONNX bytes to plain values: the only file that sees the generated C structs.
///
/// A scanner first copies everything but the weights into a skeleton and checks every length
/// (``ProtobufSkeleton``); protobuf-c then unpacks kilobytes, and no pointer leaves this file.
enum ONNXModelReader {
  /// Largest structure without weights, in bytes.
  static let skeletonLimit = 128 << 20

  /// - Throws: `import.not-onnx`, `import.truncated`, `import.malformed`, `import.too-large`.
  static func read(_ file: MappedFile) throws(ImportError) -> ONNXModel {
    let skeleton: ProtobufSkeleton
    do throws(ProtobufError) {
      skeleton = try ProtobufSkeleton(of: file, plan: ONNXWireFormat.plan, limit: skeletonLimit)
    } catch {
      throw wrapped(error, file)
    }
    let limit = (64 << 20) + 16 * skeleton.count
    return try unsafe skeleton.withUnpackable(limit: limit) {
      (allocator, bytes, count) throws(ImportError) in
      let allocator = unsafe allocator.assumingMemoryBound(to: ProtobufCAllocator.self)
      guard let model = unsafe sfconv__onnx__model_proto__unpack(allocator, count, bytes) else {
        throw ImportError(
          .malformed, "The structure of the file is broken, or too large to be unpacked.",
          at: Location(file: file.path), fix: "check it with onnx.checker, or export it again")
      }
      defer { unsafe sfconv__onnx__model_proto__free_unpacked(model, allocator) }
      return try unsafe read(model.pointee, file)
    }
  }

  private static func wrapped(_ error: ProtobufError, _ file: MappedFile) -> ImportError {
    guard ONNXFileKind.mayBeONNX(file) else { return ONNXFileKind.foreign(file, cause: error) }
    let code: ImportErrorCode
    switch error.code {
    case .truncated: code = .truncated
    case .malformed, .repeated: code = .malformed
    case .tooLarge: code = .tooLarge
    }
    return ImportError(
      code, code == .truncated ? "The file is cut off. \(error.message)" : error.message,
      at: error.location, fix: error.fix)
  }

  @unsafe
  private static func read(
    _ model: Sfconv__Onnx__ModelProto, _ file: MappedFile
  ) throws(ImportError) -> ONNXModel {
    var result = ONNXModel()
    result.irVersion = unsafe Int(model.ir_version)
    result.producer = unsafe [text(model.producer_name), text(model.producer_version)]
      .filter { !$0.isEmpty }.joined(separator: " ")
    unsafe each(model.opset_import, model.n_opset_import) { opset in
      result.opsets.append((unsafe text(opset.domain), unsafe Int(opset.version)))
    }
    guard let graph = unsafe model.graph?.pointee else {
      throw unsafe model.has_ir_version != 0
        ? ImportError(
          .noNetwork, "The file has no graph.", at: Location(file: file.path),
          fix: "export the model again; the file may be cut off or hold functions only")
        : ONNXFileKind.foreign(file)
    }
    result.graphName = unsafe text(graph.name)
    result.hasSparseInitializers = unsafe unknownFields(graph.base)
      .contains(ONNXWireFormat.sparseInitializer)
    unsafe each(graph.node, graph.n_node) { result.nodes.append(unsafe node($0)) }
    unsafe each(graph.initializer, graph.n_initializer) { tensor in
      result.initializers.append(unsafe record(tensor, file))
    }
    unsafe each(graph.input, graph.n_input) { result.inputs.append(unsafe valueInfo($0)) }
    unsafe each(graph.output, graph.n_output) { result.outputs.append(unsafe valueInfo($0)) }
    for index in result.nodes.indices {
      unsafe result.nodes[index].attributes = attributes(of: graph.node[index], file)
    }
    return result
  }

  @unsafe
  private static func node(_ node: Sfconv__Onnx__NodeProto) -> ONNXRawNode {
    let domain = unsafe text(node.domain)
    return unsafe ONNXRawNode(
      name: text(node.name), operatorName: text(node.op_type),
      domain: domain == "ai.onnx" ? "" : domain,
      inputs: texts(node.input, node.n_input), outputs: texts(node.output, node.n_output),
      attributes: [])
  }

  @unsafe
  private static func attributes(
    of node: UnsafeMutablePointer<Sfconv__Onnx__NodeProto>?, _ file: MappedFile
  ) -> [(name: String, value: ONNXAttribute)] {
    guard let node = unsafe node?.pointee else { return [] }
    var result: [(name: String, value: ONNXAttribute)] = []
    unsafe each(node.attribute, node.n_attribute) { attribute in
      result.append((unsafe text(attribute.name), unsafe value(of: attribute, file)))
    }
    return result
  }

  @unsafe
  private static func value(
    of attribute: Sfconv__Onnx__AttributeProto, _ file: MappedFile
  ) -> ONNXAttribute {
    let unknown = unsafe unknownFields(attribute.base)
    if !unknown.isDisjoint(with: ONNXWireFormat.subgraphs) { return .subgraph }
    // Files of IR version 1 and 2 have no type; then the one field that is there says it.
    switch unsafe attribute.type {
    case 1: return unsafe .float(attribute.f)
    case 2: return unsafe .integer(Int(attribute.i))
    case 3: return unsafe .text(text(attribute.s))
    case 4:
      if let tensor = unsafe attribute.t?.pointee {
        return unsafe .tensor(record(tensor, file))
      }
    case 5, 10: return .subgraph
    case 6: return unsafe .floats(array(attribute.floats, attribute.n_floats))
    case 7: return unsafe .integers(array(attribute.ints, attribute.n_ints).map { Int($0) })
    case 8:
      return unsafe .texts((0..<attribute.n_strings).map { unsafe text(attribute.strings[$0]) })
    case 0:
      if unsafe attribute.has_f != 0 { return unsafe .float(attribute.f) }
      if unsafe attribute.has_i != 0 { return unsafe .integer(Int(attribute.i)) }
      if unsafe attribute.has_s != 0 { return unsafe .text(text(attribute.s)) }
      if let tensor = unsafe attribute.t?.pointee { return unsafe .tensor(record(tensor, file)) }
      if unsafe attribute.n_floats > 0 {
        return unsafe .floats(array(attribute.floats, attribute.n_floats))
      }
      if unsafe attribute.n_ints > 0 {
        return unsafe .integers(array(attribute.ints, attribute.n_ints).map { Int($0) })
      }
    default: break
    }
    return .other
  }

  @unsafe
  private static func valueInfo(_ info: Sfconv__Onnx__ValueInfoProto) -> ONNXValueInfo {
    var result = unsafe ONNXValueInfo(name: text(info.name), elementType: nil, sizes: nil)
    guard let tensor = unsafe info.type?.pointee.tensor_type?.pointee else { return result }
    result.elementType = unsafe Int(tensor.elem_type)
    guard let shape = unsafe tensor.shape?.pointee else { return result }
    var sizes: [ONNXValueInfo.Size] = []
    unsafe each(shape.dim, shape.n_dim) { size in
      sizes.append(
        unsafe size.has_dim_value != 0
          ? .fixed(Int(size.dim_value)) : .open(text(size.dim_param)))
    }
    result.sizes = sizes
    return result
  }

  @unsafe
  private static func record(
    _ tensor: Sfconv__Onnx__TensorProto, _ file: MappedFile
  ) -> ONNXTensorRecord {
    unsafe ONNXTensorRecord(
      name: text(tensor.name),
      dimensions: array(tensor.dims, tensor.n_dims).map { Int($0) },
      dataType: Int(tensor.data_type), content: content(tensor, file))
  }

  /// The one field that holds the numbers; more than one contradict each other.
  @unsafe
  private static func content(
    _ tensor: Sfconv__Onnx__TensorProto, _ file: MappedFile
  ) -> ONNXTensorRecord.Content {
    if unsafe tensor.data_location == 1 {
      var keys: [String: String] = [:]
      unsafe each(tensor.external_data, tensor.n_external_data) { entry in
        unsafe keys[text(entry.key)] = unsafe text(entry.value)
      }
      return .external(keys)
    }
    if unsafe unknownFields(tensor.base).contains(ONNXWireFormat.stringData) {
      return .contradictory("text")
    }
    var found: [ONNXTensorRecord.Content] = []
    if unsafe tensor.has_raw_data != 0 {
      unsafe found.append(.raw(array(tensor.raw_data.data, tensor.raw_data.len)))
    }
    if unsafe tensor.n_float_data > 0 {
      unsafe found.append(.floats(array(tensor.float_data, tensor.n_float_data)))
    }
    if unsafe tensor.n_double_data > 0 {
      unsafe found.append(.doubles(array(tensor.double_data, tensor.n_double_data)))
    }
    if unsafe tensor.n_int32_data > 0 {
      unsafe found.append(
        .integers(array(tensor.int32_data, tensor.n_int32_data).map { Int64($0) }))
    }
    if unsafe tensor.n_int64_data > 0 {
      unsafe found.append(.integers(array(tensor.int64_data, tensor.n_int64_data)))
    }
    if unsafe tensor.n_uint64_data > 0 {
      unsafe found.append(
        .integers(
          array(tensor.uint64_data, tensor.n_uint64_data).map { Int64(bitPattern: $0) }))
    }
    unsafe each(tensor.payload, tensor.n_payload) { payload in
      unsafe found.append(content(payload, file))
    }
    switch found.count {
    case 0: return .none
    case 1: return found[0]
    default: return .contradictory("data in \(found.count) fields")
    }
  }

  @unsafe
  private static func content(
    _ payload: Sfconv__Onnx__PayloadProto, _ file: MappedFile
  ) -> ONNXTensorRecord.Content {
    // The scanner wrote these numbers; they are checked again because a mistake would be costly.
    guard let offset = unsafe Int(exactly: payload.offset),
      let length = unsafe Int(exactly: payload.length), offset <= file.count,
      length <= file.count - offset
    else { return .contradictory("data outside the file") }
    let range = offset..<offset + length
    return unsafe payload.field == UInt32(ONNXWireFormat.rawData)
      ? .rawPayload(range) : .packedPayload(field: Int(payload.field), range)
  }
}

// Small readers of C arrays and strings.
extension ONNXModelReader {
  @unsafe
  private static func each<Element>(
    _ elements: UnsafeMutablePointer<UnsafeMutablePointer<Element>?>?, _ count: Int,
    _ body: (Element) -> Void
  ) {
    for index in 0..<count {
      if let element = unsafe elements?[index]?.pointee { body(element) }
    }
  }

  @unsafe
  private static func array<Element>(
    _ elements: UnsafeMutablePointer<Element>?, _ count: Int
  ) -> [Element] {
    unsafe Array(UnsafeBufferPointer(start: elements, count: elements == nil ? 0 : count))
  }

  @unsafe
  private static func text(_ characters: UnsafeMutablePointer<CChar>?) -> String {
    guard let characters = unsafe characters else { return "" }
    return unsafe String(cString: characters)
  }

  @unsafe
  private static func text(_ data: ProtobufCBinaryData) -> String {
    unsafe String(decoding: array(data.data, data.len), as: UTF8.self)
  }

  @unsafe
  private static func texts(
    _ elements: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ count: Int
  ) -> [String] {
    (0..<count).map { unsafe text(elements?[$0]) }
  }

  @unsafe
  private static func unknownFields(_ message: ProtobufCMessage) -> Set<Int> {
    unsafe Set(
      (0..<Int(message.n_unknown_fields)).map { unsafe Int(message.unknown_fields[$0].tag) })
  }
}
