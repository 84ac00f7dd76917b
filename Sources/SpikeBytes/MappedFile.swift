public import SpikeDiagnostics

#if canImport(Glibc)
  import Glibc
#endif

/// A whole file, mapped read-only into memory; pages are read when touched.
///
/// Tensors that were imported from a file keep its `MappedFile` alive and slice it, so that a
/// gigabyte of weights costs no private memory. The file must not be truncated by others while it
/// is mapped; that is the one promise the operating system cannot keep for us.
@safe
public final class MappedFile: Sendable {
  /// Path as the user gave it.
  public let path: String
  /// Size in bytes.
  public let count: Int
  private nonisolated(unsafe) let start: UnsafeRawPointer?

  /// Maps the file at `path`.
  /// - Throws: `file.not-found`, `file.not-readable`, `file.not-regular`.
  public init(path: String) throws(FileError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw MappedFile.openError(path, errno) }
    defer { _ = close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw MappedFile.openError(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(
        .notRegular, "This is not a regular file.", at: Location(file: path),
        fix: "give the path of a file, not of a directory or device")
    }
    self.path = path
    self.count = Int(status.st_size)
    guard status.st_size > 0 else {
      unsafe start = nil
      return
    }
    let address = unsafe mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw MappedFile.openError(path, errno)
    }
    unsafe start = UnsafeRawPointer(address)
  }

  deinit {
    if let start = unsafe start { unsafe munmap(UnsafeMutableRawPointer(mutating: start), count) }
  }

  /// Calls `body` with all bytes of the file. The pointer is valid during the call only.
  @unsafe
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeRawBufferPointer(start: start, count: count))
  }

  /// A copy of the bytes in `range`, which must lie inside the file.
  public func bytes(in range: Range<Int>) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the file")
    return unsafe Array(
      UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(start: start, count: count)[range]))
  }

  private static func openError(_ path: String, _ number: Int32) -> FileError {
    let reason = unsafe String(cString: strerror(number))
    if number == ENOENT || number == ENOTDIR {
      return FileError(
        .notFound, "There is no such file (\(reason)).", at: Location(file: path),
        fix: "check the path")
    }
    return FileError(
      .notReadable, "The file cannot be read (\(reason)).", at: Location(file: path),
      fix: "check its permissions")
  }
}
