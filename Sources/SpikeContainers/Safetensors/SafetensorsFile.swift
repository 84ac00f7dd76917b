public import SpikeBytes
public import SpikeDiagnostics

/// A safetensors file that is read in place: the header at once, tensors as ranges of the file.
///
/// Format (github.com/huggingface/safetensors, README, "Format"): 8 bytes with the length N of the
/// header, little-endian; N bytes of JSON; the tensors, little-endian, row-major. Nothing in it can
/// be executed. What the format forbids is refused: names that occur twice, bytes that belong to
/// two tensors or to none.
public struct SafetensorsFile: Sendable {
  /// Kind of the elements.
  public enum Element: String, Hashable, Sendable, CaseIterable {
    case float64 = "F64"
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int64 = "I64"
    case int32 = "I32"
    case int16 = "I16"
    case int8 = "I8"
    case uint64 = "U64"
    case uint32 = "U32"
    case uint16 = "U16"
    case uint8 = "U8"
    case bool = "BOOL"

    /// Bytes of one element.
    public var byteCount: Int {
      switch self {
      case .float64, .int64, .uint64: 8
      case .float32, .int32, .uint32: 4
      case .float16, .bfloat16, .int16, .uint16: 2
      case .int8, .uint8, .bool: 1
      }
    }
  }

  /// One tensor of the file.
  public struct Entry: Hashable, Sendable {
    /// Name, unique in the file.
    public let name: String
    /// Kind of the elements.
    public let element: Element
    /// Sizes, outermost first; empty for a scalar.
    public let shape: [Int]
    /// Where the bytes lie in the file.
    public let range: Range<Int>
  }

  /// The tensors, in the order of their bytes.
  public let entries: [Entry]
  /// The file.
  public let file: MappedFile

  /// Largest header that is read, in bytes: the limit of the format's own library.
  public static let headerLimit = 100_000_000
  /// Largest number of axes.
  public static let rankLimit = 32

  /// Reads the header of `file` and checks every place that it names.
  /// - Throws: every `safetensors.…` code.
  /// - Complexity: O(header + tensors log tensors); the tensors themselves are not touched.
  public init(_ file: MappedFile) throws(SafetensorsError) {
    self.file = file
    do throws(SafetensorsError) {
      entries = try SafetensorsFile.entries(of: file)
    } catch {
      throw error.located(in: Location(file: file.path))
    }
  }

  private static func entries(of file: MappedFile) throws(SafetensorsError) -> [Entry] {
    guard file.count >= 8 else {
      throw SafetensorsError(
        .truncated, "The file has \(file.count) bytes; the length of the header alone has 8.",
        fix: getAgain)
    }
    let length = file.bytes(in: 0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(headerLimit) else {
      throw SafetensorsError(
        .headerTooLarge,
        "The header claims \(length) bytes; at most \(headerLimit) are allowed.",
        at: Location(byteOffset: 0), fix: "check that this is a safetensors file")
    }
    let start = 8 + Int(length)
    guard start <= file.count else {
      throw SafetensorsError(
        .truncated, "The header claims \(length) bytes; \(file.count - 8) are there.",
        at: Location(byteOffset: 0), fix: getAgain)
    }
    var reader = SafetensorsHeader(file.bytes(in: 8..<start))
    var entries: [Entry] = []
    for record in try reader.records() {
      do throws(SafetensorsError) {
        entries.append(try entry(of: record, dataStart: start, fileSize: file.count))
      } catch {
        throw error.located(in: Location(tensor: record.name))
      }
    }
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound, $0.name)
        < ($1.range.lowerBound, $1.range.upperBound, $1.name)
    }
    try checkCovered(entries, start..<file.count)
    return entries
  }

  private static func entry(
    of record: SafetensorsHeader.Record, dataStart: Int, fileSize: Int
  ) throws(SafetensorsError) -> Entry {
    guard let element = Element(rawValue: record.type) else {
      throw SafetensorsError(
        .unsupportedType,
        "The tensor has elements of type '\(record.type.prefix(16))'; read are "
          + Element.allCases.map(\.rawValue).joined(separator: ", ") + ".",
        fix: "store it as F32")
    }
    var needed = element.byteCount
    for size in record.shape where size > 0 {
      let (product, overflow) = needed.multipliedReportingOverflow(by: size)
      guard !overflow else {
        throw SafetensorsError(
          .shapeOverflow, "The shape \(record.shape) has more elements than 64 bits can count.",
          fix: getAgain)
      }
      needed = product
    }
    if record.shape.contains(0) { needed = 0 }
    let data = fileSize - dataStart
    guard record.begin <= record.end, record.end <= data else {
      throw SafetensorsError(
        .badOffsets,
        "The tensor lies at bytes \(record.begin) to \(record.end) of the data; allowed are 0 to "
          + "\(data), in this order.", fix: getAgain)
    }
    guard record.end - record.begin == needed else {
      throw SafetensorsError(
        .sizeMismatch,
        "The tensor has \(record.end - record.begin) bytes; its shape \(record.shape) of "
          + "\(element.rawValue) needs \(needed).", fix: getAgain)
    }
    return Entry(
      name: record.name, element: element, shape: record.shape,
      range: dataStart + record.begin..<dataStart + record.end)
  }

  /// Every byte behind the header belongs to exactly one tensor.
  private static func checkCovered(
    _ entries: [Entry], _ data: Range<Int>
  ) throws(SafetensorsError) {
    var position = data.lowerBound
    var before = "the header"
    for entry in entries {
      guard entry.range.lowerBound >= position else {
        throw SafetensorsError(
          .overlap,
          "The tensor begins at byte \(entry.range.lowerBound), inside of \(before), which ends at "
            + "byte \(position).",
          at: Location(byteOffset: entry.range.lowerBound, tensor: entry.name), fix: getAgain)
      }
      guard entry.range.lowerBound == position else {
        throw hole(position..<entry.range.lowerBound, "in front of '\(entry.name)'", entry.name)
      }
      position = entry.range.upperBound
      before = "'\(entry.name)'"
    }
    guard position == data.upperBound else {
      throw hole(position..<data.upperBound, "at the end", nil)
    }
  }

  private static func hole(
    _ range: Range<Int>, _ place: String, _ name: String?
  ) -> SafetensorsError {
    SafetensorsError(
      .hole, "\(range.count) bytes \(place) belong to no tensor; 0 are allowed.",
      at: Location(byteOffset: range.lowerBound, tensor: name), fix: getAgain)
  }

  static let getAgain = "get a fresh copy of the file, or write it again with safetensors"
}
