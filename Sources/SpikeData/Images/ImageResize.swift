package import SpikeContainers

extension PixelImage {
  /// The image with other sides: where a side shrinks, a pixel is the mean of the area that it covers;
  /// where it grows, it is interpolated linearly between the centres of its neighbours.
  ///
  /// Computed in integers with one rounding (half goes up), so that all machines agree. The ratio of the
  /// sides is not kept.
  /// - Complexity: O(pixels of the larger image per axis · channels).
  package func resized(width: Int, height: Int) -> PixelImage {
    if width == self.width, height == self.height { return self }
    let columns = AxisWeights(from: self.width, to: width)
    let rows = AxisWeights(from: self.height, to: height)
    let total = columns.total * rows.total
    var result = PixelImage(width: width, height: height, channels: channels, pixels: [])
    result.pixels.reserveCapacity(width * height * channels)
    for y in 0..<height {
      // One row of the result over all columns of the source.
      var line = [Int](repeating: 0, count: self.width * channels)
      for (source, weight) in rows.weights[y] {
        let start = source * self.width * channels
        for index in line.indices { line[index] += weight * Int(pixels[start + index]) }
      }
      for x in 0..<width {
        for channel in 0..<channels {
          var sum = 0
          for (source, weight) in columns.weights[x] {
            sum += weight * line[source * channels + channel]
          }
          result.pixels.append(UInt8((2 * sum + total) / (2 * total)))
        }
      }
    }
    return result
  }

  /// The image with 1 or 3 channels: grey from colour by ITU-R BT.601 in 16-bit integers, colour from
  /// grey by repetition.
  package func converted(channels: Int) -> PixelImage {
    var result = PixelImage(width: width, height: height, channels: channels, pixels: [])
    switch (self.channels, channels) {
    case (3, 1):
      result.pixels = (0..<width * height).map { index in
        let (red, green) = (Int(pixels[3 * index]), Int(pixels[3 * index + 1]))
        let blue = Int(pixels[3 * index + 2])
        return UInt8((19_595 * red + 38_470 * green + 7_471 * blue + 0x8000) >> 16)
      }
    case (1, 3): result.pixels = pixels.flatMap { [$0, $0, $0] }
    default: return self
    }
    return result
  }

  /// The pixels in C, H, W order.
  var channelsFirst: [UInt8] {
    if channels == 1 { return pixels }
    return (0..<channels).flatMap { channel in
      (0..<width * height).map { pixels[$0 * channels + channel] }
    }
  }
}

/// How the pixels of one axis come from those of another length: integer weights of one sum.
private struct AxisWeights {
  /// For each pixel the sources with their weights, none of them 0.
  let weights: [[(source: Int, weight: Int)]]
  /// Sum of the weights of each pixel.
  let total: Int

  init(from: Int, to: Int) {
    if to <= from {
      // Pixel i covers i · from … (i + 1) · from in units of 1/to.
      total = from
      weights = (0..<to).map { index in
        let (start, end) = (index * from, (index + 1) * from)
        return (start / to...(end - 1) / to).map { source in
          (source, min(end, (source + 1) * to) - max(start, source * to))
        }
      }
    } else {
      // The centre of pixel i lies at ((2 i + 1) from - to) / (2 to) of the sources' centres.
      let whole = 2 * to
      total = whole
      weights = (0..<to).map { index in
        let place = min(max(0, (2 * index + 1) * from - to), (from - 1) * whole)
        let (source, part) = place.quotientAndRemainder(dividingBy: whole)
        return part == 0 ? [(source, whole)] : [(source, whole - part), (source + 1, part)]
      }
    }
  }
}
