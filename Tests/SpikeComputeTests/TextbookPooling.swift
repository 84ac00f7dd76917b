/// Pooling windows by plain loops; the oracle for the pooling kernels.
struct TextbookPooling: CustomStringConvertible {
  var images = 1, height = 1, width = 1, channels = 1
  var kernel = (1, 1), strides = (1, 1), before = (0, 0), after = (0, 0), dilations = (1, 1)
  var roundsUp = false

  var description: String {
    "\(images)x\(height)x\(width)x\(channels), kernel \(kernel), strides \(strides), "
      + "pads \(before) \(after), dilations \(dilations), rounds up \(roundsUp)"
  }

  var inputCount: Int { images * height * width * channels }
  var outputHeight: Int { count(height, kernel.0, strides.0, before.0, after.0, dilations.0) }
  var outputWidth: Int { count(width, kernel.1, strides.1, before.1, after.1, dilations.1) }

  private func count(
    _ size: Int, _ kernel: Int, _ stride: Int, _ before: Int, _ after: Int, _ gap: Int
  ) -> Int {
    let reach = (kernel - 1) * gap + 1
    var starts = 0
    var start = -before
    while start + reach <= size + after
      || (roundsUp && start < size && starts > 0
        && start - stride + reach < size + after)
    {
      starts += 1
      start += stride
    }
    return starts
  }

  /// One window: its output element, the input elements inside the image in order, and how many
  /// elements lie inside the padded image.
  struct Window {
    var output: Int
    var inputs: [Int]
    var padded: Int
  }

  var windows: [Window] {
    var result: [Window] = []
    for image in 0..<images {
      for oy in 0..<outputHeight {
        for ox in 0..<outputWidth {
          for channel in 0..<channels {
            var window = Window(
              output: ((image * outputHeight + oy) * outputWidth + ox) * channels + channel,
              inputs: [], padded: 0)
            for ky in 0..<kernel.0 {
              for kx in 0..<kernel.1 {
                let y = oy * strides.0 - before.0 + ky * dilations.0
                let x = ox * strides.1 - before.1 + kx * dilations.1
                if y < height + after.0 && x < width + after.1 { window.padded += 1 }
                guard (0..<height).contains(y), (0..<width).contains(x) else { continue }
                window.inputs.append(((image * height + y) * width + x) * channels + channel)
              }
            }
            result.append(window)
          }
        }
      }
    }
    return result
  }

  static func random(_ random: inout TestRandom) -> TextbookPooling {
    var shape = TextbookPooling()
    shape.images = random.int(in: 1...3)
    shape.channels = [1, 2, 7, 16, 33][random.int(in: 0...4)]
    shape.kernel = (random.int(in: 1...4), random.int(in: 1...4))
    shape.strides = (random.int(in: 1...3), random.int(in: 1...3))
    shape.dilations = (random.int(in: 1...2), random.int(in: 1...2))
    shape.before = (random.int(in: 0...shape.kernel.0 / 2), random.int(in: 0...shape.kernel.1 / 2))
    shape.after = (random.int(in: 0...shape.kernel.0 / 2), random.int(in: 0...shape.kernel.1 / 2))
    shape.roundsUp = random.flag()
    // Windows that touch without overlap are common and have code of their own.
    if random.flag() { (shape.strides, shape.dilations) = (shape.kernel, (1, 1)) }
    shape.height = random.int(in: 1...6) + (shape.kernel.0 - 1) * shape.dilations.0
    shape.width = random.int(in: 1...6) + (shape.kernel.1 - 1) * shape.dilations.1
    return shape
  }
}
