/// A group of an HDF5 file: named groups and data sets.
public struct HDF5Group: Hashable, Sendable {
  /// What a group can hold.
  public enum Member: Hashable, Sendable {
    case group(HDF5Group)
    case dataset(HDF5Dataset)
  }

  /// Members by name; names must not be empty or hold `/` or NUL.
  public var members: [String: Member]
  /// Attributes by name, where the reader was asked for them; never written.
  public var attributes: [String: HDF5Dataset] = [:]

  /// Makes a group.
  public init(_ members: [String: Member] = [:]) { self.members = members }

  /// The member of a name; a data set or a group can be set.
  public subscript(name: String) -> Member? {
    get { members[name] }
    set { members[name] = newValue }
  }
}

/// An array of numbers, texts or lists in an HDF5 file.
public struct HDF5Dataset: Hashable, Sendable {
  /// Elements with their stored type, row-major.
  public enum Values: Hashable, Sendable {
    case int8([Int8])
    case uint8([UInt8])
    case int16([Int16])
    case uint16([UInt16])
    case int32([Int32])
    case uint32([UInt32])
    case int64([Int64])
    case uint64([UInt64])
    case float32([Float])
    case float64([Double])
    /// Byte strings of one length, padded with NUL.
    case fixedStrings([String], length: Int)
    /// UTF-8 strings of any length.
    case strings([String])
    /// Lists of numbers, of any length each; read, not written.
    case sequences([Values])

    /// Number of elements.
    public var count: Int {
      switch self {
      case .int8(let values): values.count
      case .uint8(let values): values.count
      case .int16(let values): values.count
      case .uint16(let values): values.count
      case .int32(let values): values.count
      case .uint32(let values): values.count
      case .int64(let values): values.count
      case .uint64(let values): values.count
      case .float32(let values): values.count
      case .float64(let values): values.count
      case .fixedStrings(let values, _): values.count
      case .strings(let values): values.count
      case .sequences(let values): values.count
      }
    }
  }

  /// Sizes, outermost first; empty for a scalar.
  public var shape: [Int]
  /// The elements.
  public var values: Values

  /// Makes a data set of a shape.
  public init(shape: [Int], _ values: Values) {
    self.shape = shape
    self.values = values
  }

  /// A scalar integer.
  public static func scalar(_ value: Int32) -> HDF5Dataset {
    HDF5Dataset(shape: [], .int32([value]))
  }

  /// A list of integers.
  public static func list(_ values: [Int32]) -> HDF5Dataset {
    HDF5Dataset(shape: [values.count], .int32(values))
  }
}

extension HDF5Dataset.Values {
  /// The elements as numbers; nil for texts.
  package var numbers: [Double]? {
    switch self {
    case .int8(let values): values.map { Double($0) }
    case .uint8(let values): values.map { Double($0) }
    case .int16(let values): values.map { Double($0) }
    case .uint16(let values): values.map { Double($0) }
    case .int32(let values): values.map { Double($0) }
    case .uint32(let values): values.map { Double($0) }
    case .int64(let values): values.map { Double($0) }
    case .uint64(let values): values.map { Double($0) }
    case .float32(let values): values.map { Double($0) }
    case .float64(let values): values
    case .fixedStrings, .strings, .sequences: nil
    }
  }

  /// The elements as texts; nil for numbers.
  package var texts: [String]? {
    switch self {
    case .fixedStrings(let texts, _), .strings(let texts): texts
    default: nil
    }
  }
}
