import CBundleSchema
import CSpikeProtobuf
import SpikeBytes
import SpikeDiagnostics

// The only file of this module that sees protobuf-c: its structures to plain values and back. Every
// pointer lives inside one call.

extension Manifest {
  /// Decodes a message with bounded memory.
  /// - Throws: `bundle.invalid-manifest`, `bundle.too-large`.
  static func decode(_ bytes: [UInt8]) throws(BundleError) -> Manifest {
    var allocator = unsafe sf_pb_allocator()
    return try unsafe withUnsafeMutablePointer(to: &allocator) { pointer throws(BundleError) in
      unsafe sf_pb_allocator_init(pointer, BundleFormat.maximumDecodedBytes)
      let base = unsafe sf_pb_allocator_base(pointer)
      let message = unsafe bytes.withUnsafeBufferPointer {
        unsafe sfconv__bundle__manifest__unpack(base, $0.count, $0.baseAddress)
      }
      let place = Location(tensor: SectionKind.manifest.name)
      guard let message = unsafe message else {
        if unsafe pointer.pointee.refused {
          throw BundleError(
            .tooLarge,
            "Decoding the manifest needs more than \(BundleFormat.maximumDecodedBytes) bytes.",
            at: place, fix: remake)
        }
        throw BundleError(
          .invalidManifest, "The manifest is no protobuf message.", at: place, fix: remake)
      }
      defer { unsafe sfconv__bundle__manifest__free_unpacked(message, base) }
      var decoder = ManifestDecoder()
      let result = unsafe decoder.manifest(message.pointee)
      guard !decoder.sawInvalidText else {
        throw BundleError(
          .invalidManifest, "A name in the manifest is not UTF-8.", at: place, fix: remake)
      }
      return result
    }
  }

  /// The encoded message.
  func encoded() -> [UInt8] {
    let arena = CArena()
    return withExtendedLifetime(arena) {
      var message = unsafe ManifestEncoder(arena: arena).manifest(self)
      return unsafe withUnsafePointer(to: &message) { pointer in
        let size = unsafe sfconv__bundle__manifest__get_packed_size(pointer)
        return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
          count = unsafe sfconv__bundle__manifest__pack(pointer, buffer.baseAddress)
        }
      }
    }
  }
}

/// C structures to plain values.
private struct ManifestDecoder {
  var sawInvalidText = false

  @unsafe
  mutating func manifest(_ message: Sfconv__Bundle__Manifest) -> Manifest {
    var result = Manifest()
    result.version = unsafe message.manifest_version
    result.name = unsafe text(message.name)
    result.producer = unsafe text(message.producer)
    result.target = unsafe text(message.target)
    result.arithmetic = unsafe Int(message.arithmetic.rawValue)
    result.timeSteps = unsafe message.time_steps
    result.inputShape = unsafe numbers(message.input_shape, message.n_input_shape)
    result.inputBits = unsafe message.input_bits
    result.populations = unsafe list(message.populations, message.n_populations) {
      unsafe $0.population($1)
    }
    result.projections = unsafe list(message.projections, message.n_projections) {
      unsafe $0.projection($1)
    }
    result.codebookCount = unsafe message.codebook_count
    result.readout = unsafe Int(message.readout.rawValue)
    for index in unsafe 0..<message.n_labels {
      unsafe result.labels.append(text(message.labels[index]))
    }
    result.metadata = unsafe list(message.metadata, message.n_metadata) {
      unsafe ($0.text($1.name), $0.text($1.value))
    }
    return result
  }

  @unsafe
  private mutating func population(
    _ message: Sfconv__Bundle__Population
  ) -> Manifest.Population {
    unsafe Manifest.Population(
      name: text(message.name), shape: numbers(message.shape, message.n_shape),
      model: Int(message.model.rawValue), reset: Int(message.reset.rawValue),
      resetValue: message.reset_value, spikesAboveOnly: message.spikes_above_only != 0,
      thresholdCount: message.threshold_count, biasCount: message.bias_count,
      initialPotentialCount: message.initial_potential_count,
      membraneDecay: message.membrane_decay, currentDecay: message.current_decay,
      scale: message.scale)
  }

  @unsafe
  private mutating func projection(
    _ message: Sfconv__Bundle__Projection
  ) -> Manifest.Projection {
    unsafe Manifest.Projection(
      name: text(message.name), sources: numbers(message.sources, message.n_sources),
      target: message.target, pooling: numbers(message.pooling, message.n_pooling),
      kind: Int(message.kind.rawValue),
      weightShape: numbers(message.weight_shape, message.n_weight_shape),
      strides: numbers(message.strides, message.n_strides),
      padsBefore: numbers(message.pads_before, message.n_pads_before),
      padsAfter: numbers(message.pads_after, message.n_pads_after),
      dilations: numbers(message.dilations, message.n_dilations), groups: message.groups,
      codebookSteps: numbers(message.codebook_steps, message.n_codebook_steps),
      delay: message.delay, coding: Int(message.coding.rawValue),
      nonzeroCount: message.nonzero_count, streamByteCount: message.stream_bytes,
      sourceDelays: numbers(message.source_delays, message.n_source_delays))
  }

  @unsafe
  private mutating func list<Source, Target>(
    _ items: UnsafeMutablePointer<UnsafeMutablePointer<Source>?>?, _ count: Int,
    _ transform: (inout ManifestDecoder, Source) -> Target
  ) -> [Target] {
    var result: [Target] = []
    result.reserveCapacity(count)
    for index in 0..<count {
      if let item = unsafe items?[index] { unsafe result.append(transform(&self, item.pointee)) }
    }
    return result
  }

  @unsafe
  private func numbers<Number>(_ start: UnsafeMutablePointer<Number>?, _ count: Int) -> [Number] {
    unsafe Array(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
  }

  @unsafe
  private mutating func text(_ start: UnsafeMutablePointer<CChar>?) -> String {
    guard let start = unsafe start else { return "" }
    if let text = unsafe String(validatingCString: start) { return text }
    sawInvalidText = true
    return ""
  }
}

/// Plain values to C structures that live in an arena. Numbers that are 0 and lists that are empty
/// are left out where the schema says "only with …".
private struct ManifestEncoder {
  let arena: CArena

  @unsafe
  func manifest(_ manifest: Manifest) -> Sfconv__Bundle__Manifest {
    unsafe make(sfconv__bundle__manifest__init) {
      unsafe $0.has_manifest_version = 1
      unsafe $0.manifest_version = manifest.version
      unsafe $0.name = arena.text(manifest.name)
      unsafe $0.producer = arena.text(manifest.producer)
      unsafe $0.target = arena.text(manifest.target)
      unsafe $0.has_arithmetic = 1
      unsafe $0.arithmetic = Sfconv__Bundle__Arithmetic(rawValue: UInt32(manifest.arithmetic))
      unsafe $0.has_time_steps = 1
      unsafe $0.time_steps = manifest.timeSteps
      unsafe $0.n_input_shape = manifest.inputShape.count
      unsafe $0.input_shape = arena.array(manifest.inputShape)
      unsafe $0.has_input_bits = 1
      unsafe $0.input_bits = manifest.inputBits
      unsafe $0.n_populations = manifest.populations.count
      unsafe $0.populations = arena.pointers(
        to: manifest.populations.map { unsafe population($0) })
      unsafe $0.n_projections = manifest.projections.count
      unsafe $0.projections = arena.pointers(
        to: manifest.projections.map { unsafe projection($0) })
      unsafe $0.has_codebook_count = 1
      unsafe $0.codebook_count = manifest.codebookCount
      unsafe $0.has_readout = 1
      unsafe $0.readout = Sfconv__Bundle__Readout(rawValue: UInt32(manifest.readout))
      unsafe $0.n_labels = manifest.labels.count
      unsafe $0.labels = arena.texts(manifest.labels)
      unsafe $0.n_metadata = manifest.metadata.count
      unsafe $0.metadata = arena.pointers(
        to: manifest.metadata.map { entry in
          unsafe make(sfconv__bundle__metadata__init) {
            unsafe $0.name = arena.text(entry.name)
            unsafe $0.value = arena.text(entry.value)
          }
        })
    }
  }

  @unsafe
  private func population(_ population: Manifest.Population) -> Sfconv__Bundle__Population {
    unsafe make(sfconv__bundle__population__init) {
      unsafe $0.name = arena.text(population.name)
      unsafe $0.n_shape = population.shape.count
      unsafe $0.shape = arena.array(population.shape)
      unsafe $0.has_model = 1
      unsafe $0.model = Sfconv__Bundle__NeuronModel(rawValue: UInt32(population.model))
      unsafe $0.has_reset = 1
      unsafe $0.reset = Sfconv__Bundle__Reset(rawValue: UInt32(population.reset))
      unsafe $0.has_reset_value = population.resetValue == 0 ? 0 : 1
      unsafe $0.reset_value = population.resetValue
      unsafe $0.has_spikes_above_only = 1
      unsafe $0.spikes_above_only = population.spikesAboveOnly ? 1 : 0
      unsafe $0.has_threshold_count = 1
      unsafe $0.threshold_count = population.thresholdCount
      unsafe $0.has_bias_count = 1
      unsafe $0.bias_count = population.biasCount
      unsafe $0.has_initial_potential_count = 1
      unsafe $0.initial_potential_count = population.initialPotentialCount
      unsafe $0.has_membrane_decay = 1
      unsafe $0.membrane_decay = population.membraneDecay
      unsafe $0.has_current_decay = 1
      unsafe $0.current_decay = population.currentDecay
      unsafe $0.has_scale = 1
      unsafe $0.scale = population.scale
    }
  }

  @unsafe
  private func projection(_ projection: Manifest.Projection) -> Sfconv__Bundle__Projection {
    unsafe make(sfconv__bundle__projection__init) {
      unsafe $0.name = arena.text(projection.name)
      unsafe $0.n_sources = projection.sources.count
      unsafe $0.sources = arena.array(projection.sources)
      unsafe $0.has_target = 1
      unsafe $0.target = projection.target
      unsafe $0.n_pooling = projection.pooling.count
      unsafe $0.pooling = arena.array(projection.pooling)
      unsafe $0.has_kind = 1
      unsafe $0.kind = Sfconv__Bundle__Kind(rawValue: UInt32(projection.kind))
      unsafe $0.n_weight_shape = projection.weightShape.count
      unsafe $0.weight_shape = arena.array(projection.weightShape)
      unsafe $0.n_strides = projection.strides.count
      unsafe $0.strides = arena.array(projection.strides)
      unsafe $0.n_pads_before = projection.padsBefore.count
      unsafe $0.pads_before = arena.array(projection.padsBefore)
      unsafe $0.n_pads_after = projection.padsAfter.count
      unsafe $0.pads_after = arena.array(projection.padsAfter)
      unsafe $0.n_dilations = projection.dilations.count
      unsafe $0.dilations = arena.array(projection.dilations)
      unsafe $0.has_groups = projection.groups == 0 ? 0 : 1
      unsafe $0.groups = projection.groups
      unsafe $0.n_codebook_steps = projection.codebookSteps.count
      unsafe $0.codebook_steps = arena.array(projection.codebookSteps)
      unsafe $0.has_delay = 1
      unsafe $0.delay = projection.delay
      unsafe $0.has_coding = 1
      unsafe $0.coding = Sfconv__Bundle__IndexCoding(rawValue: UInt32(projection.coding))
      unsafe $0.has_nonzero_count = projection.nonzeroCount == 0 ? 0 : 1
      unsafe $0.nonzero_count = projection.nonzeroCount
      unsafe $0.has_stream_bytes = projection.streamByteCount == 0 ? 0 : 1
      unsafe $0.stream_bytes = projection.streamByteCount
      unsafe $0.n_source_delays = projection.sourceDelays.count
      unsafe $0.source_delays = arena.array(projection.sourceDelays)
    }
  }

  /// A structure, initialised by its generated function and then by `body`.
  @unsafe
  private func make<Message: BitwiseCopyable>(
    _ initialise: (UnsafeMutablePointer<Message>?) -> Void, _ body: (inout Message) -> Void
  ) -> Message {
    unsafe withUnsafeTemporaryAllocation(of: Message.self, capacity: 1) { buffer in
      unsafe initialise(buffer.baseAddress)
      unsafe body(&buffer[0])
      return unsafe buffer[0]
    }
  }
}
