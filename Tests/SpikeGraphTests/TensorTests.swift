import SpikeGraph
import Testing

@Suite("A tensor")
struct TensorTests {
  /// Little-endian bytes of a list of integers.
  func bytes<Number: FixedWidthInteger>(_ values: [Number]) -> [UInt8] {
    values.flatMap { value in
      (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Number(8 * $0)) }
    }
  }

  func tensor<Number: FixedWidthInteger>(_ values: [Number], _ type: ElementType) -> Tensor {
    Tensor(bytes: bytes(values), elementType: type, shape: Shape([values.count]))
  }

  @Test("of float16 has the values that the hardware type has, for every bit pattern")
  func float16() {
    let patterns = (0...65_535).map { UInt16($0) }
    let values = tensor(patterns, .float16).floats()
    for (pattern, value) in zip(patterns, values) {
      let expected = Float(Float16(bitPattern: pattern))
      if expected.isNaN {
        #expect(value.isNaN, "\(pattern)")
      } else if value.bitPattern != expected.bitPattern {
        Issue.record("pattern \(pattern): \(value) instead of \(expected)")
      }
    }
  }

  @Test("of bfloat16 has the upper half of a float32")
  func bfloat16() {
    #expect(
      tensor([0x3F80, 0xC000, 0x7F80, 0x0000, 0x8000, 0x0001] as [UInt16], .bfloat16).floats()
        .map(\.bitPattern)
        == [0x3F80_0000, 0xC000_0000, 0x7F80_0000, 0, 0x8000_0000, 0x0001_0000])
    #expect(tensor([0x7FC0] as [UInt16], .bfloat16).floats()[0].isNaN)
  }

  @Test("of float64 is rounded to float32")
  func float64() {
    let values = [0.1, -1e300, 1e-60, .infinity, 3]
    let tensor = tensor(values.map(\.bitPattern), .float64)
    #expect(tensor.floats() == [0.1, -.infinity, 0, .infinity, 3])
    #expect(tensor.integers() == [0, 0, 0, 0, 3])
  }

  @Test("of integers keeps their sign and range")
  func integerTypes() {
    #expect(tensor([Int8.min, -1, 0, .max], .int8).integers() == [-128, -1, 0, 127])
    #expect(tensor([Int16.min, .max], .int16).integers() == [-32_768, 32_767])
    #expect(tensor([Int32.min, .max], .int32).integers() == [-2_147_483_648, 2_147_483_647])
    #expect(tensor([Int64.min, .max], .int64).integers() == [.min, .max])
    #expect(tensor([UInt8.max, 0], .uint8).integers() == [255, 0])
    #expect(tensor([UInt16.max], .uint16).integers() == [65_535])
    #expect(tensor([UInt32.max], .uint32).integers() == [4_294_967_295])
    #expect(tensor([UInt64.max, 1 << 62], .uint64).integers() == [0, 1 << 62])
    #expect(tensor([0, 1, 2, 255] as [UInt8], .bool).integers() == [0, 1, 1, 1])
    #expect(tensor([-128, 127] as [Int8], .int8).floats() == [-128, 127])
    #expect(tensor([0, 7] as [UInt8], .bool).floats() == [0, 1])
  }

  @Test("of floats gives integers by truncation, and 0 for what does not fit")
  func truncation() {
    let values: [Float] = [1.9, -1.9, 0.5, .nan, .infinity, 1e30, -0.0, 16_777_216]
    let expected: [Int64] = [1, -1, 0, 0, 0, 0, 0, 16_777_216]
    #expect(Tensor(values, shape: [8]).integers() == expected)
    #expect(tensor(values.map(\.bitPattern), .float32).integers() == expected)
  }

  @Test("has the same bytes, however it was made", arguments: ElementType.allCases)
  func storedBytes(type: ElementType) {
    let bytes = (0..<2 * type.byteCount).map { UInt8($0 + 1) }
    let tensor = Tensor(bytes: bytes, elementType: type, shape: [2])
    #expect(tensor.bytes() == bytes)
    #expect(tensor.count == 2 && tensor.elementType == type)
    #expect(tensor.floats().count == 2 && tensor.integers().count == 2)
  }

  @Test("from values is stored as float32 or int64")
  func fromValues() {
    #expect(Tensor([1, -2], shape: [2]).bytes() == [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
    #expect(
      Tensor(integers: [-2], shape: []).bytes() == [0xFE] + [UInt8](repeating: 0xFF, count: 7))
    #expect(Tensor(integers: [-2, 3], shape: [2]).floats() == [-2, 3])
    #expect(Tensor.scalar(0.5).shape == [])
  }

  @Test("equals another with the same shape, type and bits, and no other")
  func equality() {
    let floats = Tensor([1, 2], shape: [2])
    #expect(floats == tensor([0x3F80_0000, 0x4000_0000] as [UInt32], .float32))
    #expect(floats != Tensor([1, 2], shape: [1, 2]))
    #expect(floats != Tensor(integers: [1, 2], shape: [2]))
    #expect(Tensor([0], shape: []) != Tensor([-0.0], shape: []))
    #expect(Tensor([.nan], shape: []) == Tensor([.nan], shape: []))
    #expect(floats.reshaped(to: [2, 1]) == Tensor([1, 2], shape: [2, 1]))
  }
}

@Suite("A shape")
struct ShapeTests {
  @Test(
    "broadcasts by NumPy's rule",
    arguments: [
      ([3, 1], [1, 4], [3, 4]), ([], [2, 3], [2, 3]), ([5], [2, 5], [2, 5]), ([1], [1], [1]),
      ([0], [1], [0]), ([2], [3], nil), ([2, 1, 3], [4, 1], [2, 4, 3]), ([2, 3], [3, 2], nil),
    ] as [(Shape, Shape, Shape?)])
  func broadcasting(first: Shape, second: Shape, expected: Shape?) {
    #expect(first.broadcast(with: second) == expected)
    #expect(second.broadcast(with: first) == expected)
  }

  @Test("counts its elements without overflow")
  func elementCount() {
    #expect(Shape([]).elementCount == 1)
    #expect(Shape([2, 3, 4]).elementCount == 24)
    #expect(Shape([2, 0, 4]).elementCount == 0)
    #expect(Shape([1 << 40, 1 << 40]).elementCount == .max)
    #expect(Shape([32, 28, 28]).description == "[32, 28, 28]")
    #expect(Shape([]).description == "[]")
  }
}
