import SpikeContainers
import SpikeDiagnostics
import Testing

@Suite("Shapes of NumPy arrays")
struct NPYShapeTests {
  private func array(_ shape: String, _ data: [UInt8] = []) throws(NPYError) -> NPYArray {
    let header = Array("{'descr': '<f4', 'fortran_order': False, 'shape': (\(shape)), }\n".utf8)
    return try NPYArray(
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + data)
  }

  @Test("a product that overflows is refused, also where a 0 would hide it")
  func overflow() {
    for shape in ["4611686018427387904, 8, 0", "0, 4611686018427387904, 8", "4611686018427387904,"]
    {
      let error = #expect(throws: NPYError.self) { _ = try array(shape) }
      #expect(error?.code == .sizeMismatch, "\(shape)")
    }
  }

  @Test("an array of no elements is one of no bytes")
  func empty() throws {
    #expect(try array("3, 0, 5").shape == [3, 0, 5])
    #expect(try array("3, 0, 5").count == 0)
    #expect(throws: NPYError.self) { _ = try array("3, 0, 5", [0]) }
  }
}
