import CSpikeProtobuf
package import SpikeBytes
import SpikeDiagnostics

#if canImport(Glibc)
  import Glibc
#endif

/// A protobuf file without its payloads, small enough to be unpacked.
///
/// The scan checks every tag and every length of the followed messages, so that a cut, overlapping
/// or foreign file is refused before protobuf-c sees a byte. Payloads (weights) stay in the mapped
/// file; a gigabyte of model has a skeleton of kilobytes.
@safe
package final class ProtobufSkeleton: @unchecked Sendable {
  // Written once in `init`, read-only afterwards: safe to share.
  private var skeleton: sf_pb_skeleton

  /// Scans a file.
  /// - Parameter limit: largest number of bytes that the skeleton may have.
  /// - Throws: every `protobuf.…` code, with the offset of the field.
  /// - Complexity: O(fields outside payloads).
  package init(of file: MappedFile, plan: ProtobufPlan, limit: Int) throws(ProtobufError) {
    let rules = plan.rules.map { $0.row }
    var result = unsafe sf_pb_skeleton()
    let status = unsafe file.withUnsafeBytes { bytes in
      unsafe rules.withUnsafeBufferPointer { rows in
        unsafe sf_pb_scan(
          bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count, rows.baseAddress,
          rows.count, UInt32(plan.payloadField), plan.payloadMinimum, limit, &result)
      }
    }
    unsafe skeleton = result
    guard status == SF_PB_OK else {
      throw unsafe ProtobufSkeleton.error(
        status, field: result.error_field, offset: result.error_offset, end: result.error_end,
        in: file, limit: limit)
    }
  }

  deinit { unsafe sf_pb_skeleton_free(&skeleton) }

  /// Size of the skeleton in bytes.
  package var count: Int { unsafe skeleton.count }

  /// Calls `body` with what protobuf-c needs to unpack the skeleton.
  ///
  /// `allocator` points to a `ProtobufCAllocator` that grants at most `limit` bytes in total and
  /// then makes unpacking return NULL. Everything unpacked must be freed with it before `body`
  /// returns; both pointers are valid during the call only.
  @unsafe
  package func withUnpackable<Result, Failure: Error>(
    limit: Int,
    _ body: (
      _ allocator: UnsafeMutableRawPointer, _ bytes: UnsafePointer<UInt8>, _ count: Int
    ) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let allocator = UnsafeMutablePointer<sf_pb_allocator>.allocate(capacity: 1)
    defer { unsafe allocator.deallocate() }
    unsafe sf_pb_allocator_init(allocator, limit)
    let base = unsafe UnsafeMutableRawPointer(sf_pb_allocator_base(allocator))
    guard let base = unsafe base, let bytes = unsafe skeleton.bytes else {
      // An empty skeleton unpacks to an empty message; protobuf-c wants a pointer all the same.
      var nothing: UInt8 = 0
      return try unsafe body(UnsafeMutableRawPointer(allocator), &nothing, 0)
    }
    return try unsafe body(base, bytes, skeleton.count)
  }

  private static func error(
    _ status: sf_pb_status, field: UInt32, offset: Int, end: UInt64, in file: MappedFile,
    limit: Int
  ) -> ProtobufError {
    let place = Location(file: file.path, byteOffset: offset)
    let what = field == 0 ? "A field" : "Field \(field)"
    switch status {
    case SF_PB_TRUNCATED:
      return ProtobufError(
        .truncated,
        "\(what) begins at byte \(offset) and needs the bytes up to \(end); the file ends at byte "
          + "\(file.count).", at: place, fix: "copy or download the file again")
    case SF_PB_REPEATED:
      return ProtobufError(
        .repeated, "\(what) is there twice; it may occur once.", at: place,
        fix: "write the file again with the program it came from")
    case SF_PB_TOO_LARGE, SF_PB_TOO_DEEP:
      return ProtobufError(
        .tooLarge, "The structure without its weights has more than \(limit) bytes.", at: place,
        fix: "store weights as raw data or external data")
    default:
      return ProtobufError(
        .malformed,
        field == 0
          ? "The byte at \(offset) begins no protobuf field."
          : "\(what) at byte \(offset) has an unknown encoding or overhangs its message.",
        at: place, fix: "check that the file is what its name says, or copy it again")
    }
  }
}

extension ProtobufPlan.Rule {
  fileprivate var row: sf_pb_rule {
    var target = 0
    let code: sf_pb_action
    switch action {
    case .descend(let message, let once):
      target = message
      code = once ? SF_PB_DESCEND_ONCE : SF_PB_DESCEND
    case .payload: code = SF_PB_PAYLOAD
    case .mark: code = SF_PB_MARK
    case .drop: code = SF_PB_DROP
    }
    return sf_pb_rule(
      message: UInt32(message), field: UInt32(field), action: code.rawValue, target: UInt32(target))
  }
}
