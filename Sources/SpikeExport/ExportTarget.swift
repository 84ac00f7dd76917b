public import SpikeBundle

/// A row of the target table: what lowering must know about a chip, and how its files are written.
public struct ExportTarget: Sendable {
  /// Name as users type it; also the name of its hardware spec.
  public let name: String
  /// One line for listings.
  public let summary: String
  /// Integer arithmetic of its neurons.
  public let arithmetic: Arithmetic
  /// Numbers that lowering checks.
  public let limits: TargetLimits
  /// The format of its own files for listings, or nil if it has none.
  public let nativeFormat: String?
  /// Whether its files can hold bundles that were lowered for another arithmetic.
  public let takesEveryArithmetic: Bool
  /// Encodes a bundle as named files; nil if there is no format.
  let encode: (@Sendable (Bundle, NativeOptions) throws(ExportError) -> [NativeFile])?

  /// A target without files of its own: the bundle is all there is.
  public init(
    name: String, summary: String, arithmetic: Arithmetic, limits: TargetLimits = TargetLimits()
  ) {
    self.init(
      name: name, summary: summary, arithmetic: arithmetic, limits: limits, nativeFormat: nil,
      encode: nil)
  }

  init(
    name: String, summary: String, arithmetic: Arithmetic, limits: TargetLimits,
    nativeFormat: String?, takesEveryArithmetic: Bool = false,
    encode: (@Sendable (Bundle) throws(ExportError) -> [NativeFile])?
  ) {
    self.name = name
    self.summary = summary
    self.arithmetic = arithmetic
    self.limits = limits
    self.nativeFormat = nativeFormat
    self.takesEveryArithmetic = takesEveryArithmetic
    if let encode {
      self.encode = { bundle, _ throws(ExportError) in try encode(bundle) }
    } else {
      self.encode = nil
    }
  }

  /// A row whose files depend on options.
  init(
    name: String, summary: String, arithmetic: Arithmetic, limits: TargetLimits,
    nativeFormat: String?, takesEveryArithmetic: Bool = false,
    encodeWithOptions: (@Sendable (Bundle, NativeOptions) throws(ExportError) -> [NativeFile])?
  ) {
    self.name = name
    self.summary = summary
    self.arithmetic = arithmetic
    self.limits = limits
    self.nativeFormat = nativeFormat
    self.takesEveryArithmetic = takesEveryArithmetic
    encode = encodeWithOptions
  }
}

/// A file of a chip's own format, in memory.
public struct NativeFile: Hashable, Sendable {
  /// Name without a directory.
  public let name: String
  /// Content.
  public let bytes: [UInt8]

  /// Makes a file.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }
}
