import CSpikeZstd

// The only file of this module that sees the C of index streams and zstd. Every pointer lives
// inside one call.

/// How a stream is compressed; see zstd_frames.h.
enum FrameVariant: Int32, CaseIterable {
  case fast = 0
  case entropy = 1
  case small = 2
}

/// Packing of indices and zstd frames, over plain byte arrays.
package enum IndexStreams {
  /// Bytes of `count` packed numbers of `width` bits, 0…8.
  package static func packedSize(_ count: Int, width: Int) -> Int {
    sf_packed_size(count, UInt32(width))
  }

  /// Packed numbers, each below 2^width.
  package static func pack(_ numbers: [UInt8], width: Int) -> [UInt8] {
    unsafe bytes(packedSize(numbers.count, width: width)) { output in
      unsafe numbers.withUnsafeBufferPointer {
        unsafe sf_pack($0.baseAddress, $0.count, UInt32(width), output)
      }
    }
  }

  /// The inverse of ``pack(_:width:)``; nil if the length is wrong or surplus bits are not zero.
  package static func unpack(_ packed: ArraySlice<UInt8>, count: Int, width: Int) -> [UInt8]? {
    guard packed.count == packedSize(count, width: width) else { return nil }
    var surplus: Int32 = 0
    let result = unsafe bytes(count) { output in
      surplus = unsafe packed.withUnsafeBufferPointer {
        unsafe sf_unpack($0.baseAddress, count, UInt32(width), output)
      }
    }
    return surplus == 0 ? result : nil
  }

  /// The largest number; 0 for none.
  package static func largest(_ numbers: ArraySlice<UInt8>) -> UInt8 {
    unsafe numbers.withUnsafeBufferPointer { unsafe sf_largest($0.baseAddress, $0.count) }
  }

  /// How often each of the 256 byte values occurs.
  package static func histogram(_ numbers: [UInt8]) -> [Int] {
    var counts = [UInt64](repeating: 0, count: 256)
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      unsafe numbers.withUnsafeBufferPointer {
        unsafe sf_histogram($0.baseAddress, $0.count, counts.baseAddress)
      }
    }
    return counts.map { Int($0) }
  }

  /// `indices` renumbered so that the zero of each channel becomes 0; all channels are equally
  /// long and lie one after another.
  package static func zeroToFront(_ indices: [UInt8], zeros: [UInt8]) -> [UInt8] {
    unsafe bytes(indices.count) { output in
      unsafe indices.withUnsafeBufferPointer { input in
        let length = indices.count / max(1, zeros.count)
        for (channel, zero) in zeros.enumerated() {
          unsafe sf_zero_to_front(
            input.baseAddress.map { unsafe $0 + channel * length }, length, zero,
            output.map { unsafe $0 + channel * length })
        }
      }
    }
  }

  /// The inverse of ``zeroToFront(_:zeros:)``, in place.
  package static func zeroFromFront(_ symbols: inout [UInt8], zeros: [UInt8]) {
    let length = symbols.count / max(1, zeros.count)
    unsafe symbols.withUnsafeMutableBufferPointer { buffer in
      for (channel, zero) in zeros.enumerated() {
        unsafe sf_zero_from_front(
          buffer.baseAddress.map { unsafe $0 + channel * length }, length, zero)
      }
    }
  }

  /// Symbols as a bitmap and the symbols that are not 0, each less 1.
  package static func splitBitmap(_ symbols: [UInt8]) -> (bitmap: [UInt8], nonzeros: [UInt8]) {
    var nonzeros = [UInt8](repeating: 0, count: symbols.count)
    var found = 0
    let bitmap = unsafe bytes((symbols.count + 7) / 8) { output in
      found = unsafe symbols.withUnsafeBufferPointer { input in
        unsafe nonzeros.withUnsafeMutableBufferPointer {
          unsafe sf_split_bitmap(input.baseAddress, input.count, output, $0.baseAddress)
        }
      }
    }
    nonzeros.removeLast(symbols.count - found)
    return (bitmap, nonzeros)
  }

  /// The inverse of ``splitBitmap(_:)``; nil if the counts do not fit or surplus bits are set.
  package static func joinBitmap(
    _ bitmap: ArraySlice<UInt8>, nonzeros: [UInt8], count: Int
  ) -> [UInt8]? {
    guard bitmap.count == (count + 7) / 8 else { return nil }
    let found = unsafe bitmap.withUnsafeBufferPointer {
      unsafe sf_count_bitmap($0.baseAddress, count)
    }
    guard found == nonzeros.count else { return nil }
    let padded = nonzeros + [0]
    return unsafe bytes(count) { output in
      unsafe bitmap.withUnsafeBufferPointer { bitmap in
        unsafe padded.withUnsafeBufferPointer {
          unsafe sf_join_bitmap(bitmap.baseAddress, $0.baseAddress, count, output)
        }
      }
    }
  }

  /// Symbols as zero runs and the symbols that are not 0, each less 1.
  package static func splitRuns(_ symbols: [UInt8]) -> (runs: [UInt8], nonzeros: [UInt8]) {
    var nonzeros = [UInt8](repeating: 0, count: symbols.count)
    var found = 0
    var written = 0
    var runs = unsafe bytes(symbols.count + symbols.count / 255) { output in
      found = unsafe symbols.withUnsafeBufferPointer { input in
        unsafe nonzeros.withUnsafeMutableBufferPointer {
          unsafe sf_split_runs(input.baseAddress, input.count, output, &written, $0.baseAddress)
        }
      }
    }
    runs.removeLast(runs.count - written)
    nonzeros.removeLast(nonzeros.count - found)
    return (runs, nonzeros)
  }

  /// The inverse of ``splitRuns(_:)``; nil if the runs do not fit.
  package static func joinRuns(
    _ runs: ArraySlice<UInt8>, nonzeros: [UInt8], count: Int
  ) -> [UInt8]? {
    var failure: Int32 = 0
    let result = unsafe bytes(count) { output in
      failure = unsafe runs.withUnsafeBufferPointer { runs in
        unsafe nonzeros.withUnsafeBufferPointer {
          unsafe sf_join_runs(
            runs.baseAddress, runs.count, $0.baseAddress, $0.count, count, output)
        }
      }
    }
    return failure == 0 ? result : nil
  }

  /// States and words of range-coded symbols, whose frequencies are not 0.
  package static func entropyEncode(
    _ symbols: [UInt8], _ table: EntropyCoding.Table
  ) -> [UInt8] {
    var size = 0
    let room = sf_entropy_bound(symbols.count, 1 << UInt32(table.lanesLog2))
    var result = unsafe bytes(room) { output in
      size = unsafe symbols.withUnsafeBufferPointer { symbols in
        unsafe withTable(table) {
          unsafe sf_entropy_encode(symbols.baseAddress, symbols.count, $0, output)
        }
      }
    }
    result.removeLast(result.count - size)
    return result
  }

  /// The inverse of ``entropyEncode(_:_:)``; nil if the bytes are damaged.
  ///
  /// With `isPortable` without the special instructions of the processor, for tests.
  package static func entropyDecode(
    _ coded: ArraySlice<UInt8>, _ table: EntropyCoding.Table, count: Int, isPortable: Bool = false
  ) -> [UInt8]? {
    var failure: Int32 = 0
    let result = unsafe bytes(count) { output in
      failure = unsafe coded.withUnsafeBufferPointer { coded in
        unsafe withTable(table) {
          unsafe sf_entropy_decode(
            coded.baseAddress, coded.count, $0, count, output, isPortable ? 1 : 0)
        }
      }
    }
    return failure == 0 ? result : nil
  }

  @unsafe
  private static func withTable<Result>(
    _ table: EntropyCoding.Table, _ body: (sf_entropy_table) -> Result
  ) -> Result {
    precondition(table.frequencies.count == 256, "a table has 256 frequencies")
    return unsafe table.frequencies.withUnsafeBufferPointer {
      unsafe body(
        sf_entropy_table(
          frequencies: $0.baseAddress, precision: UInt32(table.precision),
          lanes: 1 << UInt32(table.lanesLog2)))
    }
  }

  /// Version of the zstd library, on which the bytes of frames depend.
  package static var zstdVersion: String {
    let number = sf_zstd_version()
    return "\(number / 10_000).\(number / 100 % 100).\(number % 100)"
  }

  /// One zstd frame, or nil where the library has no memory.
  static func compress(_ input: [UInt8], _ variant: FrameVariant) -> [UInt8]? {
    var size = 0
    var result = unsafe bytes(sf_zstd_bound(input.count)) { output in
      size = unsafe input.withUnsafeBufferPointer {
        unsafe sf_zstd_compress(
          $0.baseAddress, $0.count, output, sf_zstd_bound(input.count), variant.rawValue)
      }
    }
    guard size > 0 else { return nil }
    result.removeLast(result.count - size)
    return result
  }

  /// Content size of the one frame that `frame` consists of; nil if it is anything else.
  static func contentSize(_ frame: [UInt8]) -> Int? {
    let size = unsafe frame.withUnsafeBufferPointer {
      unsafe sf_zstd_content_size($0.baseAddress, $0.count)
    }
    return size < 0 ? nil : Int(size)
  }

  /// The content of a frame of a known content size; nil if it is damaged.
  static func decompress(_ frame: [UInt8], contentSize: Int) -> [UInt8]? {
    var failure: Int32 = 0
    let result = unsafe bytes(contentSize) { output in
      failure = unsafe frame.withUnsafeBufferPointer {
        unsafe sf_zstd_decompress($0.baseAddress, $0.count, output, contentSize)
      }
    }
    return failure == 0 ? result : nil
  }

  /// An array that `body` fills completely.
  @unsafe
  private static func bytes(
    _ count: Int, _ body: (UnsafeMutablePointer<UInt8>?) -> Void
  ) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      unsafe body(buffer.baseAddress)
      initialized = count
    }
  }
}
