/// Where and how often the state of a fit is kept, so that it survives its process.
public struct FitCheckpoint: Hashable, Sendable {
  /// Path of the file.
  public var path: String
  /// Steps between two states; nil for seconds.
  public var everySteps: Int?
  /// Seconds between two states where steps are not given.
  public var everySeconds: Double
  /// Whether a state that is there is gone on from; without one, the fit starts from the beginning.
  public var resumes: Bool

  /// Makes a choice.
  public init(
    path: String, everySteps: Int? = nil, everySeconds: Double = 60, resumes: Bool = false
  ) {
    self.path = path
    self.everySteps = everySteps
    self.everySeconds = everySeconds
    self.resumes = resumes
  }
}
