import Foundation
import SpikeDiagnostics

/// A folder of files of which each is a sample with a label.
///
/// Either a list `labels.tsv` or `labels.csv` names them (``LabelList``), or they lie in a folder for
/// each class: `Train/CLASS` and `Test/CLASS` (of any case), or just `CLASS`, which then serves both
/// splits. Classes whose names are all numbers have these labels; else they are numbered in the order
/// of their names.
struct LabelledFolder {
  /// A file with its label.
  struct Item: Hashable {
    var file: String
    var label: Int
  }

  /// Path of the folder.
  let path: String
  /// How the names of its files end.
  private let endings: Set<String>

  /// Files that one split may have.
  static let limit = 200_000

  /// The folder, if there is a list or a class with a file of one of these endings; nil otherwise.
  init?(_ path: String, endings: Set<String>) {
    guard DataFile.isDirectory(path) else { return nil }
    self.path = path
    self.endings = endings
    if let list = LabelList.path(in: path) {
      // A list that cannot be read is an error of the folder whose files these are.
      let names = try? LabelList.lines(list).map(\.file)
      guard (names ?? LabelledFolder.contents(of: path)).contains(where: fits) else { return nil }
      return
    }
    guard
      DataSplit.allCases.contains(where: { split in
        classFolders(split).contains { !files(in: $0.path).isEmpty }
      })
    else { return nil }
  }

  /// The files of a split, ordered by their names, and what is to be said about their classes.
  /// - Throws: `data.corrupt` for a bad list, `data.empty`, `data.too-large`.
  func items(_ split: DataSplit) throws(DataError) -> (items: [Item], notes: [Finding]) {
    var named: [(file: String, name: String)] = []
    var names: Set<String> = []
    var notes: [Finding] = []
    if let list = LabelList.path(in: path) {
      let lines = try LabelList.lines(list)
      names = Set(lines.map(\.label))
      for line in lines where line.split == nil || line.split == split.rawValue {
        named.append(("\(path)/\(line.file)", line.label))
      }
    } else {
      for part in DataSplit.allCases { names.formUnion(classFolders(part).map(\.name)) }
      for folder in classFolders(split) {
        named += files(in: folder.path).map { ("\(folder.path)/\($0)", folder.name) }
      }
      // One class after the other is a bad order for a part of them: the name of the file is.
      named.sort {
        (LabelledFolder.last($0.file), $0.file) < (LabelledFolder.last($1.file), $1.file)
      }
      if splitFolder(.train) == nil, splitFolder(.test) == nil {
        notes.append(oneSplit())
      }
    }
    guard !named.isEmpty else {
      throw DataError(
        .empty, "The folder has no \(split.rawValue) files.", at: Location(file: path),
        fix: "give a folder with Train/CLASS and Test/CLASS, or with labels.tsv")
    }
    guard named.count <= LabelledFolder.limit else {
      throw DataError(
        .tooLarge,
        "The folder has \(named.count) \(split.rawValue) files; read are up to "
          + "\(LabelledFolder.limit).", at: Location(file: path), fix: "take a part of them")
    }
    let labels = LabelledFolder.labels(of: names)
    if names.contains(where: { Int($0) == nil }) { notes.append(classes(names.sorted())) }
    return (named.map { Item(file: $0.file, label: labels[$0.name] ?? -1) }, notes)
  }

  /// Labels of classes by their names.
  private static func labels(of names: Set<String>) -> [String: Int] {
    let sorted = names.sorted()
    let areNumbers = names.allSatisfy { Int($0) != nil }
    return Dictionary(
      uniqueKeysWithValues: sorted.enumerated().map {
        ($0.element, areNumbers ? Int($0.element) ?? -1 : $0.offset)
      })
  }

  private func classes(_ names: [String]) -> Finding {
    let shown = names.prefix(20).enumerated().map { "\($0.offset) \($0.element)" }
    return Finding(
      .note, code: "data.classes",
      message: "The classes have names and are numbered in their order: "
        + shown.joined(separator: ", ") + (names.count > 20 ? ", …" : "") + ".",
      location: Location(file: path))
  }

  private func oneSplit() -> Finding {
    Finding(
      .note, code: "data.one-split",
      message: "The folder has no Train and Test: training and test data are the same files.",
      location: Location(file: path),
      fix: "put the classes into Train and Test, or add labels.tsv with a column split")
  }

  private func classFolders(_ split: DataSplit) -> [(path: String, name: String)] {
    let hasSplits = splitFolder(.train) != nil || splitFolder(.test) != nil
    guard let parent = hasSplits ? splitFolder(split) : path else { return [] }
    return LabelledFolder.contents(of: parent).filter { !$0.hasPrefix(".") }
      .map { ("\(parent)/\($0)", $0) }.filter { DataFile.isDirectory($0.0) }
  }

  private func splitFolder(_ split: DataSplit) -> String? {
    LabelledFolder.contents(of: path)
      .first { $0.lowercased() == split.rawValue && DataFile.isDirectory("\(path)/\($0)") }
      .map { "\(path)/\($0)" }
  }

  private func files(in folder: String) -> [String] {
    LabelledFolder.contents(of: folder).filter(fits)
  }

  private func fits(_ name: String) -> Bool { endings.contains(FileEnding.of(name)) }

  /// Names in a folder, sorted.
  static func contents(of folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  private static func last(_ path: String) -> Substring { path.split(separator: "/").last ?? "" }
}
