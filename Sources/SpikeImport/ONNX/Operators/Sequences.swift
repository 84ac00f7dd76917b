import SpikeGraph

// Constants that are made from numbers, as exporters do for positions and masks.
extension ONNXOperator {
  /// `Range` from constants.
  static let range = ONNXOperator(
    "Range", versions: 11...newest, inputs: 3...3, becomes: "a constant; all inputs are constant"
  ) { node throws(ImportError) in
    guard let constants = node.constants, constants.count == 3,
      constants.allSatisfy({ $0.tensor.count == 1 })
    else { throw node.constantsOnly("counts from three numbers") }
    let numbers = constants.map { Double($0.tensor.floats()[0]) }
    let steps = ((numbers[1] - numbers[0]) / numbers[2]).rounded(.up)
    guard steps.isFinite, steps <= Double(ONNXLimits.foldedElements) else {
      throw node.error(.tooLarge, "The range has \(steps) numbers.", fix: "export the model again")
    }
    let count = Int(max(steps, 0))
    if constants[0].tensor.elementType.isFloat {
      let values = (0..<count).map { Float(numbers[0] + Double($0) * numbers[2]) }
      return .constant(Tensor(values, shape: [count]))
    }
    let (start, step) = (constants[0].tensor.integers()[0], constants[2].tensor.integers()[0])
    return .constant(
      Tensor(integers: (0..<count).map { start &+ Int64($0) &* step }, shape: [count]))
  }

  /// `Size`: the number of elements of a value, with the batch as declared.
  static let size = ONNXOperator(
    "Size", versions: 1...newest, inputs: 1...1, becomes: "a constant"
  ) { node throws(ImportError) in
    let count: Int
    if case .constant(let constant)? = node.operand(0) {
      count = constant.tensor.count
    } else {
      count = (node.batchSize ?? 1) * (try node.activation(0)).shape.elementCount
    }
    return .constant(Tensor(integers: [Int64(count)], shape: []))
  }

  /// `EyeLike`: ones on a diagonal.
  static let eyeLike = ONNXOperator(
    "EyeLike", versions: 9...newest, inputs: 1...1, attributes: ["dtype", "k"],
    becomes: "a constant; the input is constant"
  ) { node throws(ImportError) in
    guard let constant = node.constants?.first, constant.tensor.shape.rank == 2 else {
      throw node.constantsOnly("makes a matrix")
    }
    let shape = constant.tensor.shape
    let shift = try node.integer("k", default: 0)
    let values = (0..<shape.elementCount).map { index in
      Float(index % shape[1] - index / shape[1] == shift ? 1 : 0)
    }
    return .constant(Tensor(values, shape: shape))
  }

  /// `Trilu`: the upper or lower triangle of a constant.
  static let trilu = ONNXOperator(
    "Trilu", versions: 14...newest, inputs: 1...2, attributes: ["upper"],
    becomes: "a constant; all inputs are constant"
  ) { node throws(ImportError) in
    guard let constants = node.constants, let matrix = constants.first?.tensor,
      matrix.shape.rank >= 2
    else { throw node.constantsOnly("takes a triangle") }
    let shift = constants.count > 1 ? Int(constants[1].tensor.integers().first ?? 0) : 0
    let isUpper = try node.flag("upper", default: true)
    let rows = matrix.shape[matrix.shape.rank - 2]
    let columns = matrix.shape[matrix.shape.rank - 1]
    func isKept(_ index: Int) -> Bool {
      let distance = index % columns - index / columns % rows
      return isUpper ? distance >= shift : distance <= shift
    }
    if matrix.elementType.isFloat {
      let values = matrix.floats()
      return .constant(
        Tensor(values.indices.map { isKept($0) ? values[$0] : 0 }, shape: matrix.shape))
    }
    let values = matrix.integers()
    return .constant(
      Tensor(integers: values.indices.map { isKept($0) ? values[$0] : 0 }, shape: matrix.shape))
  }

  /// `CumSum` of a constant.
  static let cumSum = ONNXOperator(
    "CumSum", versions: 11...newest, inputs: 2...2, attributes: ["exclusive", "reverse"],
    becomes: "a constant; both inputs are constant"
  ) { node throws(ImportError) in
    guard let constants = node.constants, constants.count == 2,
      let given = constants[1].tensor.integers().first
    else { throw node.constantsOnly("adds up along an axis") }
    let tensor = constants[0].tensor
    let axis = try node.axis(Int(given), rank: tensor.shape.rank)
    let isExclusive = try node.flag("exclusive")
    let isReversed = try node.flag("reverse")
    let length = tensor.shape[axis]
    let inner = tensor.shape.dimensions[(axis + 1)...].reduce(1, *)
    var values = tensor.floats()
    for start in 0..<tensor.count where start / inner % max(length, 1) == 0 {
      var sum: Float = 0
      for step in 0..<length {
        let place = start + (isReversed ? length - 1 - step : step) * inner
        let next = sum + values[place]
        values[place] = isExclusive ? sum : next
        sum = next
      }
    }
    let result = Tensor(values, shape: tensor.shape)
    return .constant(
      tensor.elementType.isFloat
        ? result : Tensor(integers: result.integers(), shape: tensor.shape))
  }

  /// `NonZero` of a constant.
  static let nonZero = ONNXOperator(
    "NonZero", versions: 9...newest, inputs: 1...1, becomes: "a constant; the input is constant"
  ) { node throws(ImportError) in
    guard let tensor = node.constants?.first?.tensor else {
      throw node.constantsOnly("lists the places of numbers")
    }
    let steps = ConstantFolding.rowMajorSteps(tensor.shape)
    let places = tensor.floats().enumerated().filter { $0.element != 0 }.map(\.offset)
    let rows = steps.indices.flatMap { axis in
      places.map { Int64($0 / steps[axis] % tensor.shape[axis]) }
    }
    return .constant(Tensor(integers: rows, shape: [tensor.shape.rank, places.count]))
  }
}
