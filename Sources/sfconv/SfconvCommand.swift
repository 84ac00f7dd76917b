import ArgumentParser
import Foundation
import SpikeDiagnostics
import SpikePipeline

/// The command line: one file per subcommand, no logic.
@main
struct SfconvCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sfconv",
    abstract: "Takes a trained neural network to a neuromorphic chip.",
    discussion: """
      import a trained network, convert it to a spiking one, fit it to few unique weights, export
      it for a chip, and validate the result:

        sfconv import model.onnx -o model.sfm
        sfconv convert model.sfm -o spiking.sfm --data fashion-mnist --time-steps 4
        sfconv fit spiking.sfm -o fitted.sfm --data fashion-mnist --target loihi2 \\
          --unique-weights 4
        sfconv export fitted.sfm -o model.sfb --target loihi2 --native loihi
        sfconv validate model.sfb --target loihi2

      or all of it at once with 'sfconv deploy'. Results go to standard output (--json for
      machines), diagnostics to standard error. Exit status: 0 done, 1 findings or interrupted, 64 usage,
      65 bad data, 66 missing input, 70 defect of sfconv, 74 input or output failed.
      """,
    version: SfconvVersion.number,
    subcommands: [
      ImportCommand.self, InspectCommand.self, ConvertCommand.self, FitCommand.self,
      EvalCommand.self, ExportCommand.self, ValidateCommand.self, DeployCommand.self,
      BenchCommand.self,
      TargetsCommand.self, ListCommand.self,
    ])

  static func main() {
    Interruption.install()
    do {
      var command = try parseAsRoot()
      if !(command is FitCommand) {
        let name = type(of: command).configuration.commandName ?? "sfconv"
        try Processes.checkAlone(command is BenchFitCommand ? "bench \(name)" : name)
      }
      try command.run()
      leave(0)
    } catch let error as any StageError {
      leave(error.category.rawValue, error)
    } catch let code as ExitCode {
      leave(code.rawValue)
    } catch {
      // Usage and help: before anything was done, and the same in all processes.
      guard Processes.isFirst else { Foundation.exit(exitCode(for: error).rawValue) }
      exit(withError: error)
    }
  }

  /// Ends the program, together with the other processes if there are any.
  private static func leave(_ status: Int32, _ error: (any StageError)? = nil) -> Never {
    Foundation.exit(Processes.end(status: status, error: error, tell: report))
  }

  /// Text for people on standard error; with `--json` also an object for machines on standard
  /// output.
  private static func report(_ error: any StageError) {
    Diagnostics.print(TextRenderer.text(for: error))
    if CommandLine.arguments.contains("--json") {
      print("{\"error\":\(JSONRenderer.json(for: error))}")
    }
  }
}
