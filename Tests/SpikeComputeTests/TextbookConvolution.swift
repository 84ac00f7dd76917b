/// Cross-correlation by seven loops; the oracle for ``ConvolutionKernel``.
struct TextbookConvolution: CustomStringConvertible {
  var images = 1, height = 1, width = 1, channels = 1, outputs = 1
  var kernel = (1, 1), strides = (1, 1), before = (0, 0), after = (0, 0), dilations = (1, 1)
  var groups = 1

  var outputHeight: Int { size(height, kernel.0, strides.0, before.0 + after.0, dilations.0) }
  var outputWidth: Int { size(width, kernel.1, strides.1, before.1 + after.1, dilations.1) }
  var inputCount: Int { images * height * width * channels }
  var outputCount: Int { images * outputHeight * outputWidth * outputs }
  var weightCount: Int { kernel.0 * kernel.1 * (channels / groups) * outputs }

  var description: String {
    "\(images)x\(height)x\(width)x\(channels) -> \(outputs), kernel \(kernel), strides \(strides), "
      + "pads \(before) \(after), dilations \(dilations), groups \(groups)"
  }

  private func size(_ size: Int, _ kernel: Int, _ stride: Int, _ pads: Int, _ gap: Int) -> Int {
    (size + pads - (kernel - 1) * gap - 1) / stride + 1
  }

  /// Calls `body` with the indices of input, weight and output of every product.
  func forEachProduct(_ body: (_ x: Int, _ weight: Int, _ y: Int) -> Void) {
    let groupInputs = channels / groups
    let groupOutputs = outputs / groups
    for image in 0..<images {
      for oy in 0..<outputHeight {
        for ox in 0..<outputWidth {
          for output in 0..<outputs {
            let group = output / groupOutputs
            let y = ((image * outputHeight + oy) * outputWidth + ox) * outputs + output
            for ky in 0..<kernel.0 {
              let iy = oy * strides.0 - before.0 + ky * dilations.0
              guard (0..<height).contains(iy) else { continue }
              for kx in 0..<kernel.1 {
                let ix = ox * strides.1 - before.1 + kx * dilations.1
                guard (0..<width).contains(ix) else { continue }
                for input in 0..<groupInputs {
                  let x = ((image * height + iy) * width + ix) * channels
                  let tap = ((group * kernel.0 + ky) * kernel.1 + kx) * groupInputs + input
                  body(
                    x + group * groupInputs + input, tap * groupOutputs + output % groupOutputs, y)
                }
              }
            }
          }
        }
      }
    }
  }

  func forward(_ x: [Float], _ weight: [Float], _ bias: [Float]?) -> [Float] {
    var y = (0..<outputCount).map { index in bias.map { Double($0[index % outputs]) } ?? 0 }
    forEachProduct { y[$2] += Double(x[$0]) * Double(weight[$1]) }
    return y.map { Float($0) }
  }

  func backwardData(_ dy: [Float], _ weight: [Float]) -> [Float] {
    var dx = [Double](repeating: 0, count: inputCount)
    forEachProduct { dx[$0] += Double(dy[$2]) * Double(weight[$1]) }
    return dx.map { Float($0) }
  }

  func backwardWeights(_ x: [Float], _ dy: [Float]) -> [Float] {
    var dw = [Double](repeating: 0, count: weightCount)
    forEachProduct { dw[$1] += Double(x[$0]) * Double(dy[$2]) }
    return dw.map { Float($0) }
  }

  static func random(_ random: inout TestRandom) -> TextbookConvolution {
    var shape = TextbookConvolution()
    shape.images = random.int(in: 1...3)
    shape.groups = [1, 1, 2, 3][random.int(in: 0...3)]
    let isDepthwise = random.int(in: 0...3) == 0
    if isDepthwise { shape.groups = random.int(in: 2...20) }
    shape.channels = shape.groups * (isDepthwise ? 1 : random.int(in: 1...9))
    shape.outputs = shape.groups * (isDepthwise ? 1 : random.int(in: 1...18))
    shape.kernel = (random.int(in: 1...4), random.int(in: 1...4))
    shape.strides = (random.int(in: 1...3), random.int(in: 1...3))
    shape.dilations = (random.int(in: 1...2), random.int(in: 1...3))
    shape.before = (random.int(in: 0...2), random.int(in: 0...2))
    shape.after = (random.int(in: 0...2), random.int(in: 0...2))
    let reach = ((shape.kernel.0 - 1) * shape.dilations.0, (shape.kernel.1 - 1) * shape.dilations.1)
    shape.height = random.int(in: 1...6) + reach.0
    shape.width = random.int(in: 1...6) + reach.1
    return shape
  }
}
