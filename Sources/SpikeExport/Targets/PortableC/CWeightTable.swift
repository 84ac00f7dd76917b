/// The weights of a projection as they lie in flash: rows of weights by source, in whichever of
/// three forms takes the fewest bytes, codebook included.
struct CWeightTable {
  enum Form: Hashable {
    /// The weights themselves.
    case plain(CInteger)
    /// Indices of 1, 2, 4 or 8 bits, the lowest bits of a byte first, every row from a new byte,
    /// and one codebook; `perOutput` is 0, or how many entries each output's own book has.
    case indexed(bits: Int, entries: CInteger, perOutput: Int)
  }

  let form: Form
  /// Elements of `data` from one row to the next.
  let rowLength: Int
  /// Weights, or bytes of indices.
  let data: [Int32]
  /// Entries of the codebooks.
  let book: [Int32]
  /// Smallest sum of negative and largest sum of positive weights into one neuron.
  let lowest: Int64, highest: Int64

  var bytes: Int {
    switch form {
    case .plain(let type): data.count * type.bytes
    case .indexed(_, let entries, _): data.count + book.count * entries.bytes
    }
  }

  /// - Parameters:
  ///   - values: weights row by row.
  ///   - columns: weights of a row.
  ///   - books: outputs with a codebook of their own, 1 for one codebook; of a convolution with
  ///     groups more than `columns`.
  ///   - output: the output of a weight, given its row and column.
  ///   - prefersPlain: whether weights stay as they are where that costs 1 KB at most.
  init(
    values: [Int32], columns: Int, outputs: Int, hasBooks: Bool, prefersPlain: Bool,
    output: (Int, Int) -> Int
  ) {
    let rows = values.count / columns
    var sums = Array(repeating: (low: Int64(0), high: Int64(0)), count: outputs)
    var lists = Array(repeating: Set<Int32>(), count: hasBooks ? outputs : 0)
    var all: Set<Int32> = []
    for row in 0..<rows {
      for column in 0..<columns {
        let weight = values[row * columns + column]
        let target = output(row, column)
        if weight < 0 {
          sums[target].low += Int64(weight)
        } else {
          sums[target].high += Int64(weight)
        }
        if all.count <= 256 { all.insert(weight) }
        if hasBooks { lists[target].insert(weight) }
      }
    }
    lowest = sums.map(\.low).min() ?? 0
    highest = sums.map(\.high).max() ?? 0
    let type = CInteger(holding: values)
    var best = Form.plain(type)
    var least = values.count * type.bytes
    func consider(_ unique: Int, _ books: Int, perOutput: Bool) {
      guard let bits = [1, 2, 4, 8].first(where: { unique <= 1 << $0 }) else { return }
      let size = rows * ((columns * bits + 7) / 8) + unique * books * type.bytes
      guard size < least else { return }
      least = size
      best = .indexed(bits: bits, entries: type, perOutput: perOutput ? unique : 0)
    }
    if !prefersPlain || least > 1024 {
      consider(all.count, 1, perOutput: false)
      if hasBooks { consider(lists.map(\.count).max() ?? 0, outputs, perOutput: true) }
    }
    form = best
    switch best {
    case .plain:
      rowLength = columns
      data = values
      book = []
    case .indexed(let bits, _, let size):
      let books = size > 0 ? lists.map { $0.sorted() } : [all.sorted()]
      let indices = books.map { entries in
        Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1, $0) })
      }
      rowLength = (columns * bits + 7) / 8
      var packed = [Int32](repeating: 0, count: rows * rowLength)
      for row in 0..<rows {
        for column in 0..<columns {
          let number = size > 0 ? output(row, column) : 0
          let index = indices[number][values[row * columns + column]] ?? 0
          let bit = column * bits
          packed[row * rowLength + bit / 8] |= Int32(index) << Int32(bit % 8)
        }
      }
      data = packed
      book =
        size > 0
        ? books.flatMap { $0 + Array(repeating: 0, count: size - $0.count) } : books[0]
    }
  }
}
