/// The inner loop: a row of weights is added to sums that lie side by side. One function for every
/// combination of types that the network has.
struct CRowFunction: Hashable {
  let form: CWeightTable.Form
  let sum: CInteger
  /// Whether the weights are multiplied by a value; a spike is 1.
  let isGraded: Bool

  var name: String {
    let weights =
      switch form {
      case .plain(let type): "\(type.rawValue)"
      case .indexed(let bits, let entries, let own):
        "\(bits)of\(entries.rawValue)" + (own > 0 ? "own\(own)" : "")
      }
    return "add_\(weights)_to_\(sum.rawValue)" + (isGraded ? "_graded" : "")
  }

  /// The call for `count` weights from `row` on.
  func call(sum: String, row: String, book: String, count: Int, value: String) -> String {
    var arguments = [sum, row]
    if case .indexed = form { arguments.append(book) }
    arguments.append("\(count)")
    if isGraded { arguments.append(value) }
    return "\(name)(\(arguments.joined(separator: ", ")))"
  }

  var definition: String {
    var parameters = ["\(sum.name) *restrict sum"]
    switch form {
    case .plain(let type): parameters.append("const \(type.name) *restrict row")
    case .indexed(_, let entries, _):
      parameters += ["const uint8_t *restrict row", "const \(entries.name) *restrict book"]
    }
    parameters.append("uint32_t count")
    if isGraded { parameters.append("int32_t value") }
    return """
      static void \(name)(
        \(parameters.joined(separator: ", ")))
      {
      \(body)
      }

      """
  }

  private var body: String {
    switch form {
    case .plain:
      return """
          uint32_t i;
          for (i = 0; i < count; i++) \(add("i", "row[i]"))
        """
    case .indexed(8, _, let own):
      return """
          uint32_t i;
          for (i = 0; i < count; i++) \(add("i", entry("row[i]", "i", own)))
        """
    case .indexed(let bits, _, let own):
      let perByte = 8 / bits
      let mask = "\((1 << bits) - 1)u"
      let lines = (0..<perByte).map { part in
        let shifted = part == 0 ? "byte" : "(byte >> \(part * bits))"
        let index = part == 0 ? "i" : "i + \(part)"
        return "    " + add(index, entry("\(shifted) & \(mask)", index, own))
      }
      return """
          uint32_t i = 0;
          for (; count - i >= \(perByte); i += \(perByte)) {
            const uint32_t byte = *row++;
        \(lines.joined(separator: "\n"))
          }
          if (i < count) {
            uint32_t byte = *row;
            for (; i < count; i++) {
              \(add("i", entry("byte & \(mask)", "i", own)))
              byte >>= \(bits);
            }
          }
        """
    }
  }

  private func entry(_ code: String, _ index: String, _ own: Int) -> String {
    guard own > 0 else { return "book[\(code)]" }
    return "book[(\(index)) * \(own) + (\(code))]"
  }

  private func add(_ index: String, _ weight: String) -> String {
    let term = isGraded ? "value * \(weight)" : weight
    return "sum[\(index)] = (\(sum.name))(sum[\(index)] + \(term));"
  }
}
