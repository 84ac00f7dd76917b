/// The version of this package; written into every file that it makes.
public enum SfconvVersion {
  /// Semantic version.
  public static let number = "0.1.0"
  /// Name and version, as producers are named in files.
  public static let producer = "sfconv \(number)"
}
