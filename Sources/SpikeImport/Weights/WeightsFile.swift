import SpikeBytes
import SpikeContainers
public import SpikeDiagnostics
public import SpikeGraph

/// Named tensors without a network: safetensors, files of PyTorch, NPZ as `numpy.savez` writes it, or
/// one array of `numpy.save`, whose name is that of the file.
public struct WeightsFile: Sendable {
  /// Which format it is.
  public enum Format: String, Hashable, Sendable {
    case safetensors
    case pytorch = "PyTorch"
    case npz
    case npy
  }

  /// Path as the user gave it.
  public let path: String
  /// Which format it is.
  public let format: Format
  /// Entry of a checkpoint that the tensors come from; empty where they are the whole file.
  public let section: String
  /// The tensors by name; those that lie in the file without gaps stay there.
  public let tensors: [String: Tensor]
  /// Tensors that lie in the mapped file: where.
  private let offsets: [String: Int]
  private let file: MappedFile

  /// Reads the file at `path`; its first bytes say which format it is.
  /// - Throws: `weights.unreadable`, `weights.unknown-format`, `weights.corrupt` with the error of the
  ///   container as its cause, `weights.duplicate-name`.
  /// - Complexity: O(header) for safetensors, O(bytes) for archives.
  public init(path: String) throws(WeightsError) {
    let place = Location(file: path)
    self.path = path
    do throws(FileError) {
      file = try MappedFile(path: path)
    } catch {
      throw WeightsError(
        .unreadable, "The weights cannot be opened.", at: place, fix: error.fix, cause: error)
    }
    do throws(WeightsError) {
      let content = try WeightsContent(of: file, named: WeightsFile.stem(of: path))
      (format, section) = (content.format, content.section)
      (tensors, offsets) = (content.tensors, content.offsets)
    } catch {
      throw error.located(in: place)
    }
  }

  /// Name of the file without folder and `.npy`.
  private static func stem(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return name.lowercased().hasSuffix(".npy") ? String(name.dropLast(4)) : name
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
}
