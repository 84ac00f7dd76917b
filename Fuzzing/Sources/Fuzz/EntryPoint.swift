/// What libFuzzer calls with every input. The name by which the program was called is the reader's.
///
/// An error is what a reader says about bytes that it does not take; a trap, a hang and memory without
/// bound are what is looked for, and libFuzzer notices them.
@unsafe
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  try? reader.read(bytes)
  return 0
}

private let reader: Reader = {
  let name = CommandLine.arguments[0].split(separator: "/").last.map(String.init) ?? ""
  guard let reader = Reader.all.first(where: { $0.name == name }) else {
    let names = Reader.all.map(\.name).joined(separator: " ")
    fatalError("'\(name)' is no reader; link this program to one of these names: \(names)")
  }
  return reader
}()
