import ArgumentParser
import SpikePipeline

/// Files that a long run keeps.
struct RunFileGroup: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where the state of the run is kept (default: the output with .checkpoint). It is deleted "
        + "when the output is written.", valueName: "file"))
  var checkpoint: String?
  @Option(
    help: ArgumentHelp(
      "How often: seconds as 60s, a number of steps, or never (default 60s).",
      valueName: "interval"))
  var checkpointEvery: String?
  @Flag(
    help: ArgumentHelp(
      "Go on from the checkpoint, if there is one; the result is the same as without the break."))
  var resume = false
  @Option(
    help: ArgumentHelp("Write every report as a JSON object to this file.", valueName: "file"))
  var log: String?

  var files: RunFiles {
    var files = RunFiles()
    files.checkpoint = checkpoint
    files.checkpointEvery = checkpointEvery
    files.resumes = resume
    files.log = log
    return files
  }
}
