import SpikeGraph

// The numbers of the schema's enums. Swift's cases have texts; files have numbers that never change.

extension ElementType {
  private static let fileNumbers: [(ElementType, Int)] = [
    (.float32, 1), (.float64, 2), (.float16, 3), (.bfloat16, 4), (.int8, 5), (.int16, 6),
    (.int32, 7), (.int64, 8), (.uint8, 9), (.uint16, 10), (.uint32, 11), (.uint64, 12),
    (.bool, 13),
  ]

  /// Number in `ElementType` of model.proto.
  var fileNumber: Int { ElementType.fileNumbers.first { $0.0 == self }?.1 ?? 0 }

  /// The type with that number.
  init?(fileNumber: Int) {
    guard let row = ElementType.fileNumbers.first(where: { $0.1 == fileNumber }) else { return nil }
    self = row.0
  }
}

extension ModelStage {
  /// Number in `Stage` of model.proto.
  var fileNumber: Int {
    switch self {
    case .imported: 1
    case .spiking: 2
    case .fitted: 3
    }
  }

  /// The stage with that number.
  init?(fileNumber: Int) {
    guard let stage = ModelStage.allCases.first(where: { $0.fileNumber == fileNumber }) else {
      return nil
    }
    self = stage
  }
}

extension CodebookScope {
  /// Number in `CodebookScope` of model.proto.
  var fileNumber: Int {
    switch self {
    case .network: 1
    case .layer: 2
    case .channel: 3
    }
  }

  /// The scope with that number.
  init?(fileNumber: Int) {
    guard let scope = CodebookScope.allCases.first(where: { $0.fileNumber == fileNumber }) else {
      return nil
    }
    self = scope
  }
}
