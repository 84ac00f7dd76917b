public import SpikeBytes

/// A constant array of numbers: weights, biases, thresholds, shapes.
///
/// Elements are in row-major order. Large imported tensors stay in the mapped file they came from
/// and are converted when read.
public struct Tensor: Sendable {
  /// Sizes, outermost first.
  public let shape: Shape
  /// Scalar kind as stored.
  public let elementType: ElementType
  private let storage: TensorStorage

  /// A tensor of float32 values; `values.count` must equal the shape's element count.
  public init(_ values: [Float], shape: Shape) {
    precondition(values.count == shape.elementCount, "element count and shape differ")
    self.shape = shape
    elementType = .float32
    storage = .floats(values)
  }

  /// A tensor of int64 values; `values.count` must equal the shape's element count.
  public init(integers values: [Int64], shape: Shape) {
    precondition(values.count == shape.elementCount, "element count and shape differ")
    self.shape = shape
    elementType = .int64
    storage = .integers(values)
  }

  /// A tensor that lies in a mapped file at `offset`, little-endian, row-major.
  ///
  /// The caller has checked that `shape.elementCount * elementType.byteCount` bytes are there.
  public init(in file: MappedFile, at offset: Int, elementType: ElementType, shape: Shape) {
    let byteCount = shape.elementCount * elementType.byteCount
    precondition(offset >= 0 && offset + byteCount <= file.count, "tensor outside its file")
    self.shape = shape
    self.elementType = elementType
    storage = .mapped(file, offset)
  }

  /// A tensor from raw little-endian bytes in memory.
  public init(bytes: [UInt8], elementType: ElementType, shape: Shape) {
    precondition(
      bytes.count == shape.elementCount * elementType.byteCount, "byte count and shape differ")
    self.shape = shape
    self.elementType = elementType
    storage = .bytes(bytes)
  }

  /// A scalar.
  public static func scalar(_ value: Float) -> Tensor { Tensor([value], shape: []) }

  /// Number of elements.
  public var count: Int { shape.elementCount }

  /// The elements as float32, converted where they are stored otherwise.
  /// - Complexity: O(count); a copy.
  public func floats() -> [Float] { storage.floats(elementType, count) }

  /// The elements as integers; fractions are truncated towards zero, as ONNX `Cast` does.
  /// Values that do not fit (NaN and infinity too) become 0.
  /// - Complexity: O(count); a copy.
  public func integers() -> [Int64] { storage.integers(elementType, count) }

  /// The stored little-endian bytes, for writing and hashing.
  /// - Complexity: O(bytes); a copy.
  public func bytes() -> [UInt8] { storage.bytes(elementType, count) }

  /// The same elements under another shape of the same count.
  public func reshaped(to shape: Shape) -> Tensor {
    precondition(shape.elementCount == count, "element count and shape differ")
    return Tensor(shape: shape, elementType: elementType, storage: storage)
  }

  private init(shape: Shape, elementType: ElementType, storage: TensorStorage) {
    self.shape = shape
    self.elementType = elementType
    self.storage = storage
  }
}

extension Tensor: Equatable {
  /// Tensors are equal when shape, element type and stored bytes are.
  public static func == (first: Tensor, second: Tensor) -> Bool {
    first.shape == second.shape && first.elementType == second.elementType
      && first.bytes() == second.bytes()
  }
}

extension Tensor: Codable {
  private enum Key: String, CodingKey { case shape, elementType, bytes }

  /// Reads shape, element type and bytes.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    let shape = try fields.decode(Shape.self, forKey: .shape)
    let type = try fields.decode(ElementType.self, forKey: .elementType)
    let bytes = try fields.decode([UInt8].self, forKey: .bytes)
    let (expected, overflow) = shape.elementCount.multipliedReportingOverflow(by: type.byteCount)
    guard shape.dimensions.allSatisfy({ $0 >= 0 }), !overflow, bytes.count == expected else {
      throw DecodingError.dataCorruptedError(
        forKey: .bytes, in: fields, debugDescription: "bytes and shape differ")
    }
    self.init(bytes: bytes, elementType: type, shape: shape)
  }

  /// Writes shape, element type and bytes.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(shape, forKey: .shape)
    try fields.encode(elementType, forKey: .elementType)
    try fields.encode(bytes(), forKey: .bytes)
  }
}
