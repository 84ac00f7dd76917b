import CONNXSchema
import SpikeBytes

// The only file of this module that sees C: plain values to protobuf-c structures. Every pointer
// lives in an arena that goes when a message has been packed.

extension ONNXModelMessage {
  /// The file.
  func encoded() -> [UInt8] {
    let arena = CArena()
    return withExtendedLifetime(arena) {
      var message = unsafe ONNXMessageEncoder(arena: arena).model(self)
      return unsafe withUnsafePointer(to: &message) { pointer in
        let size = unsafe sfconv__onnx_written__model_proto__get_packed_size(pointer)
        return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
          count = unsafe sfconv__onnx_written__model_proto__pack(pointer, buffer.baseAddress)
        }
      }
    }
  }
}

extension ONNXGraphMessage {
  /// The graph alone, as an attribute holds it.
  fileprivate func encoded() -> [UInt8] {
    let arena = CArena()
    return withExtendedLifetime(arena) {
      var message = unsafe ONNXMessageEncoder(arena: arena).graph(self)
      return unsafe withUnsafePointer(to: &message) { pointer in
        let size = unsafe sfconv__onnx_written__graph_proto__get_packed_size(pointer)
        return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
          count = unsafe sfconv__onnx_written__graph_proto__pack(pointer, buffer.baseAddress)
        }
      }
    }
  }
}

private struct ONNXMessageEncoder {
  let arena: CArena

  @unsafe
  func model(_ model: ONNXModelMessage) -> Sfconv__OnnxWritten__ModelProto {
    unsafe make(sfconv__onnx_written__model_proto__init) {
      unsafe $0.has_ir_version = 1
      unsafe $0.ir_version = ONNXLayout.irVersion
      unsafe $0.producer_name = arena.text(model.producer.name)
      unsafe $0.producer_version = arena.text(model.producer.version)
      unsafe $0.doc_string = arena.text(model.documentation)
      unsafe $0.graph = arena.pointer(to: graph(model.graph))
      let sets = [
        ("", ONNXLayout.standardOperators), (ONNXLayout.neuronDomain, ONNXLayout.neuronVersion),
      ]
      unsafe $0.n_opset_import = sets.count
      unsafe $0.opset_import = arena.pointers(to: sets.map { unsafe operatorSet($0.0, $0.1) })
      unsafe $0.n_metadata_props = model.metadata.count
      unsafe $0.metadata_props = arena.pointers(
        to: model.metadata.map { entry in
          unsafe make(sfconv__onnx_written__string_string_entry_proto__init) {
            unsafe $0.key = arena.text(entry.key)
            unsafe $0.value = arena.text(entry.value)
          }
        })
      unsafe $0.n_functions = model.functions.count
      unsafe $0.functions = arena.pointers(to: model.functions.map { unsafe function($0) })
    }
  }

  @unsafe
  private func operatorSet(
    _ domain: String, _ version: Int64
  ) -> Sfconv__OnnxWritten__OperatorSetIdProto {
    unsafe make(sfconv__onnx_written__operator_set_id_proto__init) {
      unsafe $0.domain = arena.text(domain)
      unsafe $0.has_version = 1
      unsafe $0.version = version
    }
  }

  @unsafe
  private func function(
    _ function: ONNXFunctionMessage
  ) -> Sfconv__OnnxWritten__FunctionProto {
    unsafe make(sfconv__onnx_written__function_proto__init) {
      unsafe $0.name = arena.text(function.name)
      unsafe $0.n_input = function.inputs.count
      unsafe $0.input = arena.texts(function.inputs)
      unsafe $0.n_output = function.outputs.count
      unsafe $0.output = arena.texts(function.outputs)
      unsafe $0.n_attribute = function.attributes.count
      unsafe $0.attribute = arena.texts(function.attributes)
      unsafe $0.n_node = function.nodes.count
      unsafe $0.node = arena.pointers(to: function.nodes.map { unsafe node($0) })
      unsafe $0.doc_string = arena.text(function.documentation)
      unsafe $0.n_opset_import = 1
      unsafe $0.opset_import = arena.pointers(
        to: [operatorSet("", ONNXLayout.standardOperators)])
      unsafe $0.domain = arena.text(ONNXLayout.neuronDomain)
    }
  }

  @unsafe
  func graph(_ graph: ONNXGraphMessage) -> Sfconv__OnnxWritten__GraphProto {
    unsafe make(sfconv__onnx_written__graph_proto__init) {
      unsafe $0.name = arena.text(graph.name)
      unsafe $0.n_node = graph.nodes.count
      unsafe $0.node = arena.pointers(to: graph.nodes.map { unsafe node($0) })
      unsafe $0.n_initializer = graph.initializers.count
      unsafe $0.initializer = arena.pointers(to: graph.initializers.map { unsafe tensor($0) })
      unsafe $0.n_input = graph.inputs.count
      unsafe $0.input = arena.pointers(to: graph.inputs.map { unsafe value($0) })
      unsafe $0.n_output = graph.outputs.count
      unsafe $0.output = arena.pointers(to: graph.outputs.map { unsafe value($0) })
    }
  }

  @unsafe
  private func node(_ node: ONNXNodeMessage) -> Sfconv__OnnxWritten__NodeProto {
    unsafe make(sfconv__onnx_written__node_proto__init) {
      unsafe $0.n_input = node.inputs.count
      unsafe $0.input = arena.texts(node.inputs)
      unsafe $0.n_output = node.outputs.count
      unsafe $0.output = arena.texts(node.outputs)
      unsafe $0.name = node.name.isEmpty ? nil : arena.text(node.name)
      unsafe $0.op_type = arena.text(node.operation)
      unsafe $0.domain = node.domain.isEmpty ? nil : arena.text(node.domain)
      unsafe $0.n_attribute = node.attributes.count
      unsafe $0.attribute = arena.pointers(to: node.attributes.map { unsafe attribute($0) })
    }
  }

  @unsafe
  private func attribute(
    _ attribute: ONNXAttributeMessage
  ) -> Sfconv__OnnxWritten__AttributeProto {
    unsafe make(sfconv__onnx_written__attribute_proto__init) {
      unsafe $0.name = arena.text(attribute.name)
      unsafe $0.has_type = 1
      switch attribute.value {
      case .integer(let value):
        unsafe $0.type = ONNXLayout.AttributeType.integer.rawValue
        unsafe $0.has_i = 1
        unsafe $0.i = Int64(value)
      case .integers(let values):
        unsafe $0.type = ONNXLayout.AttributeType.integers.rawValue
        unsafe $0.n_ints = values.count
        unsafe $0.ints = arena.array(values.map { Int64($0) })
      case .text(let text):
        unsafe $0.type = ONNXLayout.AttributeType.text.rawValue
        unsafe $0.has_s = 1
        unsafe $0.s = data(Array(text.utf8))
      case .tensor(let numbers):
        unsafe $0.type = ONNXLayout.AttributeType.tensor.rawValue
        unsafe $0.t = arena.pointer(to: tensor(numbers))
      case .graph(let body):
        unsafe $0.type = ONNXLayout.AttributeType.graph.rawValue
        unsafe $0.has_g = 1
        unsafe $0.g = data(body.encoded())
      case .reference(let name):
        unsafe $0.type = ONNXLayout.AttributeType.integer.rawValue
        unsafe $0.ref_attr_name = arena.text(name)
      }
    }
  }

  @unsafe
  private func tensor(_ tensor: ONNXTensorMessage) -> Sfconv__OnnxWritten__TensorProto {
    unsafe make(sfconv__onnx_written__tensor_proto__init) {
      unsafe $0.n_dims = tensor.shape.count
      unsafe $0.dims = arena.array(tensor.shape.map { Int64($0) })
      unsafe $0.has_data_type = 1
      unsafe $0.data_type = tensor.type.rawValue
      unsafe $0.name = tensor.name.isEmpty ? nil : arena.text(tensor.name)
      unsafe $0.has_raw_data = 1
      unsafe $0.raw_data = data(tensor.bytes)
    }
  }

  @unsafe
  private func value(_ value: ONNXValueMessage) -> Sfconv__OnnxWritten__ValueInfoProto {
    let sizes = unsafe value.shape.map { size in
      unsafe make(sfconv__onnx_written__dimension_proto__init) {
        if let size {
          unsafe $0.has_dim_value = 1
          unsafe $0.dim_value = Int64(size)
        } else {
          unsafe $0.dim_param = arena.text(ONNXLayout.batch)
        }
      }
    }
    let shape = unsafe make(sfconv__onnx_written__tensor_shape_proto__init) {
      unsafe $0.n_dim = sizes.count
      unsafe $0.dim = arena.pointers(to: sizes)
    }
    let tensor = unsafe make(sfconv__onnx_written__tensor_type_proto__init) {
      unsafe $0.has_elem_type = 1
      unsafe $0.elem_type = value.type.rawValue
      unsafe $0.shape = arena.pointer(to: shape)
    }
    let type = unsafe make(sfconv__onnx_written__type_proto__init) {
      unsafe $0.tensor_type = arena.pointer(to: tensor)
    }
    return unsafe make(sfconv__onnx_written__value_info_proto__init) {
      unsafe $0.name = arena.text(value.name)
      unsafe $0.type = arena.pointer(to: type)
      unsafe $0.doc_string =
        value.documentation.isEmpty ? nil : arena.text(value.documentation)
    }
  }

  @unsafe
  private func data(_ bytes: [UInt8]) -> ProtobufCBinaryData {
    unsafe sf_onnx_bytes(arena.array(bytes), bytes.count)
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
