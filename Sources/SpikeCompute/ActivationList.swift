import CSpikeKernels

/// Sizes of activations [groups][pixels][channels] of which those that are not 0 are listed, unless
/// a group has too many of them.
struct ListShape {
  var groups: Int
  var pixels: Int
  var channels: Int

  /// The largest number of activations of a group that are listed.
  func limit(_ share: Double) -> Int { Int(Double(pixels * channels) * share) }

  /// Floats that a list takes up: whole lines of a cache.
  func room(_ share: Double) -> Int {
    let most = Int(Double(groups * pixels * channels) * share)
    return (groups + groups * pixels + 1 + most + Int(SPK_EVENT_OVERHANG) + 15) / 16 * 16
  }
}

/// Activations that are not 0, listed in scratch memory.
@unsafe
struct ActivationList {
  /// For each group, 1 if it has too many of them.
  let dense: UnsafeMutablePointer<Int32>
  /// Where those of each pixel begin.
  let starts: UnsafeMutablePointer<Int32>
  /// Their places.
  let indices: UnsafeMutablePointer<Int32>
  /// Whether one of them is not 1.
  let isGraded: Bool
  /// Groups that have too many.
  let denseCount: Int

  /// - Parameters:
  ///   - share: the largest part of a group that may not be 0.
  ///   - scratch: memory that begins with ``ListShape/room(_:)`` floats for the list.
  init(_ shape: ListShape, _ x: FloatView, share: Double, scratch: FloatView) {
    precondition(scratch.count >= shape.room(share), "\(scratch.count) floats of scratch")
    precondition(x.count == shape.groups * shape.pixels * shape.channels, "\(x.count) activations")
    let memory = unsafe UnsafeMutableRawPointer(scratch.start)
    unsafe dense = memory.assumingMemoryBound(to: Int32.self)
    unsafe starts = dense + shape.groups
    unsafe indices = starts + shape.groups * shape.pixels + 1
    var graded: Int32 = 0
    let found = unsafe spk_list_events(
      Int64(shape.groups), Int64(shape.pixels), Int64(shape.channels), x.constant,
      Int64(shape.limit(share)), starts, indices, dense, &graded)
    unsafe isGraded = graded != 0
    unsafe denseCount = Int(found)
  }
}
