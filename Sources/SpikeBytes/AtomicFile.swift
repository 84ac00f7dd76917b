public import SpikeDiagnostics

#if canImport(Glibc)
  import Glibc
#endif

/// Writing a file so that it is either whole or not there.
///
/// Bytes go to a temporary name beside the destination, reach the disk, and are renamed over it.
/// After any error the temporary file is gone and an older file at the destination is untouched.
public enum AtomicFile {
  /// Writes `chunks` in order to `path`.
  /// - Throws: `file.not-writable`, `file.write-failed`.
  public static func write(_ chunks: [[UInt8]], to path: String) throws(FileError) {
    try write(count: chunks.count, to: path) { chunks[$0] }
  }

  /// Writes `count` chunks in order to `path`, each made when its turn comes, so that only one of
  /// them is in memory.
  /// - Throws: `file.not-writable`, `file.write-failed`.
  public static func write(
    count: Int, to path: String, chunk: (Int) -> [UInt8]
  ) throws(FileError) {
    let temporary = "\(path).partial-\(getpid())"
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw error(.notWritable, path, errno) }
    var failure: Int32 = 0
    for index in 0..<count where failure == 0 { failure = writeAll(chunk(index), to: descriptor) }
    if failure == 0 && fsync(descriptor) != 0 { failure = errno }
    if close(descriptor) != 0 && failure == 0 { failure = errno }
    if failure == 0, unsafe rename(temporary, path) != 0 { failure = errno }
    guard failure == 0 else {
      _ = unsafe unlink(temporary)
      throw error(.writeFailed, path, failure)
    }
  }

  /// Writes `bytes` to `path`.
  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    try write([bytes], to: path)
  }

  /// Writes UTF-8 `text` to `path`.
  public static func write(text: String, to path: String) throws(FileError) {
    try write([Array(text.utf8)], to: path)
  }

  /// Deletes a file; one that is not there is no error.
  public static func removeIfPresent(_ path: String) { _ = unsafe unlink(path) }

  /// Creates the directory at `path` and its parents where they are missing.
  public static func makeDirectory(_ path: String) throws(FileError) {
    var prefix = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      prefix += prefix.isEmpty || prefix.hasSuffix("/") ? String(part) : "/" + part
      if unsafe mkdir(prefix, 0o755) != 0, errno != EEXIST {
        throw error(.notWritable, path, errno)
      }
    }
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw error(.notWritable, path, ENOTDIR)
    }
  }

  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    unsafe bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset < buffer.count {
        let count = unsafe Glibc.write(
          descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return errno }
        offset += count
      }
      return 0
    }
  }

  private static func error(_ code: FileErrorCode, _ path: String, _ number: Int32) -> FileError {
    let reason = unsafe String(cString: strerror(number))
    return FileError(
      code, "The output cannot be written (\(reason)).", at: Location(file: path),
      fix: number == ENOSPC
        ? "free some disk space" : "check that the directory exists and that you may write there")
  }
}
