import SpikeBytes
import SpikeContainers
public import SpikeDiagnostics
public import SpikeGraph

/// Named tensors without a network: safetensors, or NPZ as `numpy.savez` writes it.
public struct WeightsFile: Sendable {
  /// Which format it is.
  public enum Format: String, Hashable, Sendable {
    case safetensors
    case npz
  }

  /// Path as the user gave it.
  public let path: String
  /// Which format it is.
  public let format: Format
  /// The tensors by name; those of safetensors stay in the mapped file.
  public let tensors: [String: Tensor]
  /// Tensors that lie in the mapped file: where.
  private let offsets: [String: Int]
  private let file: MappedFile

  /// Bytes that all arrays of an archive may have together.
  private static let archiveLimit = 1 << 33

  /// Reads the file at `path`; its first bytes say which format it is.
  /// - Throws: `weights.unreadable`, `weights.unknown-format`, `weights.corrupt` with the error of the
  ///   container as its cause, `weights.duplicate-name`.
  /// - Complexity: O(header) for safetensors, O(bytes) for NPZ.
  public init(path: String) throws(WeightsError) {
    let place = Location(file: path)
    self.path = path
    do throws(FileError) {
      file = try MappedFile(path: path)
    } catch {
      throw WeightsError(
        .unreadable, "The weights cannot be opened.", at: place, fix: error.fix, cause: error)
    }
    if file.count >= 4, file.bytes(in: 0..<4) == ZIPArchive.magic {
      format = .npz
      offsets = [:]
      do throws(WeightsError) {
        tensors = try WeightsFile.arrays(of: file)
      } catch {
        throw error.located(in: place)
      }
      return
    }
    guard file.count < 10 || file.bytes(in: 8..<9) == [UInt8(ascii: "{")] else {
      throw WeightsError(
        .unknownFormat, "The file is neither safetensors nor NPZ.", at: place,
        fix: "write the weights with safetensors.torch.save_file(model.state_dict(), path)")
    }
    do throws(SafetensorsError) {
      let entries = try SafetensorsFile(file).entries
      let source = file
      format = .safetensors
      offsets = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.range.lowerBound) })
      tensors = Dictionary(
        uniqueKeysWithValues: entries.map {
          (
            $0.name,
            Tensor(
              in: source, at: $0.range.lowerBound, elementType: $0.element.type,
              shape: Shape($0.shape))
          )
        })
    } catch {
      throw WeightsError(
        .corrupt, "The safetensors file cannot be read.", at: error.location, fix: error.fix,
        cause: error)
    }
  }

  /// How many numbers of a tensor are NaN or infinite, as float32.
  /// - Complexity: O(count), at memory speed where they lie in the file.
  func nonFiniteCount(_ name: String) -> Int {
    guard let tensor = tensors[name] else { return 0 }
    let kind: PackedNumbers.FloatKind? =
      switch tensor.elementType {
      case .float32: .float32
      case .float16: .float16
      case .bfloat16: .bfloat16
      default: nil
      }
    guard let offset = offsets[name], let kind else {
      return tensor.floats().count { !$0.isFinite }
    }
    return PackedNumbers.nonFiniteCount(in: file, at: offset, count: tensor.count, kind: kind)
  }

  private static func arrays(of file: MappedFile) throws(WeightsError) -> [String: Tensor] {
    let archive: ZIPArchive
    do throws(ZIPError) {
      archive = try ZIPArchive(file)
    } catch {
      throw WeightsError(
        .corrupt, "The archive cannot be read.", at: error.location, fix: error.fix, cause: error)
    }
    var left = archiveLimit
    var tensors: [String: Tensor] = [:]
    for entry in archive.entries {
      guard entry.name.hasSuffix(".npy") else {
        throw WeightsError(
          .unknownFormat,
          "The archive holds '\(entry.name.prefix(64))', which is not an array (.npy).",
          fix: "if it is a PyTorch checkpoint, load it where it was made and write it with "
            + "safetensors.torch.save_file(model.state_dict(), path)")
      }
      let name = String(entry.name.dropLast(4))
      guard tensors[name] == nil else {
        throw WeightsError(
          .duplicateName, "The array '\(name)' is there twice; once is allowed.",
          at: Location(tensor: name), fix: "write the archive again with numpy.savez")
      }
      let array = try array(entry, name, of: archive, limit: left)
      left -= array.bytes.count
      tensors[name] = Tensor(
        bytes: array.bytes, elementType: array.element.type, shape: Shape(array.shape))
    }
    return tensors
  }

  private static func array(
    _ entry: ZIPEntry, _ name: String, of archive: ZIPArchive, limit: Int
  ) throws(WeightsError) -> NPYArray {
    let place = Location(tensor: name)
    let bytes: [UInt8]
    do throws(ZIPError) {
      bytes = try archive.contents(of: entry, limit: limit)
    } catch {
      throw WeightsError(
        .corrupt, "The array cannot be unpacked.", at: place, fix: error.fix, cause: error)
    }
    do throws(NPYError) {
      return try NPYArray(bytes)
    } catch {
      throw WeightsError(
        .corrupt, "The array cannot be read.", at: place, fix: error.fix, cause: error)
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
