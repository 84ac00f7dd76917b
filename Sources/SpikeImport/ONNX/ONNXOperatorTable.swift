/// All ONNX operators that sfconv imports, one row per operator and range of operator sets.
///
/// To add one: a file in `Operators/` and a row here (docs/adding-an-operator.md).
package enum ONNXOperatorTable {
  /// The rows, by name.
  package static let rows: [ONNXOperator] = (single + families).sorted {
    ($0.name, $0.domain, $0.versions.lowerBound) < ($1.name, $1.domain, $1.versions.lowerBound)
  }

  private static let single: [ONNXOperator] = [
    .absolute, .add1, .add7, .averagePool, .batchNormalization1, .batchNormalization7, .bitShift,
    .cast, .castLike, .celu, .clip1, .clip11, .concat, .constant, .constantOfShape, .conv,
    .convInteger, .convTranspose, .cumSum, .depthToSpace, .dequantizeLinear, .div1, .div7,
    .dropout1, .dropout7, .dropout12, .elu, .expand, .eyeLike, .flatten, .gather, .gelu, .gemm1,
    .gemm7, .globalAveragePool, .globalLpPool, .globalMaxPool, .hardSigmoid, .identity, .isInf,
    .isNaN, .leakyRelu, .localResponseNormalization, .logSoftmax1, .logSoftmax13, .lpPool, .matMul,
    .matMulInteger, .maxPool, .maximum, .mean, .minimum, .mod, .mul1, .mul7, .neg, .nonZero, .not,
    .pRelu1, .pRelu7, .pad1, .pad2, .pad11, .pow1, .pow7, .qLinearConv, .qLinearMatMul,
    .quantizeLinear, .range, .relu, .reshape1, .reshape5, .resize10, .resize11, .selu1, .selu6,
    .shape, .shrink, .size, .slice1, .slice10, .softmax1, .softmax13, .spaceToDepth, .split1,
    .split13, .squeeze1, .squeeze13, .sub1, .sub7, .sum, .swish, .thresholdedRelu, .tile1, .tile6,
    .transpose, .trilu, .unsqueeze1, .unsqueeze13, .upsample1, .upsample7, .upsample9, .where,
  ]

  /// Rows that are alike.
  private static let families: [ONNXOperator] =
    ONNXOperator.plainFunctions + ONNXOperator.foldedPairs + ONNXOperator.reductions
    + ONNXOperator.bipolarQuant + ONNXOperator.quant

  private static let rowsByName = Dictionary(grouping: rows) { "\($0.domain):\($0.name)" }

  /// The row of an operator in a version of its operator set; nil if there is none.
  package static func row(_ name: String, domain: String, version: Int) -> ONNXOperator? {
    rowsByName["\(domain):\(name)"]?.first { $0.versions.contains(version) }
  }

  /// All rows of an operator, oldest first.
  package static func rows(of name: String, domain: String) -> [ONNXOperator] {
    (rowsByName["\(domain):\(name)"] ?? []).sorted {
      $0.versions.lowerBound < $1.versions.lowerBound
    }
  }

  /// Names of the operators of a domain, sorted.
  package static func names(domain: String) -> [String] {
    Set(rows.filter { $0.domain == domain }.map { $0.name }).sorted()
  }

  /// The table of `docs/operators.md`.
  package static var markdown: String {
    var lines = [
      "| Operator | Operator sets | Inputs | Attributes | Becomes |",
      "|---|---|---|---|---|",
    ]
    let sorted = rows.sorted {
      ($0.name, $0.domain, $0.versions.lowerBound) < ($1.name, $1.domain, $1.versions.lowerBound)
    }
    for row in sorted {
      let inputs =
        row.inputs.count == 1
        ? "\(row.inputs.lowerBound)" : "\(row.inputs.lowerBound)–\(row.inputs.upperBound)"
      let attributes = row.attributes.sorted().map { "`\($0)`" }.joined(separator: ", ")
      let name = row.domain.isEmpty ? row.name : "\(row.domain).\(row.name)"
      lines.append(
        "| `\(name)` | \(row.versions.lowerBound)–\(row.versions.upperBound) | \(inputs) | "
          + "\(attributes) | \(row.becomes) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
