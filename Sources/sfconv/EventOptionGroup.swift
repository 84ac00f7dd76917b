import ArgumentParser
import SpikePipeline

/// How recordings become steps and frames.
struct EventOptionGroup: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Length of a step where the data are recordings over time.", valueName: "microseconds"))
  var eventStep = 1000
  @Option(
    help: ArgumentHelp(
      "Cut recordings of events after so many events instead of so much time.", valueName: "events")
  )
  var eventCount: Int?
  @Option(
    help: ArgumentHelp(
      "Columns and rows of the sensor where recordings do not say them, for example 640x480.",
      valueName: "size"))
  var eventSize: String?

  func apply(to request: inout DataRequest) {
    request.eventStep = eventStep
    request.eventCount = eventCount
    request.eventSize = eventSize
  }
}
