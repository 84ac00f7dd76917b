import SpikeBundle
import SpikeBytes
import SpikeDiagnostics
import Testing

/// One error of every code, with its whole text.
@Suite("Bundle errors")
struct BundleErrorTests {
  /// The error that `body` throws.
  func error(_ body: () throws(BundleError) -> Void) -> BundleError? {
    do throws(BundleError) {
      try body()
      return nil
    } catch { return error }
  }

  func decoded(_ bytes: [UInt8]) -> BundleError? {
    error { () throws(BundleError) in _ = try BundleFile.decode(bytes, name: "a.sfb") }
  }

  @Test("say what was found, what is allowed and what to do")
  func texts() throws {
    let bytes = try BundleFile.encode(SampleBundles.smallest)
    func changed(_ place: Int, _ value: UInt8, repaired: Bool = true) -> [UInt8] {
      var copy = bytes
      copy[place] = value
      return repaired ? BundleDamage.repaired(copy) : copy
    }
    let manifestStart = 24 + 16 * Int(bytes[14])
    var faulty = SampleBundles.smallest
    faulty.input.bits = 0
    var huge = SampleBundles.smallest
    huge.labels = [String](repeating: "", count: 65_537)
    let errors: [BundleError?] = [
      decoded(Array("GIF89a".utf8)), decoded(changed(8, 2)), decoded(Array(bytes.dropLast(2))),
      decoded(changed(bytes.count - 1, 0xFF, repaired: false)), decoded(bytes + [0]),
      decoded(changed(manifestStart, 0x10)),
      error { () throws(BundleError) in _ = try BundleFile.encode(faulty) },
      error { () throws(BundleError) in _ = try BundleFile.encode(huge) },
      error { () throws(BundleError) in _ = try BundleFile.read(path: "/nowhere/a.sfb") },
      error { () throws(BundleError) in
        try BundleFile.write(SampleBundles.smallest, to: "/nowhere/a.sfb")
      },
    ]
    #expect(errors.map { $0?.code } == BundleErrorCode.allCases)
    let texts = errors.map { $0?.description ?? "none" }
    #expect(
      texts[0] == """
        a.sfb: error [bundle.not-a-bundle]
          This is not a bundle: it does not start with the bytes of one.
          fix: give an .sfb file, as 'sfconv export' writes it
        """)
    #expect(
      texts[1] == """
        a.sfb: byte 8: error [bundle.unsupported-version]
          The bundle has version 2; this sfconv reads 1.
          fix: use a newer sfconv
        """)
    #expect(
      texts[2] == """
        a.sfb: byte \(bytes.count - 2): error [bundle.truncated]
          The file ends after \(bytes.count - 2) bytes; \(bytes.count) are needed.
          fix: the file was cut short; copy or make it again
        """)
    #expect(
      texts[3] == """
        a.sfb: byte \(bytes.count - 1): error [bundle.checksum-mismatch]
          The checksum of section type 4 differs.
          fix: the bundle is damaged; make it again with 'sfconv export'
        """)
    #expect(
      texts[4] == """
        a.sfb: byte \(bytes.count): error [bundle.invalid-structure]
          The file has \(bytes.count + 1) bytes; its header says \(bytes.count).
          fix: the bundle is damaged; make it again with 'sfconv export'
        """)
    #expect(texts[5].hasPrefix("a.sfb: tensor 'manifest': error [bundle.invalid-manifest]"))
    #expect(
      texts[6] == """
        error [bundle.invalid-value]
          The number of input bits is 0; allowed are 1 to 8.
          fix: make the bundle again with 'sfconv export'
        """)
    #expect(
      texts[7] == """
        error [bundle.too-large]
          There are 65537 labels; allowed are 65536.
          fix: make the network smaller and export it again
        """)
    #expect(
      texts[8] == """
        /nowhere/a.sfb: error [bundle.unreadable]
          The bundle cannot be opened.
          fix: check the path
          because: There is no such file (No such file or directory). (/nowhere/a.sfb) [file.not-found]
        """)
    #expect(
      texts[9] == """
        /nowhere/a.sfb: error [bundle.unwritable]
          The bundle was not written.
          fix: check that the directory exists and that you may write there
          because: The output cannot be written (No such file or directory). (/nowhere/a.sfb) \
        [file.not-writable]
        """)
  }

  @Test("have exit statuses by class", arguments: BundleErrorCode.allCases)
  func categories(code: BundleErrorCode) {
    let expected: ErrorCategory =
      code == .unreadable ? .missingInput : code == .unwritable ? .inputOutput : .badData
    #expect(code.category == expected)
  }
}
