import SpikeBytes
package import SpikeContainers
public import SpikeDiagnostics
import SpikeGraph

/// Reads netx files (`.net`), in which lava-dl stores networks for Loihi: as sfconv writes them and as
/// lava-dl does.
///
/// The numbers are those of the chip, so the model is at stage ``SpikeGraph/ModelStage/fitted``: the
/// float engine computes Loihi's integers bit for bit, as long as currents and potentials stay inside
/// 24 bits, which the engine does not clip to. A layer of the chip answers one step later for every
/// layer of synapses in front of it; the graph's layers answer in the same step.
///
/// Layout and arithmetic: docs/formats/loihi2.md (lava-dl 0.6.0, lava-nc 0.10.0).
public enum NetxImporter {
  /// Whether the name of a file says that it is a netx file.
  public static func recognises(path: String) -> Bool { path.lowercased().hasSuffix(".net") }

  /// Imports the network of a netx file.
  /// - Returns: the model with an empty history, and notes on what the file leaves open.
  /// - Throws: every `netx.…` code.
  /// - Complexity: O(file).
  public static func read(
    path: String, options: NetxImportOptions = NetxImportOptions()
  ) throws(NetxError) -> ImportResult {
    do throws(NetxError) {
      var result = try read(tree(path), options: options)
      result.findings = result.findings.map { finding in
        var copy = finding
        copy.location = finding.location.filled(from: Location(file: path))
        return copy
      }
      return result
    } catch {
      throw error.located(in: Location(file: path))
    }
  }

  /// Imports the network of a tree that was read already.
  package static func read(
    _ tree: HDF5Group, options: NetxImportOptions
  ) throws(NetxError) -> ImportResult {
    let layers = try layers(of: tree)
    var translator = NetxTranslator(input: try inputShape(layers, options))
    for layer in layers { try translator.add(layer, isLast: layer.index == layers.count - 1) }
    guard translator.delays > 0 else {
      throw NetxError(
        .notNetx, "The file has no layer of synapses.", at: Location(node: "layer"),
        fix: "check that the file is the one you mean")
    }
    let latency = Finding(
      .note, code: "netx.latency",
      message: "On the chip every layer of synapses takes one step: the output comes "
        + "\(translator.delays) steps after its input; in sfconv it comes in the same step.")
    return ImportResult(
      model: Model(
        graph: translator.graph, stage: .fitted,
        encoding: InputEncoding(scale: [1], offset: [0], bits: options.inputBits),
        timeSteps: options.timeSteps),
      findings: translator.findings + [latency])
  }

  private static func tree(_ path: String) throws(NetxError) -> HDF5Group {
    let file: MappedFile
    do throws(FileError) {
      file = try MappedFile(path: path)
    } catch {
      throw NetxError(.unreadable, "The network cannot be opened.", fix: error.fix, cause: error)
    }
    do throws(HDF5Error) {
      return try HDF5Reader.read(file)
    } catch {
      throw NetxError(
        .corrupt, "The HDF5 file cannot be read.", at: error.location, fix: error.fix,
        cause: error)
    }
  }

  private static func layers(of tree: HDF5Group) throws(NetxError) -> [NetxLayer] {
    guard case .group(let root)? = tree["layer"], !root.members.isEmpty else {
      throw NetxError(
        .notNetx, "The HDF5 file has no group 'layer' with layers, so it is no netx file.",
        at: Location(node: "layer"), fix: "write the network with lava-dl's export_hdf5")
    }
    var layers: [NetxLayer] = []
    for index in 0..<root.members.count {
      guard case .group(let group)? = root["\(index)"] else {
        throw NetxError(
          .notNetx,
          "There are \(root.members.count) layers and none is called '\(index)'; names are 0, 1, … "
            + "without gaps.", at: Location(node: "layer/\(index)"),
          fix: "write the network with lava-dl's export_hdf5")
      }
      layers.append(try NetxLayer(index, group))
    }
    return layers
  }

  private static func inputShape(
    _ layers: [NetxLayer], _ options: NetxImportOptions
  ) throws(NetxError) -> Shape {
    if let given = options.inputShape { return Shape(given) }
    let first = layers[0]
    if first.type == "input" {
      let shape = Shape(try first.integers("shape", in: 1...65_536))
      // In front of a dense layer a map is a vector.
      let isDense = layers.count > 1 && layers[1].type == "dense"
      return isDense ? [shape.elementCount] : shape
    }
    if first.type.hasPrefix("dense") {
      var cuts = false
      let weight = try first.integers("weight", cuts: &cuts)
      if weight.shape.count == 2, weight.shape[1] > 0 { return [weight.shape[1]] }
    }
    throw first.error(
      .missingInputShape,
      "The file has no input layer, and the first layer does not say what it takes.",
      fix: "give the shape with --input-shape")
  }
}
