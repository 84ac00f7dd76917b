import Foundation
import SpikeTestSupport
import Testing

@Suite("The command line", .serialized)
struct CommandLineTests {
  @Test("does what each case says", arguments: CommandLineCase.all)
  func cases(folder: String) throws {
    try CommandLineCase(folder: folder).check()
  }

  @Test("has cases at all")
  func present() { #expect(CommandLineCase.all.count >= 8) }

  @Test("a glob matches what it should")
  func globs() {
    #expect(Glob.matches("a b c", "a * c"))
    #expect(Glob.matches("abc", "abc"))
    #expect(!Glob.matches("abc", "ab"))
    #expect(!Glob.matches("ab", "ab*b"))
    #expect(Glob.matches("one\ntwo\nthree\n", "one*three\n"))
  }
}
