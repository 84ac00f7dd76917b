/// Where something was found, from coarse to fine.
///
/// Every part is optional; a renderer prints those that are known, in this order.
public struct Location: Hashable, Sendable {
  /// Path of the file as the user gave it.
  public var file: String?
  /// Offset from the start of the file, in bytes.
  public var byteOffset: Int?
  /// Name of a graph node, population or layer.
  public var node: String?
  /// Operator name in the language of the source file, for example `GridSample`.
  public var `operator`: String?
  /// Name of a tensor, codebook or section.
  public var tensor: String?

  /// Makes a location from the parts that are known.
  public init(
    file: String? = nil, byteOffset: Int? = nil, node: String? = nil,
    operator: String? = nil, tensor: String? = nil
  ) {
    self.file = file
    self.byteOffset = byteOffset
    self.node = node
    self.operator = `operator`
    self.tensor = tensor
  }

  /// The location that knows nothing.
  public static let unknown = Location()

  /// This location with the gaps filled from `other`; own parts win.
  public func filled(from other: Location) -> Location {
    Location(
      file: file ?? other.file,
      byteOffset: byteOffset ?? other.byteOffset,
      node: node ?? other.node,
      operator: `operator` ?? other.operator,
      tensor: tensor ?? other.tensor)
  }
}

extension Location: CustomStringConvertible {
  /// For example `model.onnx: node 'features.3' (GridSample), tensor 'w'`.
  public var description: String {
    var place: [String] = []
    if let byteOffset { place.append("byte \(byteOffset)") }
    switch (node, `operator`) {
    case (let node?, let `operator`?): place.append("node '\(node)' (\(`operator`))")
    case (let node?, nil): place.append("node '\(node)'")
    case (nil, let `operator`?): place.append("operator \(`operator`)")
    case (nil, nil): break
    }
    if let tensor { place.append("tensor '\(tensor)'") }
    let inside = place.joined(separator: ", ")
    switch (file, inside.isEmpty) {
    case (let file?, true): return file
    case (let file?, false): return "\(file): \(inside)"
    case (nil, _): return inside
    }
  }
}
