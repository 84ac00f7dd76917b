#if MPI
  import CSpikeMPI
  import SpikeCompute
  import SpikeEngine

  /// The processes that Open MPI connects.
  ///
  /// All calls come from the thread that made it, one at a time.
  @safe
  final class MPIRing: ProcessRing, @unchecked Sendable {
    let rank: Int
    let count: Int
    private let ring: OpaquePointer

    /// Joins; nil where MPI cannot be used.
    init?() {
      guard let ring = unsafe spk_ring_join() else { return nil }
      unsafe self.ring = ring
      rank = Int(unsafe spk_ring_rank(ring))
      count = Int(unsafe spk_ring_count(ring))
    }

    var isBroken: Bool { unsafe spk_ring_is_broken(ring) != 0 }

    func send(_ floats: FloatView) {
      unsafe floats.withBytes { bytes in
        unsafe spk_ring_send(ring, bytes.baseAddress, Int64(bytes.count), 0)
      }
    }

    func receive(into floats: FloatView) {
      unsafe floats.withBytes { bytes in
        _ = unsafe spk_ring_receive(ring, bytes.baseAddress, Int64(bytes.count))
      }
    }

    func send(_ bytes: [UInt8]) {
      unsafe bytes.withUnsafeBytes { bytes in
        unsafe spk_ring_send(ring, bytes.baseAddress, Int64(bytes.count), 1)
      }
    }

    func receive(count: Int) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: count)
      unsafe bytes.withUnsafeMutableBytes { bytes in
        _ = unsafe spk_ring_receive(ring, bytes.baseAddress, Int64(count))
      }
      return bytes
    }

    func flush() { unsafe spk_ring_flush(ring) }

    /// How a process ended.
    struct End {
      var status: Int32
      var isOwn: Bool
    }

    /// Tells the others how this process ends, and waits until all have.
    func end(status: Int32, isOwn: Bool) -> [End] {
      var all = [spk_end](repeating: spk_end(status: 0, is_own: 0), count: count)
      unsafe all.withUnsafeMutableBufferPointer { all in
        unsafe spk_ring_end(ring, spk_end(status: status, is_own: isOwn ? 1 : 0), all.baseAddress)
      }
      return all.map { End(status: $0.status, isOwn: $0.is_own != 0) }
    }

    /// Leaves MPI.
    func leave(status: Int32) { unsafe spk_ring_leave(ring, status) }
  }
#endif
