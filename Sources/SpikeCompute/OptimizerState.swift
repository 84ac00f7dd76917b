/// Moments of an optimiser with value semantics: copies of an optimiser do not share them.
struct OptimizerState: Sendable {
  private(set) var buffer: FloatBuffer

  init(count: Int) { buffer = FloatBuffer(count: count) }

  /// The floats, for writing.
  mutating func unique() -> FloatView {
    if !isKnownUniquelyReferenced(&buffer) {
      let copy = FloatBuffer(count: buffer.count)
      copy.all.assign(from: buffer.all)
      buffer = copy
    }
    return buffer.all
  }

  mutating func clear(_ indices: some Sequence<Int>) {
    let values = unique()
    for index in indices { values[index] = 0 }
  }
}
