/// Which kernel taps meet which positions of a convolution over one or two axes.
struct ConvolutionPlane {
  let input: [Int]
  let output: [Int]
  let kernel: [Int]
  let strides: [Int]
  let padsBefore: [Int]
  let dilations: [Int]

  /// `input` and `output` are `[C, …]`; the other lists have one number per spatial axis.
  init(
    input: [Int], output: [Int], kernel: [Int], strides: [Int], padsBefore: [Int],
    dilations: [Int]
  ) {
    self.input = Array(input.dropFirst())
    self.output = Array(output.dropFirst())
    self.kernel = kernel
    self.strides = strides
    self.padsBefore = padsBefore
    self.dilations = dilations
  }

  var tapCount: Int { kernel.reduce(1, *) }

  /// For each output position the taps that fall inside the input, row-major.
  var reachableTapsPerOutput: [[Int]] {
    meetings(count: output) { axis, position, tap in
      let place = position * strides[axis] - padsBefore[axis] + tap * dilations[axis]
      return (0..<input[axis]).contains(place)
    }
  }

  /// For each input position the taps through which it reaches an output, row-major.
  var reachingTapsPerInput: [[Int]] {
    meetings(count: input) { axis, position, tap in
      let place = position + padsBefore[axis] - tap * dilations[axis]
      return place >= 0 && place % strides[axis] == 0 && place / strides[axis] < output[axis]
    }
  }

  private func meetings(
    count: [Int], _ meets: (_ axis: Int, _ position: Int, _ tap: Int) -> Bool
  ) -> [[Int]] {
    var result: [[Int]] = [[0]]
    for axis in kernel.indices {
      let perPosition = (0..<count[axis]).map { position in
        (0..<kernel[axis]).filter { meets(axis, position, $0) }
      }
      result = result.flatMap { outer in
        perPosition.map { inner in
          outer.flatMap { first in inner.map { first * kernel[axis] + $0 } }
        }
      }
    }
    return result
  }
}
