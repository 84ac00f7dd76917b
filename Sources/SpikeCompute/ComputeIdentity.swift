import CSpikeDNN

#if canImport(Glibc)
  import Glibc
#endif

/// What decides, besides the program itself, how sums of floats are rounded. Two processes with equal
/// identities compute the same bits.
public enum ComputeIdentity {
  /// Names and values: the library behind convolutions, the instructions that it uses on this
  /// processor, and the library behind exponentials and roots in Swift code.
  public static var facts: [String: String] {
    var facts = [
      "oneDNN": unsafe spk_dnn_version().map { unsafe String(cString: $0) } ?? "unknown",
      "the processor's instruction set": "\(spk_dnn_isa())",
    ]
    #if canImport(Glibc)
      var text = [CChar](repeating: 0, count: 64)
      _ = unsafe confstr(Int32(_CS_GNU_LIBC_VERSION), &text, text.count)
      facts["the C library"] = String(
        decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    #endif
    return facts
  }
}
