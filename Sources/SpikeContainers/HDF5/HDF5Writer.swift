import CSpikeHDF5
public import SpikeDiagnostics
import Synchronization

/// Writes a tree of groups and data sets as the bytes of an HDF5 file.
///
/// The same tree gives the same bytes: members are written in the order of their names and object
/// times are off. The HDF5 library works in memory and on one thread at a time.
public enum HDF5Writer {
  private static let library = Mutex(())

  /// The file whose root group is `root`.
  /// - Throws: `hdf5.invalid-content`, `hdf5.library-failure`.
  /// - Complexity: O(bytes); one copy.
  public static func bytes(of root: HDF5Group) throws(HDF5Error) -> [UInt8] {
    let result = library.withLock { _ in
      Result { () throws(HDF5Error) in try write(root) }
    }
    return try result.get()
  }

  private static func write(_ root: HDF5Group) throws(HDF5Error) -> [UInt8] {
    guard let file = unsafe spike_hdf5_create() else { throw failure(at: "/") }
    defer { unsafe spike_hdf5_close(file) }
    // Depth first without recursion, so that no tree can exhaust the stack.
    var pending: [(path: String, group: HDF5Group)] = [("", root)]
    while let (path, group) = pending.popLast() {
      for name in group.members.keys.sorted() {
        let place = "\(path)/\(name)"
        guard !name.isEmpty, name != ".", !name.utf8.contains(0), !name.contains("/") else {
          throw HDF5Error(
            .invalidContent, "'\(name)' is no name of a group or data set.",
            at: Location(tensor: place))
        }
        switch group.members[name] {
        case .group(let inner):
          guard unsafe spike_hdf5_group(file, place) == 0 else { throw failure(at: place) }
          pending.append((place, inner))
        case .dataset(let dataset):
          guard try unsafe write(dataset, to: file, place) == 0 else { throw failure(at: place) }
        case nil: break
        }
      }
    }
    let size = unsafe spike_hdf5_image(file, nil, 0)
    guard size >= 0 else { throw failure(at: "/") }
    var image = [UInt8](repeating: 0, count: Int(size))
    let copied = unsafe image.withUnsafeMutableBytes {
      unsafe spike_hdf5_image(file, $0.baseAddress, $0.count)
    }
    guard copied == size else { throw failure(at: "/") }
    return image
  }

  @unsafe
  private static func write(
    _ dataset: HDF5Dataset, to file: OpaquePointer, _ path: String
  ) throws(HDF5Error) -> Int32 {
    var count = 1
    for size in dataset.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow, dataset.shape.count <= 32 else {
        count = -1
        break
      }
      count = product
    }
    guard count == dataset.values.count else {
      throw HDF5Error(
        .invalidContent,
        "\(dataset.values.count) values do not fill the shape \(dataset.shape).",
        at: Location(tensor: path))
    }
    let rank = Int32(dataset.shape.count)
    let sizes = dataset.shape.map { UInt64($0) }
    func numbers<Element>(_ values: [Element], _ type: spike_hdf5_type) -> Int32 {
      unsafe values.withUnsafeBytes {
        unsafe spike_hdf5_numbers(file, path, Int32(type.rawValue), rank, sizes, $0.baseAddress)
      }
    }
    switch dataset.values {
    case .int8(let values): return numbers(values, SPIKE_HDF5_INT8)
    case .uint8(let values): return numbers(values, SPIKE_HDF5_UINT8)
    case .int16(let values): return numbers(values, SPIKE_HDF5_INT16)
    case .uint16(let values): return numbers(values, SPIKE_HDF5_UINT16)
    case .int32(let values): return numbers(values, SPIKE_HDF5_INT32)
    case .uint32(let values): return numbers(values, SPIKE_HDF5_UINT32)
    case .int64(let values): return numbers(values, SPIKE_HDF5_INT64)
    case .uint64(let values): return numbers(values, SPIKE_HDF5_UINT64)
    case .float32(let values): return numbers(values, SPIKE_HDF5_FLOAT32)
    case .float64(let values): return numbers(values, SPIKE_HDF5_FLOAT64)
    case .fixedStrings(let texts, let length):
      guard length > 0, length <= 1 << 20, texts.allSatisfy({ $0.utf8.count <= length }) else {
        throw HDF5Error(
          .invalidContent, "A text is longer than its \(length) bytes.", at: Location(tensor: path))
      }
      let bytes = texts.flatMap { text in
        text.utf8.map { CChar(bitPattern: $0) }
          + [CChar](repeating: 0, count: length - text.utf8.count)
      }
      return unsafe spike_hdf5_fixed_strings(file, path, rank, sizes, length, bytes)
    case .strings(let texts):
      guard texts.allSatisfy({ !$0.utf8.contains(0) }) else {
        throw HDF5Error(.invalidContent, "A text holds NUL.", at: Location(tensor: path))
      }
      // One block of NUL-terminated texts, and where each starts.
      var block: [CChar] = []
      var starts: [Int] = []
      for text in texts {
        starts.append(block.count)
        block += text.utf8.map { CChar(bitPattern: $0) } + [0]
      }
      return unsafe block.withUnsafeBufferPointer { buffer in
        let pointers = unsafe starts.map { unsafe buffer.baseAddress?.advanced(by: $0) }
        return unsafe spike_hdf5_strings(file, path, rank, sizes, pointers)
      }
    case .sequences:
      throw HDF5Error(
        .invalidContent, "Lists of varying length are read only.", at: Location(tensor: path))
    }
  }

  private static func failure(at path: String) -> HDF5Error {
    HDF5Error(
      .libraryFailure, "HDF5 could not write this: \(unsafe String(cString: spike_hdf5_reason())).",
      at: Location(tensor: path), fix: "please report this with the command that you ran")
  }
}
