import SpikeBundle

extension ExportTarget {
  /// tinyODIN: one crossbar of 256 addresses, weights of 4 bits, potentials of 12 bits.
  public static let tinyOdin = ExportTarget(
    name: "tinyodin", summary: "tinyODIN: memory images, SPI words, event script",
    arithmetic: .tinyOdin,
    limits: OdinLayout.limits(.tinyOdin), nativeFormat: "memory images (.hex), SPI, events",
    encode: { bundle throws(ExportError) in try OdinEncoder.files(bundle, .tinyOdin) })

  /// ODIN: one crossbar of 256 addresses, weights of 3 bits and one sign for each source,
  /// potentials of 8 bits.
  public static let odin = ExportTarget(
    name: "odin", summary: "ODIN: memory images, SPI words, event script", arithmetic: .odin,
    limits: OdinLayout.limits(.odin), nativeFormat: "memory images (.hex), SPI, events",
    encode: { bundle throws(ExportError) in try OdinEncoder.files(bundle, .odin) })
}
