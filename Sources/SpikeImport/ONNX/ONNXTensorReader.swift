import SpikeBytes
import SpikeContainers
import SpikeDiagnostics
package import SpikeGraph

/// Turns tensor records into tensors; large ones become slices of the mapped file.
package struct ONNXTensorReader: Sendable {
  /// The model file.
  let file: MappedFile
  /// Files of external data by the name that the model gives them.
  private let externalFiles: [String: Result<MappedFile, ImportError>]

  /// Opens every file of external data that the records name; errors wait for the first use.
  init(of file: MappedFile, records: some Sequence<ONNXTensorRecord>) {
    self.file = file
    var files: [String: Result<MappedFile, ImportError>] = [:]
    for record in records {
      guard case .external(let keys) = record.content, let name = keys["location"] else { continue }
      if files[name] == nil { files[name] = ONNXTensorReader.open(name, beside: file.path) }
    }
    externalFiles = files
  }

  /// The tensor of a record.
  /// - Throws: `import.unsupported-tensor`, `import.invalid-tensor`, `import.external-data`.
  package func tensor(of record: ONNXTensorRecord) throws(ImportError) -> Tensor {
    do throws(ImportError) {
      return try unlocatedTensor(of: record)
    } catch {
      throw error.located(in: Location(file: file.path, tensor: record.name))
    }
  }

  private func unlocatedTensor(of record: ONNXTensorRecord) throws(ImportError) -> Tensor {
    let type = try elementType(record.dataType)
    let shape = Shape(record.dimensions)
    guard record.dimensions.allSatisfy({ $0 >= 0 }), shape.elementCount <= ONNXLimits.elements
    else {
      throw ImportError(
        .invalidTensor, "The tensor has the shape \(shape); sizes must be 0 or more.",
        fix: ONNXTensorReader.exportAgain)
    }
    let count = shape.elementCount
    if let bits = ONNXElementType.packedBits(record.dataType) {
      return try unpacked(record.content, bits: bits, isSigned: type == .int8, shape)
    }
    switch record.content {
    case .none:
      guard count == 0 else { throw mismatch(found: 0, shape) }
      return Tensor(bytes: [], elementType: type, shape: shape)
    case .raw(let bytes):
      guard bytes.count == count * type.byteCount else {
        throw mismatch(bytes: bytes.count, type, shape)
      }
      return Tensor(bytes: bytes, elementType: type, shape: shape)
    case .rawPayload(let range):
      guard range.count == count * type.byteCount else {
        throw mismatch(bytes: range.count, type, shape)
      }
      return Tensor(in: file, at: range.lowerBound, elementType: type, shape: shape)
    case .floats(let values):
      guard type == .float32 else { throw wrongField("float_data", type) }
      guard values.count == count else { throw mismatch(found: values.count, shape) }
      return Tensor(values, shape: shape)
    case .doubles(let values):
      guard type == .float64 else { throw wrongField("double_data", type) }
      guard values.count == count else { throw mismatch(found: values.count, shape) }
      return Tensor(values.map { Float($0) }, shape: shape)
    case .integers(let values):
      return try integers(values, type, shape)
    case .packedPayload(let field, let range):
      return try packed(field, range, type, shape)
    case .external(let keys):
      return try external(keys, type, shape)
    case .contradictory(let what):
      throw ImportError(
        .invalidTensor, "The tensor holds \(what); sfconv reads numbers from one field.",
        fix: ONNXTensorReader.exportAgain)
    }
  }

  /// Element types by their ONNX number; those without a counterpart are named in the error.
  private func elementType(_ number: Int) throws(ImportError) -> ElementType {
    if let type = ONNXElementType.type(number) { return type }
    throw ImportError(
      .unsupportedTensor,
      "The tensor has the element type \(ONNXElementType.name(number)), which sfconv does not read.",
      fix: "store it as float32, float16, bfloat16, float64, an integer of 2 to 64 bits or bool")
  }

  /// Integers of 2 or 4 bits, the first in the lowest bits of each byte (ONNX, "TensorProto").
  private func unpacked(
    _ content: ONNXTensorRecord.Content, bits: Int, isSigned: Bool, _ shape: Shape
  ) throws(ImportError) -> Tensor {
    let perByte = 8 / bits
    let count = shape.elementCount
    let needed = (count + perByte - 1) / perByte
    let packed: [UInt8]
    switch content {
    case .raw(let bytes): packed = bytes
    case .rawPayload(let range): packed = file.bytes(in: range)
    case .integers(let values): packed = values.map { UInt8(truncatingIfNeeded: $0) }
    case .packedPayload(_, let range):
      packed = (PackedNumbers.varints(in: file, range: range, count: needed) ?? []).map {
        UInt8(truncatingIfNeeded: $0)
      }
    case .external(let keys): packed = try external(keys, .uint8, [needed]).bytes()
    case .none: packed = []
    default: throw wrongField("a float field", isSigned ? .int8 : .uint8)
    }
    guard packed.count == needed else { throw mismatch(found: packed.count * perByte, shape) }
    let mask = UInt8((1 << bits) - 1)
    let sign = UInt8(1 << (bits - 1))
    let values = (0..<count).map { index -> UInt8 in
      let value = packed[index / perByte] >> UInt8(index % perByte * bits) & mask
      return isSigned && value & sign != 0 ? value | ~mask : value
    }
    return Tensor(bytes: values, elementType: isSigned ? .int8 : .uint8, shape: shape)
  }

  private func packed(
    _ field: Int, _ range: Range<Int>, _ type: ElementType, _ shape: Shape
  ) throws(ImportError) -> Tensor {
    let count = shape.elementCount
    switch field {
    case ONNXWireFormat.floatData, ONNXWireFormat.doubleData:
      // Packed floats are little-endian and dense, so they are a slice as raw data are.
      let stored = field == ONNXWireFormat.floatData ? ElementType.float32 : .float64
      guard type == stored else {
        throw wrongField(stored == .float32 ? "float_data" : "double_data", type)
      }
      guard range.count == count * type.byteCount else {
        throw mismatch(bytes: range.count, type, shape)
      }
      return Tensor(in: file, at: range.lowerBound, elementType: type, shape: shape)
    default:
      guard let values = PackedNumbers.varints(in: file, range: range, count: count) else {
        throw ImportError(
          .invalidTensor,
          "The packed data of \(range.count) bytes are not \(count) numbers for \(shape).",
          fix: ONNXTensorReader.exportAgain)
      }
      return try integers(values, type, shape)
    }
  }

  /// Integers of any width, each in a varint: `int32_data` also carries float16 as bit patterns.
  private func integers(
    _ values: [Int64], _ type: ElementType, _ shape: Shape
  ) throws(ImportError) -> Tensor {
    guard values.count == shape.elementCount else {
      throw mismatch(found: values.count, shape)
    }
    guard type != .float32 && type != .float64 else { throw wrongField("an integer field", type) }
    if type == .int64 { return Tensor(integers: values, shape: shape) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * type.byteCount)
    for value in values {
      var bits = UInt64(bitPattern: value)
      for _ in 0..<type.byteCount {
        bytes.append(UInt8(truncatingIfNeeded: bits))
        bits >>= 8
      }
    }
    return Tensor(bytes: bytes, elementType: type, shape: shape)
  }

  private func external(
    _ keys: [String: String], _ type: ElementType, _ shape: Shape
  ) throws(ImportError) -> Tensor {
    guard let name = keys["location"], let opened = externalFiles[name] else {
      throw ImportError(
        .externalData, "The tensor lies in another file, but the model does not say in which.",
        fix: ONNXTensorReader.exportAgain)
    }
    let data: MappedFile
    switch opened {
    case .success(let file): data = file
    case .failure(let error): throw error
    }
    let needed = shape.elementCount * type.byteCount
    guard let offset = Int(keys["offset"] ?? "0"), offset >= 0,
      let length = Int(keys["length"] ?? String(needed)), length == needed
    else {
      throw ImportError(
        .externalData,
        "The model places the tensor at offset \(keys["offset"] ?? "0") with length "
          + "\(keys["length"] ?? "unknown"); \(shape) of \(type.rawValue) needs \(needed) bytes.",
        fix: ONNXTensorReader.exportAgain)
    }
    guard offset <= data.count, needed <= data.count - offset else {
      throw ImportError(
        .externalData,
        "The data file '\(name)' has \(data.count) bytes; the tensor needs \(needed) from byte "
          + "\(offset).", fix: "copy the data file again")
    }
    return Tensor(in: data, at: offset, elementType: type, shape: shape)
  }

  private static func open(_ name: String, beside path: String) -> Result<MappedFile, ImportError> {
    do throws(SiblingFileError) {
      let place = try SiblingFile.path(of: name, beside: path)
      do throws(FileError) {
        return .success(try MappedFile(path: place))
      } catch {
        return .failure(
          ImportError(
            .externalData, "The data file '\(name)' cannot be read.", fix: error.fix, cause: error))
      }
    } catch {
      return .failure(ImportError(.externalData, error.message, fix: error.fix))
    }
  }

  private static let exportAgain = "check the model with onnx.checker, or export it again"

  private func wrongField(_ field: String, _ type: ElementType) -> ImportError {
    ImportError(
      .invalidTensor, "The tensor of \(type.rawValue) has its numbers in \(field).",
      fix: ONNXTensorReader.exportAgain)
  }

  private func mismatch(found count: Int, _ shape: Shape) -> ImportError {
    ImportError(
      .invalidTensor,
      "The tensor has \(count) numbers; its shape \(shape) needs \(shape.elementCount).",
      fix: ONNXTensorReader.exportAgain)
  }

  private func mismatch(bytes: Int, _ type: ElementType, _ shape: Shape) -> ImportError {
    ImportError(
      .invalidTensor,
      "The tensor has \(bytes) bytes; its shape \(shape) of \(type.rawValue) needs "
        + "\(shape.elementCount * type.byteCount).", fix: ONNXTensorReader.exportAgain)
  }
}

extension ONNXTensorReader {
  /// How many numbers of a float tensor are NaN or infinite.
  /// - Complexity: O(elements), at memory speed where they lie in a file.
  func nonFiniteCount(of record: ONNXTensorRecord, _ tensor: Tensor) -> Int {
    let kind: PackedNumbers.FloatKind
    switch tensor.elementType {
    case .float32: kind = .float32
    case .float64: kind = .float64
    case .float16: kind = .float16
    case .bfloat16: kind = .bfloat16
    default: return 0
    }
    switch record.content {
    case .rawPayload(let range),
      .packedPayload(ONNXWireFormat.floatData, let range),
      .packedPayload(ONNXWireFormat.doubleData, let range):
      return PackedNumbers.nonFiniteCount(
        in: file, at: range.lowerBound, count: tensor.count, kind: kind)
    case .external(let keys):
      guard let name = keys["location"], case .success(let data)? = externalFiles[name],
        let offset = Int(keys["offset"] ?? "0")
      else { break }
      return PackedNumbers.nonFiniteCount(in: data, at: offset, count: tensor.count, kind: kind)
    default: break
    }
    return tensor.floats().count { !$0.isFinite }
  }
}
