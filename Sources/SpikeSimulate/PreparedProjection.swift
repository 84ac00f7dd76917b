import SpikeBundle
import SpikeCompute
import SpikeDiagnostics

/// Synapses in the form that the kernels read: weight rows by source element, and fan-out counts.
struct PreparedProjection: Sendable {
  enum Kind: Sendable {
    case dense(outputs: Int)
    case convolution(EventConvolution)
  }

  let name: String
  let sources: [Source]
  /// Map of one source, before pooling.
  let sourceLayout: MapLayout
  let window: [Int]?
  /// Map that the synapses read.
  let layout: MapLayout
  let kind: Kind
  let delay: Int
  /// Delay of each element of ``sourceLayout``, as a map; empty where ``delay`` is that of all.
  let sourceDelays: [Int]
  let weights: IntegerBuffer
  /// Non-zero synapses behind each element of the map.
  let fanOut: IntegerBuffer
  /// The same for each element in front of a pool, where graded values have to be counted one by
  /// one; nil where ``fanOut`` says enough.
  let sourceFanOut: IntegerBuffer?
  /// All synapses behind all source neurons, zero weights too.
  let denseSynapses: Int64
  /// Smallest and largest sum that one step can bring, over all target neurons.
  let sumRange: ClosedRange<Int64>
  /// Whether an event is a graded value (multiply-accumulate) rather than spikes (accumulate).
  let isGraded: Bool

  var readsInputOnly: Bool { sources.allSatisfy { $0 == .input } }
}

extension PreparedProjection {
  /// Prepares projection `index` of a bundle whose populations have the given layouts.
  /// - Throws: `simulate.invalid-bundle`, `simulate.range-too-wide`.
  init(_ index: Int, of bundle: Bundle, layouts: [MapLayout]) throws(SimulateError) {
    let projection = bundle.projections[index]
    let problem = InvalidBundle(node: projection.name)
    name = projection.name
    sources = projection.sources
    delay = projection.delay
    window = projection.pooling?.size
    guard (0...1024).contains(delay) else {
      throw problem("The delay is \(delay); allowed are 0…1024 steps.")
    }
    guard layouts.indices.contains(projection.target) else {
      throw problem("The target is population \(projection.target) of \(layouts.count).")
    }
    sourceLayout = try PreparedProjection.sourceLayout(projection, bundle, layouts, problem)
    var largest = 0
    for source in sources {
      largest += source == .input ? (1 << bundle.input.bits) - 1 : bundle.arithmetic.mostSpikes
    }
    isGraded = sources.contains(.input) && bundle.input.bits > 1
    if let window {
      guard window.count == 2, window.allSatisfy({ $0 > 0 }), window[0] <= sourceLayout.height,
        window[1] <= sourceLayout.width
      else {
        throw problem(
          "The pooling window \(window) does not fit \(sourceLayout.height) x "
            + "\(sourceLayout.width).")
      }
      layout = MapLayout(
        channels: sourceLayout.channels, height: sourceLayout.height / window[0],
        width: sourceLayout.width / window[1])
      largest *= window[0] * window[1]
    } else {
      layout = sourceLayout
    }
    sourceDelays = try PreparedProjection.sourceDelays(projection, sourceLayout, problem)
    let values = try PreparedProjection.checkedWeights(projection, bundle, problem)
    let target = layouts[projection.target]
    let table: WeightTable
    switch projection.kind {
    case .dense:
      guard projection.weightShape == [target.count, layout.count] else {
        throw problem(
          "The weight has shape \(projection.weightShape); it must have "
            + "[\(target.count), \(layout.count)].")
      }
      kind = .dense(outputs: target.count)
      table = WeightTable(dense: values, from: layout, to: target)
    case .convolution(let strides, let before, let after, let dilations, let groups):
      guard
        let geometry = WeightTable.geometry(
          projection.weightShape, strides, before, after, dilations, groups, layout, target)
      else {
        throw problem(
          "A convolution with weight \(projection.weightShape), strides \(strides), pads "
            + "\(before) \(after), dilations \(dilations) and \(groups) groups does not lead from "
            + "\(layout) to \(target).")
      }
      kind = .convolution(geometry)
      table = WeightTable(convolution: values, geometry)
    }
    weights = table.rows
    fanOut = table.fanOut
    let area = window?.reduce(1, *) ?? 1
    denseSynapses = table.denseSynapses * Int64(area * sources.count)
    if isGraded, let window {
      sourceFanOut = PreparedProjection.unpooled(
        table.fanOut.array(), layout, window, sourceLayout)
    } else {
      sourceFanOut = nil
    }
    let (low, lowOverflow) = table.lowest.multipliedReportingOverflow(by: Int64(largest))
    let (high, highOverflow) = table.highest.multipliedReportingOverflow(by: Int64(largest))
    guard !lowOverflow, !highOverflow, max(high, -low) < 1 << 31 else {
      throw SimulateError(
        .rangeTooWide,
        "The weights could sum to more than 31 bits in one step.",
        at: Location(node: projection.name),
        fix: "use smaller weights, fewer input bits (now \(bundle.input.bits)) or a lower fan-in")
    }
    sumRange = low...high
  }

  private static func sourceLayout(
    _ projection: Projection, _ bundle: Bundle, _ layouts: [MapLayout], _ problem: InvalidBundle
  ) throws(SimulateError) -> MapLayout {
    var result: MapLayout?
    for source in projection.sources {
      let layout: MapLayout
      switch source {
      case .input:
        guard let input = MapLayout(bundle.input.shape) else {
          throw problem("The input shape \(bundle.input.shape) is no [N] or [C, H, W].")
        }
        layout = input
      case .population(let position):
        guard position >= 0, position <= projection.target else {
          throw problem(
            "The source is population \(position), which does not come before its reader "
              + "\(projection.target).")
        }
        layout = layouts[position]
      }
      guard result == nil || result == layout else {
        throw problem("The sources have different shapes.")
      }
      result = layout
    }
    guard let result, projection.sources.count <= 64 else {
      throw problem("It has \(projection.sources.count) sources; allowed are 1…64.")
    }
    guard
      !projection.isRecurrent
        || (projection.sources.count == 1 && projection.pooling == nil && projection.kind == .dense)
    else {
      throw problem("Recurrent synapses are dense, of one source without a pool.")
    }
    return result
  }

  /// Delays in the order of the map.
  private static func sourceDelays(
    _ projection: Projection, _ source: MapLayout, _ problem: InvalidBundle
  ) throws(SimulateError) -> [Int] {
    let delays = projection.sourceDelays
    guard !delays.isEmpty else { return [] }
    guard delays.count == source.count, delays.allSatisfy({ (0...projection.delay).contains($0) })
    else {
      throw problem(
        "The delays of its \(source.count) source elements are \(delays.count) numbers up to "
          + "\(delays.max() ?? 0); 0…\(projection.delay) for each are allowed.")
    }
    return source.map(delays)
  }

  /// A number for each element of the pooled map, for every element of its window in front of the
  /// pool; 0 for elements that no window holds.
  private static func unpooled(
    _ values: [Int32], _ pooled: MapLayout, _ window: [Int], _ source: MapLayout
  ) -> IntegerBuffer {
    var result = [Int32](repeating: 0, count: source.count)
    for y in 0..<pooled.height * window[0] {
      for x in 0..<pooled.width * window[1] {
        let position = y / window[0] * pooled.width + x / window[1]
        for channel in 0..<source.channels {
          result[(y * source.width + x) * source.channels + channel] =
            values[position * source.channels + channel]
        }
      }
    }
    return IntegerBuffer(result)
  }

  private static func checkedWeights(
    _ projection: Projection, _ bundle: Bundle, _ problem: InvalidBundle
  ) throws(SimulateError) -> [Int32] {
    let shape = projection.weightShape
    var count = 1
    for size in shape {
      guard size > 0, size <= 1 << 28 else { throw problem("The weight shape is \(shape).") }
      count *= size
      guard count <= 1 << 28 else { throw problem("The weight shape is \(shape).") }
    }
    guard !shape.isEmpty, count == projection.indices.count else {
      throw problem("There are \(projection.indices.count) indices for a weight \(shape).")
    }
    let books = projection.codebooks
    guard books.count == 1 || books.count == shape[0],
      books.allSatisfy({ bundle.codebooks.indices.contains($0) })
    else {
      throw problem(
        "It names \(books.count) codebooks; one or one per output channel (\(shape[0])) of the "
          + "\(bundle.codebooks.count) in the bundle are allowed.")
    }
    let perBook = count / books.count
    for (position, index) in projection.indices.enumerated() {
      let entries = bundle.codebooks[books[position / perBook]].entries
      guard Int(index) < entries.count else {
        throw problem("The index \(index) is outside its codebook of \(entries.count) entries.")
      }
    }
    return projection.weights(from: bundle.codebooks)
  }
}

/// Makes `simulate.invalid-bundle` errors at one place.
struct InvalidBundle {
  let node: String

  func callAsFunction(_ message: String) -> SimulateError {
    SimulateError(
      .invalidBundle, message, at: Location(node: node),
      fix: "write the bundle again with sfconv export")
  }
}
