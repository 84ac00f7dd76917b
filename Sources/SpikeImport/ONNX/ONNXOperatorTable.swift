/// All ONNX operators that sfconv imports, one row per operator and range of operator sets.
///
/// To add one: a file in `Operators/` and a row here (docs/adding-an-operator.md).
package enum ONNXOperatorTable {
  /// The rows, by name.
  package static let rows: [ONNXOperator] = [
    .add, .averagePool, .batchNormalization, .cast, .clip7, .clip11, .concat, .constant,
    .constantOfShape, .conv, .div, .dropout7, .dropout12, .flatten, .gather, .gemm,
    .globalAveragePool, .globalMaxPool, .identity, .leakyRelu, .logSoftmax7, .logSoftmax13,
    .matMul, .maxPool, .mul, .pad7, .pad11, .reduceMean7, .reduceMean18, .relu, .reshape, .shape,
    .slice7, .slice10, .softmax7, .softmax13, .squeeze7, .squeeze13, .sub, .sum, .transpose,
    .unsqueeze7, .unsqueeze13,
  ]

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
      ($0.name, $0.versions.lowerBound) < ($1.name, $1.versions.lowerBound)
    }
    for row in sorted {
      let inputs =
        row.inputs.count == 1
        ? "\(row.inputs.lowerBound)" : "\(row.inputs.lowerBound)–\(row.inputs.upperBound)"
      let attributes = row.attributes.sorted().map { "`\($0)`" }.joined(separator: ", ")
      lines.append(
        "| `\(row.name)` | \(row.versions.lowerBound)–\(row.versions.upperBound) | \(inputs) | "
          + "\(attributes) | \(row.becomes) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
