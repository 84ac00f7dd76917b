import Foundation
import SpikeBytes
import SpikeDiagnostics
import SpikeTestSupport
import Testing

@Suite("Writing a file")
struct AtomicFileTests {
  @Test("replaces the old content as a whole and leaves nothing else behind")
  func replaces() throws {
    let directory = try TemporaryDirectory()
    try AtomicFile.write(text: "old and longer", to: directory.file("a"))
    try AtomicFile.write([[1, 2], [], [3]], to: directory.file("a"))
    let file = try MappedFile(path: directory.file("a"))
    #expect(file.bytes(in: 0..<file.count) == [1, 2, 3])
    #expect(try directory.contents() == ["a"])
  }

  @Test("makes each piece when its turn comes")
  func pieces() throws {
    let directory = try TemporaryDirectory()
    var asked: [Int] = []
    try AtomicFile.write(count: 3, to: directory.file("a")) { index in
      asked.append(index)
      return [UInt8](repeating: UInt8(index), count: index)
    }
    #expect(asked == [0, 1, 2])
    let file = try MappedFile(path: directory.file("a"))
    #expect(file.bytes(in: 0..<file.count) == [1, 2, 2])
  }

  @Test("into a directory that is not there fails and makes nothing")
  func missingDirectory() throws {
    let directory = try TemporaryDirectory()
    do throws(FileError) {
      try AtomicFile.write([1], to: directory.file("no/a"))
      Issue.record("written")
    } catch {
      #expect(error.code == .notWritable)
      #expect(error.category == .inputOutput)
      #expect(error.location.file == directory.file("no/a"))
      #expect(error.fix != nil)
    }
    #expect(try directory.contents() == [])
  }

  @Test("over a directory fails, leaves it alone and cleans up")
  func overDirectory() throws {
    let directory = try TemporaryDirectory()
    try AtomicFile.makeDirectory(directory.file("sub/deeper"))
    do throws(FileError) {
      try AtomicFile.write([1], to: directory.file("sub"))
      Issue.record("written")
    } catch { #expect(error.code == .writeFailed) }
    #expect(try directory.contents() == ["sub"])
  }

  @Test("into a read-only directory leaves the old file untouched", .disabled(if: getuid() == 0))
  func readOnlyDirectory() throws {
    let directory = try TemporaryDirectory()
    try AtomicFile.write(text: "old", to: directory.file("a"))
    let manager = FileManager.default
    try manager.setAttributes([.posixPermissions: 0o555], ofItemAtPath: directory.path)
    defer {
      try? manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory.path)
    }
    #expect(throws: FileError.self) { try AtomicFile.write(text: "new", to: directory.file("a")) }
    #expect(try String(contentsOfFile: directory.file("a"), encoding: .utf8) == "old")
  }

  @Test("makes directories once and over again, but not through a file")
  func directories() throws {
    let directory = try TemporaryDirectory()
    try AtomicFile.makeDirectory(directory.file("a/b"))
    try AtomicFile.makeDirectory(directory.file("a/b"))
    try AtomicFile.write([1], to: directory.file("f"))
    #expect(throws: FileError.self) { try AtomicFile.makeDirectory(directory.file("f")) }
    #expect(throws: FileError.self) { try AtomicFile.makeDirectory(directory.file("f/x")) }
  }
}

@Suite("Mapping a file")
struct MappedFileTests {
  func code(_ path: String) -> FileErrorCode? {
    do throws(FileError) {
      _ = try MappedFile(path: path)
      return nil
    } catch { return error.code }
  }

  @Test("says what is wrong with a path that cannot be mapped")
  func refusals() throws {
    let directory = try TemporaryDirectory()
    try AtomicFile.write([1], to: directory.file("f"))
    #expect(code(directory.file("nothing")) == .notFound)
    #expect(code(directory.file("f/x")) == .notFound)
    #expect(code(directory.path) == .notRegular)
    #expect(code("/dev/null") == .notRegular)
  }

  @Test("of an empty file gives no bytes")
  func empty() throws {
    let directory = try TemporaryDirectory()
    try AtomicFile.write([[UInt8]](), to: directory.file("e"))
    let file = try MappedFile(path: directory.file("e"))
    #expect(file.count == 0)
    #expect(file.bytes(in: 0..<0) == [])
    #expect(SHA256.hex(of: file) == SHA256.hex(of: []))
  }
}
