/// A table in flash.
struct CArray {
  let type: String
  let bytes: Int
  let name: String
  let values: [Int32]

  init(_ name: String, _ type: CInteger, _ values: [Int32]) {
    self.init(name, type.name, type.bytes, values)
  }

  init(_ name: String, _ type: String, _ width: Int, _ values: [Int32]) {
    self.name = name
    self.type = type
    self.values = values
    bytes = width * values.count
  }

  /// The definition, lines of at most 100 characters.
  func append(to text: inout String) {
    text += "static const \(type) \(name)[\(values.count)] = {\n"
    var line = " "
    for value in values {
      let item = " \(value),"
      if line.utf8.count + item.utf8.count > 100 {
        text += line + "\n"
        line = " "
      }
      line += item
    }
    text += line + "\n};\n"
  }
}

extension CNetwork {
  /// Every table of the program, in the order of the source.
  var arrays: [CArray] {
    var result: [CArray] = []
    for (index, table) in tables.enumerated() {
      switch table.form {
      case .plain(let type): result.append(CArray("weights_\(index)", type, table.data))
      case .indexed(_, let entries, _):
        result.append(CArray("weights_\(index)", "uint8_t", 1, table.data))
        result.append(CArray("book_\(index)", entries, table.book))
      }
    }
    for population in populations {
      for (name, values) in [
        ("threshold", population.fires ? population.thresholds : []),
        ("bias", population.biases), ("initial", population.initial),
      ] where values.count > 1 {
        result.append(CArray("\(name)_\(population.index)", CInteger(holding: values), values))
      }
    }
    return result
  }

  /// Bytes of all tables.
  var romBytes: Int { arrays.reduce(0) { $0 + $1.bytes } }
}
