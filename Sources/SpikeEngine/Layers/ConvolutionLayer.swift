import SpikeCompute
import SpikeGraph

/// Cross-correlation over one or two axes; the steps are folded into the images. One axis runs as
/// an image of height 1.
struct ConvolutionPlan: LayerPlan {
  var geometry: Convolution
  /// Shapes of one sample: `[C, L]` or `[C, H, W]`.
  var input: Shape
  var output: Shape
  /// Whether the input may be spikes, or what pools make of them.
  var inputIsTemporal: Bool
  /// Slot of the weight, as ``weightMap(_:groups:)`` orders it.
  var weight: Range<Int>
  var bias: Range<Int>?

  var isTrainable: Bool { true }

  func needs(_ extent: LayerExtent) -> LayerNeeds {
    var needs = LayerNeeds(backwardReadsInputs: extent.purpose == .training)
    guard let events = sparseKernel(images: extent.images * extent.steps) else { return needs }
    needs.forwardScratch = events.forwardScratch
    guard extent.isDifferentiated, events.hasGradients else { return needs }
    needs.backwardScratch = max(events.weightGradientScratch, events.dataGradientScratch)
    return needs
  }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    let images = memory.inputs[0].count / max(input.elementCount, 1)
    return ConvolutionLayer(
      plan: self, kernel: try kernel(images, isTrained: memory.extent.isDifferentiated),
      events: sparseKernel(images: images), memory: memory)
  }

  /// The dense kernel.
  fileprivate func kernel(
    _ images: Int, isTrained: Bool
  ) throws(ComputeError) -> ConvolutionKernel {
    let sizes = Plane.pair(Array(input.dimensions.dropFirst()), fill: 1)
    return try ConvolutionKernel(
      images: images, height: sizes.0, width: sizes.1, channels: input[0], outputs: output[0],
      kernel: Plane.pair(geometry.kernel, fill: 1),
      strides: Plane.pair(geometry.strides, fill: 1),
      padsBefore: Plane.pair(geometry.padsBefore, fill: 0),
      padsAfter: Plane.pair(geometry.padsAfter, fill: 0),
      dilations: Plane.pair(geometry.dilations, fill: 1), groups: geometry.groups,
      isTrained: isTrained)
  }

  /// The event-driven kernel, where the input may be sparse and has enough channels to gain.
  private func sparseKernel(images: Int) -> SparseConvolutionKernel? {
    guard inputIsTemporal, geometry.groups == 1, input[0] >= 16 else { return nil }
    let sizes = Plane.pair(Array(input.dimensions.dropFirst()), fill: 1)
    let outputSizes = Plane.pair(Array(output.dimensions.dropFirst()), fill: 1)
    return SparseConvolutionKernel(
      images: images, height: sizes.0, width: sizes.1, channels: input[0],
      outputHeight: outputSizes.0, outputWidth: outputSizes.1, outputs: output[0],
      kernel: Plane.pair(geometry.kernel, fill: 1),
      strides: Plane.pair(geometry.strides, fill: 1),
      padsBefore: Plane.pair(geometry.padsBefore, fill: 0),
      dilations: Plane.pair(geometry.dilations, fill: 1))
  }

  /// Order of the kernel's weights, `[groups][kH][kW][I/groups][O/groups]`, as row-major indices
  /// of the graph's `[O, I/groups, k…]`.
  static func weightMap(_ shape: Shape, groups: Int) -> [Int32] {
    let taps = shape.dimensions.dropFirst(2).reduce(1, *)
    let outputs = shape[0] / max(groups, 1)
    let inputs = shape[1]
    var map: [Int32] = []
    map.reserveCapacity(shape.elementCount)
    for group in 0..<groups {
      for tap in 0..<taps {
        for input in 0..<inputs {
          for output in 0..<outputs {
            map.append(Int32(((group * outputs + output) * inputs + input) * taps + tap))
          }
        }
      }
    }
    return map
  }
}

/// Dense or event-driven, for each pass and image as the density of its input asks for: a count, so
/// the choice depends on the data alone.
private final class ConvolutionLayer: Layer {
  private let plan: ConvolutionPlan
  private let dense: DenseConvolution
  /// For single images that are too dense in a batch that is not.
  private var denseImage: DenseConvolution?
  private let events: SparseConvolutionKernel?
  private let memory: LayerMemory
  private let weight: FloatView
  private let bias: FloatView?
  private var packed = DerivedWeights()
  private var transposed = DerivedWeights()

  init(
    plan: ConvolutionPlan, kernel: ConvolutionKernel, events: SparseConvolutionKernel?,
    memory: LayerMemory
  ) {
    self.plan = plan
    self.events = events
    self.memory = memory
    weight = memory.parameters.slice(plan.weight)
    bias = plan.bias.map { memory.parameters.slice($0) }
    dense = DenseConvolution(kernel: kernel, weight: weight, clock: memory.clock)
  }

  func forward() {
    let (input, output) = (memory.inputs[0], memory.output)
    if let events {
      let isDone = events.forward(
        input,
        packed: {
          packed.get(events.packedCount, memory.clock) { events.pack(weight, into: $0) }
        }, bias: bias, into: output, scratch: memory.forwardScratch,
        leftOver: { image in
          let dense = oneImage()
          dense.forward(dense.input(input, image), bias, into: dense.output(output, image))
        })
      if isDone { return }
    }
    dense.forward(input, bias, into: output)
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient else { return }
    if let parameters {
      backwardWeights(
        gradient, parameters.slice(plan.weight), plan.bias.map { parameters.slice($0) })
    }
    if let inputGradient = memory.inputGradients[0] { backwardData(gradient, inputGradient) }
  }

  private func backwardWeights(
    _ gradient: FloatView, _ weightGradient: FloatView, _ biasGradient: FloatView?
  ) {
    if let events, events.hasGradients,
      events.backwardWeights(
        memory.inputs[0], gradient, weightGradient: weightGradient, biasGradient: biasGradient,
        scratch: memory.backwardScratch)
    {
      return
    }
    dense.kernel.backwardWeights(
      memory.inputs[0], gradient, weightGradient: weightGradient, biasGradient: biasGradient)
  }

  private func backwardData(_ gradient: FloatView, _ inputGradient: FloatView) {
    if let events, events.hasGradients {
      let isDone = events.backwardData(
        gradient,
        packed: {
          transposed.get(events.transposedCount, memory.clock) {
            events.packTransposed(weight, into: $0)
          }
        }, into: inputGradient, scratch: memory.backwardScratch,
        leftOver: { image in
          let dense = oneImage()
          dense.backwardData(
            dense.output(gradient, image), into: dense.input(inputGradient, image))
        })
      if isDone { return }
    }
    dense.backwardData(gradient, into: inputGradient)
  }

  /// Made when it is first needed; a kernel of the same layer for a batch could be made before, so
  /// that this can only fail for lack of memory, which no caller can mend.
  private func oneImage() -> DenseConvolution {
    if let denseImage { return denseImage }
    do throws(ComputeError) {
      let kernel = try plan.kernel(1, isTrained: memory.extent.isDifferentiated)
      let made = DenseConvolution(kernel: kernel, weight: weight, clock: memory.clock)
      denseImage = made
      return made
    } catch {
      preconditionFailure("a kernel could not be made: \(error)")
    }
  }
}

/// A dense kernel that packs its weights once per call of the network.
private final class DenseConvolution {
  let kernel: ConvolutionKernel
  private let weight: FloatView
  private let clock: ParameterClock
  private var forwardCall = 0, backwardCall = 0

  init(kernel: ConvolutionKernel, weight: FloatView, clock: ParameterClock) {
    self.kernel = kernel
    self.weight = weight
    self.clock = clock
  }

  /// The part of a larger input that belongs to an image, where the kernel is for one.
  func input(_ all: FloatView, _ image: Int) -> FloatView {
    all.slice(image * kernel.inputCount..<(image + 1) * kernel.inputCount)
  }

  /// As ``input(_:_:)``, of the output.
  func output(_ all: FloatView, _ image: Int) -> FloatView {
    all.slice(image * kernel.outputCount..<(image + 1) * kernel.outputCount)
  }

  func forward(_ x: FloatView, _ bias: FloatView?, into y: FloatView) {
    kernel.forward(x, weight: weight, bias: bias, into: y, keepsWeight: forwardCall == clock.now)
    forwardCall = clock.now
  }

  func backwardData(_ dy: FloatView, into dx: FloatView) {
    kernel.backwardData(dy, weight: weight, into: dx, keepsWeight: backwardCall == clock.now)
    backwardCall = clock.now
  }
}

/// Weights in another order, made at most once per call of the network.
struct DerivedWeights {
  private var buffer: FloatBuffer?
  private var call = 0

  /// The weights; `make` writes them where those of an earlier call are left.
  mutating func get(_ count: Int, _ clock: ParameterClock, _ make: (FloatView) -> Void) -> FloatView
  {
    let buffer = buffer ?? FloatBuffer(count: count)
    self.buffer = buffer
    if call != clock.now {
      make(buffer.all)
      call = clock.now
    }
    return buffer.all
  }
}
