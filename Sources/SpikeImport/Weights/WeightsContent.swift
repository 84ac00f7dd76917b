import SpikeBytes
import SpikeContainers
import SpikeDiagnostics
import SpikeGraph

/// What a weights file holds, whichever format it has.
struct WeightsContent {
  let format: WeightsFile.Format
  var section = ""
  var tensors: [String: Tensor] = [:]
  /// Tensors that lie in the mapped file: where.
  var offsets: [String: Int] = [:]

  /// Bytes that all arrays that must be unpacked or gathered may have together.
  private static let copyLimit = 1 << 33

  /// Reads `file`; its first bytes say which format it is.
  /// - Throws: `weights.unknown-format`, `weights.corrupt` with the error of the container as its
  ///   cause, `weights.duplicate-name`.
  /// - Parameter name: name of the tensor where the file holds one without a name.
  init(of file: MappedFile, named name: String) throws(WeightsError) {
    let legacy = TorchFile.legacyMagic
    if file.count >= 4, file.bytes(in: 0..<4) == ZIPArchive.magic {
      let archive = try WeightsContent.reading { () throws(ZIPError) in try ZIPArchive(file) }
      format = TorchFile.isTorch(archive) ? .pytorch : .npz
      if format == .npz { try takeArrays(of: archive) } else { try takeTorch(file) }
    } else if file.count >= legacy.count, file.bytes(in: 0..<legacy.count) == legacy {
      format = .pytorch
      try takeTorch(file)
    } else if file.count >= 6, file.bytes(in: 0..<6) == [0x93] + Array("NUMPY".utf8) {
      format = .npy
      try takeArray(file, name)
    } else if file.count < 10 || file.bytes(in: 8..<9) == [UInt8(ascii: "{")] {
      format = .safetensors
      try takeSafetensors(file)
    } else {
      throw WeightsError(
        .unknownFormat, "The file is neither safetensors nor NPZ nor NPY nor of torch.save.",
        fix: "write the weights with safetensors.torch.save_file(model.state_dict(), path)")
    }
  }

  private mutating func takeSafetensors(_ file: MappedFile) throws(WeightsError) {
    let entries = try WeightsContent.reading { () throws(SafetensorsError) in
      try SafetensorsFile(file).entries
    }
    for entry in entries {
      offsets[entry.name] = entry.range.lowerBound
      tensors[entry.name] = Tensor(
        in: file, at: entry.range.lowerBound, elementType: entry.element.type,
        shape: Shape(entry.shape))
    }
  }

  private mutating func takeTorch(_ file: MappedFile) throws(WeightsError) {
    let torch = try WeightsContent.reading { () throws(TorchError) in try TorchFile(file) }
    section = torch.section
    var left = WeightsContent.copyLimit
    for entry in torch.entries {
      let shape = Shape(entry.shape)
      if entry.isContiguous {
        offsets[entry.name] = entry.offset
        tensors[entry.name] = Tensor(
          in: file, at: entry.offset, elementType: entry.element.type, shape: shape)
        continue
      }
      left -= shape.elementCount * entry.element.byteCount
      guard left >= 0 else {
        throw WeightsError(
          .corrupt,
          "The tensors that are not row-major have more than \(WeightsContent.copyLimit) bytes.",
          at: Location(tensor: entry.name), fix: "write them with .contiguous()")
      }
      tensors[entry.name] = Tensor(
        bytes: torch.bytes(of: entry), elementType: entry.element.type, shape: shape)
    }
  }

  private mutating func takeArray(_ file: MappedFile, _ name: String) throws(WeightsError) {
    guard file.count <= WeightsContent.copyLimit else {
      throw WeightsError(
        .corrupt,
        "The array has \(file.count) bytes; at most \(WeightsContent.copyLimit) are read.",
        fix: "write the weights with safetensors.torch.save_file(model.state_dict(), path)")
    }
    let array = try WeightsContent.reading { () throws(NPYError) in
      try NPYArray(file.bytes(in: 0..<file.count))
    }
    tensors[name] = Tensor(
      bytes: array.bytes, elementType: array.element.type, shape: Shape(array.shape))
  }

  private mutating func takeArrays(of archive: ZIPArchive) throws(WeightsError) {
    var left = WeightsContent.copyLimit
    for entry in archive.entries {
      guard entry.name.hasSuffix(".npy") else {
        throw WeightsError(
          .unknownFormat,
          "The archive holds '\(entry.name.prefix(64))', which is not an array (.npy).",
          fix: "write the weights with numpy.savez, or with "
            + "safetensors.torch.save_file(model.state_dict(), path)")
      }
      let name = String(entry.name.dropLast(4))
      guard tensors[name] == nil else {
        throw WeightsError(
          .duplicateName, "The array '\(name)' is there twice; once is allowed.",
          at: Location(tensor: name), fix: "write the archive again with numpy.savez")
      }
      let place = Location(tensor: name)
      let limit = left
      let bytes = try WeightsContent.reading(place) { () throws(ZIPError) in
        try archive.contents(of: entry, limit: limit)
      }
      let array = try WeightsContent.reading(place) { () throws(NPYError) in
        try NPYArray(bytes)
      }
      left -= array.bytes.count
      tensors[name] = Tensor(
        bytes: array.bytes, elementType: array.element.type, shape: Shape(array.shape))
    }
  }

  /// What `body` gives; an error of a container becomes the cause of one of this station.
  private static func reading<Result, Code: ErrorCode>(
    _ place: Location? = nil, _ body: () throws(DiagnosedError<Code>) -> Result
  ) throws(WeightsError) -> Result {
    do throws(DiagnosedError<Code>) {
      return try body()
    } catch {
      throw WeightsError(
        .corrupt, "The weights cannot be read.", at: place ?? error.location,
        fix: error.fix, cause: error)
    }
  }
}

extension SafetensorsFile.Element {
  /// The same kind in a graph.
  fileprivate var type: ElementType {
    switch self {
    case .float64: .float64
    case .float32: .float32
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .int64: .int64
    case .int32: .int32
    case .int16: .int16
    case .int8: .int8
    case .uint64: .uint64
    case .uint32: .uint32
    case .uint16: .uint16
    case .uint8: .uint8
    case .bool: .bool
    }
  }
}

extension TorchElement {
  /// The same kind in a graph.
  fileprivate var type: ElementType {
    switch self {
    case .float64: .float64
    case .float32: .float32
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .int64: .int64
    case .int32: .int32
    case .int16: .int16
    case .int8: .int8
    case .uint8: .uint8
    case .bool: .bool
    }
  }
}

extension NPYArray.Element {
  /// The same kind in a graph.
  fileprivate var type: ElementType {
    switch self {
    case .float64: .float64
    case .float32: .float32
    case .int64: .int64
    case .int32: .int32
    case .int16: .int16
    case .int8: .int8
    case .uint64: .uint64
    case .uint32: .uint32
    case .uint16: .uint16
    case .uint8: .uint8
    case .bool: .bool
    }
  }
}
