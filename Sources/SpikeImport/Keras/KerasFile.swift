import Foundation
import SpikeBytes
package import SpikeContainers
import SpikeDiagnostics

/// The two parts of a Keras file: its configuration and its weights.
///
/// - `.keras` (Keras 2.12 and newer): a ZIP archive of `config.json` and `model.weights.h5`.
/// - `.h5`: an HDF5 file with the attribute `model_config` and the group `model_weights`.
///
/// Source: keras.src.saving.saving_lib and keras.src.legacy.saving.legacy_h5_format of Keras 2.15 and
/// 3.15.
package struct KerasFile {
  /// Where the weights of a layer lie.
  package enum Weights {
    /// Groups `layers/CLASS_NUMBER/vars/INDEX`, layers counted class by class.
    case counted(HDF5Group)
    /// Groups `LAYER/…/WEIGHT`.
    case named(HDF5Group)
  }

  /// The model: `class_name` and `config`.
  package var configuration: JSONValue
  package var weights: Weights

  package init(configuration: JSONValue, weights: Weights) {
    self.configuration = configuration
    self.weights = weights
  }

  /// Bytes of a configuration.
  private static let configurationLimit = 1 << 26
  /// Bytes of the weights of an archive.
  private static let weightsLimit = 1 << 33

  /// - Throws: `keras.unreadable`, `keras.corrupt`, `keras.not-keras`.
  package init(path: String) throws(KerasError) {
    let file: MappedFile
    do throws(FileError) {
      file = try MappedFile(path: path)
    } catch {
      throw KerasError(.unreadable, "The network cannot be opened.", fix: error.fix, cause: error)
    }
    let head = file.bytes(in: 0..<min(4, file.count))
    self = head == ZIPArchive.magic ? try KerasFile(archive: file) : try KerasFile(legacy: file)
  }

  private init(archive file: MappedFile) throws(KerasError) {
    let config: [UInt8]
    let weights: [UInt8]
    do throws(ZIPError) {
      let archive = try ZIPArchive(file)
      config = try KerasFile.contents(archive, "config.json", KerasFile.configurationLimit)
      weights = try KerasFile.contents(archive, "model.weights.h5", KerasFile.weightsLimit)
    } catch {
      throw KerasError(
        .corrupt, "The archive cannot be read.", at: error.location, fix: error.fix, cause: error)
    }
    guard !config.isEmpty, !weights.isEmpty else {
      throw KerasError(
        .notKeras, "The archive has no 'config.json' with a 'model.weights.h5' beside it.",
        fix: "write the model with model.save('model.keras')")
    }
    configuration = try KerasFile.parsed(config, "config.json")
    self.weights = .counted(try KerasFile.tree(weights))
  }

  /// An entry of an archive; empty where there is none.
  private static func contents(
    _ archive: ZIPArchive, _ name: String, _ limit: Int
  ) throws(ZIPError) -> [UInt8] {
    guard let entry = archive.entry(named: name) else { return [] }
    return try archive.contents(of: entry, limit: limit)
  }

  private init(legacy file: MappedFile) throws(KerasError) {
    let root = try KerasFile.tree(file.bytes(in: 0..<file.count))
    guard let text = root.attributes["model_config"]?.values.texts?.first,
      case .group(let weights)? = root["model_weights"]
    else {
      throw KerasError(
        .notKeras,
        root["layers"] != nil || root.attributes["layer_names"] != nil
          ? "The file holds weights alone, without a model."
          : "The HDF5 file has no attribute 'model_config' with a group 'model_weights'.",
        fix: "write the whole model with model.save('model.keras')")
    }
    configuration = try KerasFile.parsed(Array(text.utf8), "model_config")
    self.weights = .named(weights)
  }

  private static func parsed(_ bytes: [UInt8], _ name: String) throws(KerasError) -> JSONValue {
    do {
      return try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    } catch {
      throw KerasError(
        .corrupt, "The configuration is no JSON.", at: Location(tensor: name),
        fix: "get a fresh copy of the file")
    }
  }

  private static func tree(_ bytes: [UInt8]) throws(KerasError) -> HDF5Group {
    do throws(HDF5Error) {
      return try HDF5Reader.read(bytes, attributes: true)
    } catch {
      throw KerasError(
        .corrupt, "The HDF5 file cannot be read.", at: error.location, fix: error.fix, cause: error)
    }
  }
}
