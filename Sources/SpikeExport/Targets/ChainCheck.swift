import SpikeBundle
import SpikeDiagnostics

/// Proves that a layer of a chain of populations is whole before an encoder walks it: sizes fit,
/// indices are inside their codebooks.
enum ChainCheck {
  /// Largest number of elements of a map or weight.
  static let most = 1 << 28

  /// - Throws: `export.invalid-bundle`.
  static func input(_ bundle: Bundle) throws(ExportError) {
    let place = Location(node: bundle.name)
    guard isShape(bundle.input.shape), (1...8).contains(bundle.input.bits) else {
      throw invalid(
        "The input is \(bundle.input.shape) of \(bundle.input.bits) bits; allowed are [N] or "
          + "[C, H, W] of 1…8 bits.", place)
    }
    guard !bundle.populations.isEmpty else { throw invalid("It has no populations.", place) }
  }

  /// - Throws: `export.invalid-bundle`.
  static func shape(_ shape: [Int], _ node: String) throws(ExportError) {
    guard isShape(shape) else {
      throw invalid("The shape \(shape) is no [N] or [C, H, W].", Location(node: node))
    }
  }

  /// - Throws: `export.invalid-bundle`.
  static func layer(
    _ projection: Projection, from shape: [Int], to population: Population, _ bundle: Bundle,
    at place: Location
  ) throws(ExportError) {
    guard isShape(population.shape) else {
      throw invalid("The shape \(population.shape) is no [N] or [C, H, W].", place)
    }
    guard population.biases.count <= 1 || population.biases.count == population.shape[0],
      population.thresholds.count <= 1 || population.thresholds.count == population.shape[0]
    else {
      throw invalid("Biases or thresholds are not one per channel.", place)
    }
    var map = shape
    if let window = projection.pooling?.size {
      guard shape.count == 3, window.count == 2, window.allSatisfy({ $0 > 0 }),
        window[0] <= shape[1], window[1] <= shape[2]
      else { throw invalid("The pooling window \(window) does not fit \(shape).", place) }
      map = [shape[0], shape[1] / window[0], shape[2] / window[1]]
    }
    let weight = projection.weightShape
    guard weight.allSatisfy({ $0 > 0 && $0 <= most }), product(weight) == projection.indices.count
    else {
      throw invalid("\(projection.indices.count) indices do not fill the weight \(weight).", place)
    }
    try codebooks(projection, bundle, place)
    let fits: Bool
    switch projection.kind {
    case .dense: fits = weight == [product(population.shape), product(map)]
    case .convolution(let strides, let before, let after, let dilations, let groups):
      fits = convolutionFits(
        weight, map, population.shape, [strides, before, after, dilations], groups)
    }
    guard fits else {
      throw invalid(
        "A weight \(weight) does not lead from \(map) to \(population.shape).", place)
    }
  }

  private static func codebooks(
    _ projection: Projection, _ bundle: Bundle, _ place: Location
  ) throws(ExportError) {
    let books = projection.codebooks
    guard books.count == 1 || books.count == projection.weightShape.first,
      books.allSatisfy({ bundle.codebooks.indices.contains($0) })
    else { throw invalid("It names \(books.count) codebooks that are not there.", place) }
    let perBook = projection.indices.count / books.count
    for (position, index) in projection.indices.enumerated()
    where Int(index) >= bundle.codebooks[books[position / perBook]].entries.count {
      throw invalid("The index \(index) is outside its codebook.", place)
    }
  }

  private static func convolutionFits(
    _ weight: [Int], _ source: [Int], _ target: [Int], _ lists: [[Int]], _ groups: Int
  ) -> Bool {
    guard weight.count == 4, source.count == 3, target.count == 3, groups > 0,
      groups <= source[0], source[0] % groups == 0, weight[0] % groups == 0,
      weight[0] == target[0], weight[1] == source[0] / groups,
      lists.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0 >= 0 && $0 <= 1 << 16 } }),
      (lists[0] + lists[3]).allSatisfy({ $0 > 0 }), weight[2] <= 1 << 16, weight[3] <= 1 << 16
    else { return false }
    return (0..<2).allSatisfy { axis in
      let reach = (weight[axis + 2] - 1) * lists[3][axis] + 1
      let room = source[axis + 1] + lists[1][axis] + lists[2][axis] - reach
      return room >= 0 && room / lists[0][axis] + 1 == target[axis + 1]
    }
  }

  private static func isShape(_ shape: [Int]) -> Bool {
    (shape.count == 1 || shape.count == 3) && shape.allSatisfy { $0 > 0 && $0 <= most }
      && product(shape) <= most
  }

  /// Product of positive sizes, or more than ``most`` where it is more.
  private static func product(_ sizes: [Int]) -> Int {
    var result = 1
    for size in sizes where result <= most { result *= size }
    return result
  }

  static func invalid(_ message: String, _ place: Location) -> ExportError {
    ExportError(
      .invalidBundle, message, at: place, fix: "write the bundle again with sfconv export")
  }
}
