import SpikeDiagnostics
import SpikeGraph
import SpikeImport
import Testing

@Suite("Tensors in every encoding of ONNX")
struct TensorEncodingTests {
  typealias Tiny = TinyONNX

  struct Encoding: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var type: Int
    var values: [Float]
    /// One value as bytes of raw_data.
    var raw: @Sendable (Float) -> [UInt8]
    /// One value as content of the typed field, and the field's number.
    var typed: @Sendable (Float) -> [UInt8]
    var field: Int
  }

  static let encodings: [Encoding] = {
    @Sendable func float(_ v: Float) -> [UInt8] { Tiny.littleEndian(v.bitPattern) }
    @Sendable func half(_ v: Float) -> UInt16 {
      // Exact for the values used here: sign, exponent and upper ten bits of the fraction.
      v == 0
        ? 0
        : UInt16(v < 0 ? 0x8000 : 0) | UInt16(Int(v.exponent) + 15) << 10
          | UInt16((v.significand - 1) * 1024)
    }
    @Sendable func brain(_ v: Float) -> UInt16 { UInt16(v.bitPattern >> 16) }
    @Sendable func packed(_ v: Float) -> [UInt8] { Tiny.varint(UInt64(bitPattern: Int64(v))) }
    func integer<T: FixedWidthInteger & Sendable>(
      _ name: String, _ number: Int, _: T.Type, _ values: [Float], field: Int = 5
    ) -> Encoding {
      Encoding(
        testDescription: name, type: number, values: values,
        raw: { Tiny.littleEndian(T($0)) }, typed: packed, field: field)
    }
    let signed: [Float] = [-3, 0, 7, 100]
    let unsigned: [Float] = [3, 0, 7, 200]
    return [
      Encoding(
        testDescription: "float32", type: 1, values: [-1.5, 0, 0.1, 3e20], raw: float,
        typed: float, field: 4),
      Encoding(
        testDescription: "float64", type: 11, values: [-1.5, 0, 0.25, 1024],
        raw: { Tiny.littleEndian(Double($0).bitPattern) },
        typed: { Tiny.littleEndian(Double($0).bitPattern) }, field: 10),
      Encoding(
        testDescription: "float16", type: 10, values: [-1.5, 0, 0.25, 1024],
        raw: { Tiny.littleEndian(half($0)) }, typed: { Tiny.varint(UInt64(half($0))) }, field: 5),
      Encoding(
        testDescription: "bfloat16", type: 16, values: [-1.5, 0, 0.25, 1024],
        raw: { Tiny.littleEndian(brain($0)) }, typed: { Tiny.varint(UInt64(brain($0))) },
        field: 5),
      integer("int8", 3, Int8.self, signed), integer("int16", 5, Int16.self, signed),
      integer("int32", 6, Int32.self, signed), integer("int64", 7, Int64.self, signed, field: 7),
      integer("uint8", 2, UInt8.self, unsigned), integer("uint16", 4, UInt16.self, unsigned),
      integer("uint32", 12, UInt32.self, unsigned, field: 11),
      integer("uint64", 13, UInt64.self, unsigned, field: 11),
      integer("bool", 9, UInt8.self, [1, 0, 0, 1]),
    ]
  }()

  /// A model that multiplies by the tensor, which makes it a constant of the graph.
  private func numbers(_ tensor: [UInt8], count: Int) throws -> [Float]? {
    var model = Tiny.one("Relu", input: ["N", count])
    model.initializers = [tensor]
    model.nodes = [Tiny.node("Mul", ["x", "w"], ["y"])]
    return try imported(model).model.graph.constants["w"]?.floats()
  }

  @Test(
    "arrive as the same numbers, short in the structure or long in the file",
    arguments: encodings, [1, 600])
  func encoding(_ encoding: Encoding, repeats: Int) throws {
    let values = Array(repeating: encoding.values, count: repeats).flatMap { $0 }
    let raw = Tiny.field(9, values.flatMap(encoding.raw))
    let typed = Tiny.field(encoding.field, values.flatMap(encoding.typed))
    for data in [raw, typed] {
      let tensor = Tiny.tensor("w", [values.count], type: encoding.type, data: data)
      #expect(try numbers(tensor, count: values.count) == values)
    }
  }

  @Test("numbers that are not packed are read too")
  func unpacked() throws {
    let data = [Float(1), 2, 3].flatMap {
      Tiny.varint(4 << 3 | 5) + Tiny.littleEndian($0.bitPattern)
    }
    #expect(try numbers(Tiny.tensor("w", [3], type: 1, data: data), count: 3) == [1, 2, 3])
  }

  @Test(
    "data that do not fit the shape are refused",
    arguments: [
      ("too short", [4], 1, Tiny.field(9, [0, 0, 0, 0])),
      ("not there", [4], 1, []),
      ("of another type", [1], 1, Tiny.field(7, [5])),
      ("in two fields", [1], 1, Tiny.field(9, [0, 0, 0, 0]) + Tiny.field(4, [0, 0, 0, 0])),
      ("of a negative size", [-1], 1, Tiny.field(9, [0, 0, 0, 0])),
      ("of an overflowing size", [1 << 40, 1 << 40], 1, Tiny.field(9, [0, 0, 0, 0])),
      ("a broken varint", [600], 7, Tiny.field(7, [UInt8](repeating: 0x80, count: 1200))),
      ("too many varints", [1100], 7, Tiny.field(7, [UInt8](repeating: 1, count: 1200))),
    ] as [(String, [Int], Int, [UInt8])])
  func misfit(_ name: String, _ sizes: [Int], _ type: Int, _ data: [UInt8]) throws {
    var model = Tiny.one("Relu")
    model.initializers = [Tiny.tensor("w", sizes, type: type, data: data)]
    model.nodes = [Tiny.node("Mul", ["x", "w"], ["y"], name: "scale")]
    let error = try #require(try importError(model))
    #expect(error.code == .invalidTensor, "\(name): \(error)")
    #expect(error.location.tensor == "w")
    #expect(error.location.node == "scale")
  }

  @Test("NaN and infinite weights are a warning with the tensor's name", arguments: [1, 500])
  func notFinite(repeats: Int) throws {
    let values = Array(repeating: [Float(1), .nan, .infinity, 2], count: repeats).flatMap { $0 }
    let model = Tiny.one("Mul", [("w", [values.count], values)], input: ["N", values.count])
    let warning = try #require(try imported(model).findings.first)
    #expect(warning.severity == .warning)
    #expect(warning.code == "import.not-finite")
    #expect(warning.location.tensor == "w")
    #expect(warning.message.contains("\(2 * repeats) of \(4 * repeats)"))
  }
}
