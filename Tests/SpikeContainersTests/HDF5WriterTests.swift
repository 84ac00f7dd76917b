import SpikeContainers
import SpikeDiagnostics
import Testing

@Suite("HDF5 writer")
struct HDF5WriterTests {
  private let tree = HDF5Group([
    "a": .dataset(.scalar(7)),
    "group": .group(
      HDF5Group([
        "list": .dataset(.list([1, -2, 3])),
        "bytes": .dataset(HDF5Dataset(shape: [2, 2], .int8([-128, 0, 1, 127]))),
        "floats": .dataset(HDF5Dataset(shape: [2], .float32([0.5, -1]))),
        "wide": .dataset(HDF5Dataset(shape: [], .int64([1 << 40]))),
        "raw": .dataset(HDF5Dataset(shape: [3], .uint8([1, 2, 3]))),
        "type": .dataset(HDF5Dataset(shape: [1], .fixedStrings(["dense"], length: 10))),
        "name": .dataset(HDF5Dataset(shape: [], .strings(["größe"]))),
        "none": .dataset(HDF5Dataset(shape: [0], .int32([]))),
      ])),
  ])

  @Test("starts with the signature of the format and is whole")
  func signature() throws {
    let bytes = try HDF5Writer.bytes(of: tree)
    #expect(bytes.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]))
    // The superblock's end-of-file address is the size of the file.
    let end = (0..<8).reduce(0) { $0 | Int(bytes[40 + $1]) << ($1 * 8) }
    #expect(end == bytes.count)
    #expect(String(decoding: bytes, as: UTF8.self).contains("dense"))
  }

  @Test("gives the same bytes for the same tree, on many threads at once")
  func deterministic() async throws {
    let expected = try HDF5Writer.bytes(of: tree)
    let tree = tree
    try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<8 { group.addTask { try HDF5Writer.bytes(of: tree) } }
      for try await bytes in group { #expect(bytes == expected) }
    }
  }

  @Test(
    "refuses a tree that no file can hold",
    arguments: [
      HDF5Group(["": .dataset(.scalar(1))]),
      HDF5Group(["a/b": .dataset(.scalar(1))]),
      HDF5Group([".": .group(HDF5Group())]),
      HDF5Group(["a\0b": .dataset(.scalar(1))]),
      HDF5Group(["x": .dataset(HDF5Dataset(shape: [3], .int32([1, 2])))]),
      HDF5Group(["x": .dataset(HDF5Dataset(shape: [-1], .int32([])))]),
      HDF5Group(["x": .dataset(HDF5Dataset(shape: [1 << 40, 1 << 40], .int32([])))]),
      HDF5Group(["x": .dataset(HDF5Dataset(shape: Array(repeating: 1, count: 33), .int32([1])))]),
      HDF5Group(["x": .dataset(HDF5Dataset(shape: [1], .fixedStrings(["long"], length: 3)))]),
      HDF5Group(["x": .dataset(HDF5Dataset(shape: [1], .fixedStrings([""], length: 0)))]),
      HDF5Group(["x": .dataset(HDF5Dataset(shape: [1], .strings(["a\0b"])))]),
    ])
  func refuses(tree: HDF5Group) {
    let error = #expect(throws: HDF5Error.self) { try HDF5Writer.bytes(of: tree) }
    #expect(error?.code == .invalidContent)
  }
}
