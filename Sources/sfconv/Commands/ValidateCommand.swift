import ArgumentParser
import SpikePipeline

struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check a bundle against the limits of a chip.",
    discussion: """
      All findings come at once, each with what is needed, what is allowed and what to do. A limit
      that nobody has published is answered "not checked". Exit status 0 clean, 1 findings.

        sfconv validate model.sfb --target loihi2
        sfconv validate model.sfb --spec mychip.json --json
      """)

  @Argument(help: "The bundle (.sfb).") var bundle: String
  @Option(help: "Chip: a built-in name, or the path of a spec (.json).") var target: String?
  @Option(help: "Path of a hardware spec (.json).") var spec: String?
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (target == nil) != (spec == nil) else {
      throw ValidationError("give either --target NAME or --spec FILE")
    }
  }

  func run() throws {
    let chip = target ?? spec ?? ""
    try common.print(Pipeline(common.context()).validate(bundle: bundle, target: chip))
  }
}
