import SpikeDiagnostics
import SpikeGraph
import SpikeImport

/// How the equations of a NIR file become time steps; what is nil is the importer's default, and the
/// findings say what that was.
public struct NIRSettings: Hashable, Sendable {
  /// Length of a step in the unit of the file's time constants, normally seconds.
  public var timeStep: Double?
  /// `euler` or `exponential`.
  public var integration: String?
  /// `>` or `>=`.
  public var comparator: String?
  /// `hard` or `subtract`.
  public var reset: String?
  /// `file` or `potential`.
  public var readOut: String?

  /// Makes settings; nothing is set.
  public init() {}

  /// What was set, for the history of the model.
  var record: [String: String] {
    [
      "dt": timeStep.map { "\($0)" }, "integration": integration, "comparator": comparator,
      "reset": reset, "read-out": readOut,
    ].compactMapValues { $0 }
  }

  func options(inputShape: [Int]?) throws -> NIRImportOptions {
    var options = NIRImportOptions()
    options.timeStep = timeStep
    options.inputShape = inputShape
    if let integration { options.integration = try Self.choice(integration, "--integration") }
    if let comparator { options.comparator = try Self.choice(comparator, "--comparator") }
    if let readOut { options.readOut = try Self.choice(readOut, "--read-out") }
    if let reset { options.reset = try Self.choice(reset, "--reset") }
    return options
  }

  private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ text: String, _ option: String
  ) throws -> Choice {
    if let choice = Choice(rawValue: text) { return choice }
    let known = Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: " and ")
    throw PipelineError(
      .invalidOption, "\(option) is '\(text)'; allowed are \(known).", fix: "choose one of \(known)"
    )
  }
}

extension Pipeline {
  /// The network of a foreign file; its name says which importer reads it.
  func readNetwork(_ request: ImportRequest) throws -> ImportResult {
    if NetxImporter.recognises(path: request.input) { return try readNetx(request) }
    if ArchitectureImporter.recognises(path: request.input) { return try readJSON(request) }
    guard NIRImporter.recognises(path: request.input) else {
      var given = request.nir.record.keys.sorted()
      if request.timeSteps != nil { given.append("time-steps") }
      if request.inputBits != nil { given.append("input-bits") }
      if TFLiteImporter.recognises(path: request.input) {
        return try readTFLite(request, given)
      }
      if request.dequantises { given.append("dequantise") }
      if KerasImporter.recognises(path: request.input) { return try readKeras(request, given) }
      if let option = given.first {
        throw PipelineError(
          .invalidOption,
          "--\(option) is for \(option == "dequantise" ? "TFLite files" : "networks of neurons (NIR, netx)").",
          at: Location(file: request.input), fix: "leave --\(option) out")
      }
      return try ONNXImporter.read(
        path: request.input,
        options: ONNXImportOptions(inputShape: request.inputShape, until: request.until))
    }
    guard request.until == nil else {
      throw PipelineError(
        .invalidOption, "--until has no meaning for a NIR file.", at: Location(file: request.input),
        fix: "leave --until out")
    }
    var options = try request.nir.options(inputShape: request.inputShape)
    options.timeSteps = try timeSteps(of: request)
    options.inputBits = try inputBits(of: request)
    return try NIRImporter.read(path: request.input, options: options)
  }

  private func readNetx(_ request: ImportRequest) throws -> ImportResult {
    var options = NetxImportOptions()
    options.inputShape = request.inputShape
    options.timeSteps = try timeSteps(of: request)
    options.inputBits = try inputBits(of: request) ?? 1
    let given: [(String, Bool)] = [
      ("--until", request.until != nil), ("--weights", request.weights != nil),
      ("--input-scale", request.inputScale != nil), ("--input-offset", request.inputOffset != nil),
      ("--\(request.nir.record.keys.sorted().first ?? "dt")", !request.nir.record.isEmpty),
    ]
    for (option, isGiven) in given where isGiven {
      throw PipelineError(
        .invalidOption, "\(option) has no meaning for a netx file, whose numbers are the chip's.",
        at: Location(file: request.input), fix: "leave \(option) out")
    }
    return try NetxImporter.read(path: request.input, options: options)
  }

  /// An architecture in JSON with the numbers of its weights file.
  private func readJSON(_ request: ImportRequest) throws -> ImportResult {
    let given = request.nir.record.keys.sorted().map { "--\($0)" }
    let others: [(String, Bool)] = [
      ("--until", request.until != nil), ("--input-shape", request.inputShape != nil),
      ("--dequantise", request.dequantises), (given.first ?? "", !given.isEmpty),
    ]
    for (option, isGiven) in others where isGiven {
      throw PipelineError(
        .invalidOption, "\(option) has no meaning for an architecture, which says it itself.",
        at: Location(file: request.input), fix: "leave \(option) out, and say it in the JSON")
    }
    guard let path = request.weights else {
      throw ArchitectureImporter.missingWeights(path: request.input)
    }
    var options = ArchitectureImporter.Options()
    options.timeSteps = try timeSteps(of: request)
    options.inputBits = try inputBits(of: request)
    return try ArchitectureImporter.read(
      path: request.input, weights: WeightsFile(path: path), options: options)
  }

  private func timeSteps(of request: ImportRequest) throws -> Int? {
    guard (1...65_536).contains(request.timeSteps ?? 1) else {
      throw PipelineError(
        .invalidOption, "--time-steps is \(request.timeSteps ?? 1); allowed are 1 to 65536.",
        at: Location(file: request.input), fix: "give the steps of an inference")
    }
    return request.timeSteps
  }

  private func inputBits(of request: ImportRequest) throws -> Int? {
    guard (1...8).contains(request.inputBits ?? 1) else {
      throw PipelineError(
        .invalidOption, "--input-bits is \(request.inputBits ?? 1); allowed are 1 to 8.",
        at: Location(file: request.input), fix: "give the bits with which the network runs")
    }
    return request.inputBits
  }
}
