import SpikeDiagnostics

/// The pickle of a file of PyTorch: which names stand for data, and where its tensors are.
struct TorchPickle {
  /// What the pickle says of one tensor, unchecked.
  struct Record {
    var name: String
    /// Class of the storage.
    var storageClass: String
    /// Name of the storage in the file.
    var key: String
    /// Elements of the storage.
    var count: Int
    /// First element in the storage.
    var offset: Int
    var shape: [Int]
    var strides: [Int]
  }

  let value: PickleValue
  let heap: PickleHeap

  /// Values at which the search for tensors ends: more than any model has.
  private static let visitLimit = 1 << 20
  private static let depthLimit = 32

  /// Calls whose arguments describe a tensor, and types that appear beside tensors. `__torch__` is the
  /// name space of TorchScript: its objects are read as dictionaries of their attributes.
  static func isAllowed(_ name: String) -> Bool {
    rebuilders.contains(name) || plain.contains(name) || name.hasPrefix("__torch__.")
      || TorchElement(storageClass: name) != nil || dataTypes.contains(name)
      || name.hasPrefix("torch.jit._pickle.")
  }

  private static let rebuilders: Set = [
    "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor",
    "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
    "torch._tensor._rebuild_from_type_v2",
  ]
  private static let plain: Set = [
    "collections.OrderedDict", "collections.Counter", "torch.Size", "torch.device",
    "torch.nn.parameter.Parameter", "torch.Tensor", "torch.ComplexFloatStorage",
    "torch.ComplexDoubleStorage", "torch.storage.UntypedStorage", "torch.storage.TypedStorage",
  ]
  private static let dataTypes = Set(
    (TorchElement.allCases.map(\.rawValue) + ["complex64", "complex128", "strided"]).map {
      "torch.\($0)"
    })

  /// The tensors of the network, by name, and where in the file they were.
  ///
  /// A state dict is the whole value, or the only entry of a checkpoint that holds tensors by name
  /// and no numbered groups (those are an optimiser's).
  /// - Throws: `torch.no-state-dict`, `torch.unsupported`, `torch.corrupt`.
  func records() throws(TorchError) -> (records: [Record], section: String) {
    var visits = 0
    if isModule(value) || (heap.pairs(value) ?? []).contains(where: { isTensor($0.value) }) {
      var records: [Record] = []
      try collect(value, "", 0, &records, &visits)
      return (records, "")
    }
    var sections: [(name: String, records: [Record])] = []
    for (key, part) in heap.pairs(value) ?? [] {
      guard case .text(let name) = key, !isOptimizer(part) else { continue }
      var records: [Record] = []
      try collect(part, "", 0, &records, &visits)
      if !records.isEmpty { sections.append((name, records)) }
    }
    guard sections.count == 1 else {
      let names = sections.map { "'\($0.name.prefix(64))'" }.prefix(8).joined(separator: ", ")
      throw TorchError(
        .noStateDict,
        sections.isEmpty
          ? "The file holds no tensors by name."
          : "The file holds \(sections.count) groups of tensors (\(names)); 1 is allowed.",
        fix: "write one: torch.save(model.state_dict(), path)")
    }
    return (sections[0].records, sections[0].name)
  }

  /// An object of TorchScript.
  private func isModule(_ value: PickleValue) -> Bool {
    heap.call(value).map { $0.function.hasPrefix("__torch__.") } ?? false
  }

  private func isTensor(_ value: PickleValue) -> Bool {
    heap.call(value).map { TorchPickle.rebuilders.contains($0.function) } ?? false
  }

  /// `{"state": …, "param_groups": […]}`, as every optimiser of PyTorch writes it.
  private func isOptimizer(_ value: PickleValue) -> Bool {
    (heap.pairs(value) ?? []).contains { $0.key == .text("param_groups") }
  }

  private func collect(
    _ value: PickleValue, _ name: String, _ depth: Int, _ records: inout [Record],
    _ visits: inout Int
  ) throws(TorchError) {
    visits += 1
    guard visits <= TorchPickle.visitLimit, depth <= TorchPickle.depthLimit else {
      throw TorchError(
        .corrupt,
        "The values nest deeper than \(TorchPickle.depthLimit) levels, or are more than "
          + "\(TorchPickle.visitLimit).", at: Location(tensor: name),
        fix: "write the weights alone: torch.save(model.state_dict(), path)")
    }
    if let call = heap.call(value) {
      if TorchPickle.rebuilders.contains(call.function) {
        records.append(try record(call, name, 0))
      } else if call.function.hasPrefix("__torch__."), let state = call.state {
        try collect(state, name, depth + 1, &records, &visits)
      }
      return
    }
    for (key, part) in heap.pairs(value) ?? [] {
      guard case .text(let word) = key else { continue }
      try collect(part, name.isEmpty ? word : "\(name).\(word)", depth + 1, &records, &visits)
    }
  }

  /// What a call that rebuilds a tensor would have made.
  private func record(
    _ call: PickleHeap.Call, _ name: String, _ depth: Int
  ) throws(TorchError) -> Record {
    if call.function == "torch._tensor._rebuild_from_type_v2" {
      // (function, type, arguments, state): a tensor of a subclass, or with attributes.
      guard call.arguments.count == 4, case .global(let function) = call.arguments[0],
        TorchPickle.rebuilders.contains(function), depth < 4,
        let arguments = heap.items(call.arguments[2])
      else { throw malformed(name) }
      return try record(
        PickleHeap.Call(function: function, arguments: arguments), name, depth + 1)
    }
    if call.function.hasPrefix("torch._utils._rebuild_parameter") {
      guard let first = call.arguments.first, let tensor = heap.call(first), depth < 4,
        TorchPickle.rebuilders.contains(tensor.function)
      else { throw malformed(name) }
      return try record(tensor, name, depth + 1)
    }
    guard call.arguments.count >= 4, case .persistent(let index) = call.arguments[0],
      case .integer(let offset) = call.arguments[1],
      let shape = integers(call.arguments[2]), let strides = integers(call.arguments[3]),
      shape.count == strides.count, shape.count <= 32,
      let parts = heap.items(heap.identifiers[index]), parts.count >= 5,
      parts[0] == .text("storage"), case .global(let storage) = parts[1],
      case .text(let key) = parts[2], case .integer(let count) = parts[4]
    else { throw malformed(name) }
    guard parts.count == 5 || parts[5] == PickleValue.none else {
      throw TorchError(
        .unsupported, "The storage is a view of another one, as files before PyTorch 0.4 have it.",
        at: Location(tensor: name), fix: "write the file again with a current PyTorch")
    }
    return Record(
      name: name, storageClass: storage, key: key, count: count, offset: offset, shape: shape,
      strides: strides)
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    var items = heap.items(value)
    if let call = heap.call(value), call.function == "torch.Size", let first = call.arguments.first
    {
      items = heap.items(first)
    }
    guard let items else { return nil }
    var numbers: [Int] = []
    for item in items {
      guard case .integer(let number) = item else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  private func malformed(_ name: String) -> TorchError {
    TorchError(
      .corrupt, "What describes the tensor is not (storage, offset, sizes, strides).",
      at: Location(tensor: name), fix: "write the file again with a current PyTorch")
  }
}
