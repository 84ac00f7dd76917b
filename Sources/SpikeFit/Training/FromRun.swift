/// A value that belongs to the run and not to its state: a checkpoint does not hold it, the run that
/// is continued provides it.
@propertyWrapper
struct FromRun: Sendable, Codable {
  var wrappedValue: FitOptions

  /// Under what name a decoder is given the options.
  static let key = CodingUserInfoKey(rawValue: "fit.options")

  init(wrappedValue: FitOptions) { self.wrappedValue = wrappedValue }

  init(from decoder: any Decoder) throws {
    guard let key = FromRun.key, let options = decoder.userInfo[key] as? FitOptions else {
      throw DecodingError.valueNotFound(
        FitOptions.self,
        DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "no options given"))
    }
    wrappedValue = options
  }

  func encode(to encoder: any Encoder) throws {}
}
