package import SpikeDiagnostics

#if canImport(Glibc)
  import Glibc
#endif

/// What can be wrong with a file name that another file gives.
package enum SiblingFileErrorCode: String, ErrorCode {
  /// The name leads out of the directory, or through a symbolic link.
  case escapes = "sibling.escapes"
  /// There is no regular file of that name.
  case missing = "sibling.missing"

  /// Exit status class of this code.
  package var category: ErrorCategory { .badData }
}

/// An error in a file name that another file gives.
package typealias SiblingFileError = DiagnosedError<SiblingFileErrorCode>

/// Files that a file names, for example the external data of a model.
///
/// A model from a stranger may name only what came with it: files in its own directory or below,
/// reached without `..`, without absolute paths and without symbolic links.
package enum SiblingFile {
  /// The path of the file `name` beside the file at `path`.
  /// - Throws: `sibling.escapes`, `sibling.missing`.
  package static func path(of name: String, beside path: String) throws(SiblingFileError) -> String
  {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard !name.isEmpty, !name.utf8.contains(0), parts.count <= 64,
      !parts.contains(where: { $0.isEmpty || $0 == ".." })
    else {
      throw SiblingFileError(
        .escapes, "The file name '\(name)' leads out of the directory of the model.",
        fix: "name a file beside the model, without '..' and without a leading '/'")
    }
    var place = directory(of: path)
    for (index, part) in parts.enumerated() {
      place += part
      var status = stat()
      guard unsafe lstat(place, &status) == 0 else {
        throw SiblingFileError(
          .missing, "There is no file '\(name)' beside the model.",
          fix: "copy the data file into the directory of the model")
      }
      let kind = status.st_mode & S_IFMT
      guard kind != S_IFLNK else {
        throw SiblingFileError(
          .escapes, "The file name '\(name)' goes through a symbolic link.",
          fix: "put the file itself into the directory of the model")
      }
      guard kind == (index == parts.count - 1 ? S_IFREG : S_IFDIR) else {
        throw SiblingFileError(
          .missing, "'\(name)' is not a regular file.",
          fix: "copy the data file into the directory of the model")
      }
      if index < parts.count - 1 { place += "/" }
    }
    return place
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "./" }
    return String(path[...slash])
  }
}
