import SpikeContainers
import SpikeDiagnostics

/// A recording of DV, AEDAT 4 (`.aedat4`): FlatBuffers in packets, plain or compressed.
///
/// Behind the line `#!AER-DAT4.0` stands a FlatBuffer `IOHE` with the compression (field 0: 0 none, 1
/// and 2 LZ4, 3 and 4 zstd), the place of the table at the end (field 1, -1 where there is none) and an
/// XML text (field 2) that says for each stream what it is and how large its sensor. A packet is the
/// number of its stream and its size, 32 bits each, then a FlatBuffer; that of events is `EVTS`, a list
/// of 16 bytes an event: time in microseconds (64 bits), column and row (16 bits each), and a byte for
/// brighter (iniVation, "AEDAT 4.0"). The first stream of events is read, other streams are passed over.
enum AEDAT4File {
  private static let kind = "a recording in AEDAT 4"
  private static let magic = "#!AER-DAT4.0\r\n"
  /// Bytes of a packet once it is unpacked.
  private static let packetLimit = 1 << 28

  /// Whether bytes are such a file.
  static func recognises(_ bytes: [UInt8]) -> Bool { bytes.begin(with: "#!AER-DAT4") }

  /// Reads the bytes of a file.
  static func recording(
    _ bytes: [UInt8], _ given: SensorSize?
  ) throws(DataError) -> EventRecording {
    let header = try Header(bytes)
    guard let sensor = header.sensor ?? given else { throw SensorSize.missing(kind) }
    var events = EventCollector(sensor, of: kind)
    var place = header.end
    while place < header.dataEnd {
      guard header.dataEnd - place >= 8 else { throw truncated(at: place) }
      let (stream, size) = (bytes.little32(place), bytes.little32(place + 4))
      guard size <= header.dataEnd - place - 8 else { throw truncated(at: place) }
      if stream == header.stream {
        let packed = Array(bytes[place + 8..<place + 8 + size])
        do throws(DataError) {
          try add(try unpacked(packed, header.compression), to: &events, at: place)
        } catch {
          throw error.located(in: Location(byteOffset: place))
        }
      }
      place += 8 + size
    }
    return try events.recording()
  }

  private static func unpacked(
    _ packed: [UInt8], _ compression: FrameCompression?
  ) throws(DataError) -> [UInt8] {
    guard let compression else { return packed }
    do throws(FrameError) {
      return try compression.unpacked(packed, limit: packetLimit)
    } catch {
      throw DataError(
        error.code == .tooLarge ? .tooLarge : .corrupt, "A packet cannot be unpacked.",
        fix: error.fix, cause: error)
    }
  }

  private static func add(
    _ buffer: [UInt8], to events: inout EventCollector, at offset: Int
  ) throws(DataError) {
    guard let table = FlatTable(sized: buffer, identifier: "EVTS") else {
      throw corrupt("A packet of events is none.", at: offset)
    }
    guard let list = table.vector(0, elementSize: 16) else {
      if table.has(0) { throw corrupt("The events of a packet lie outside of it.", at: offset) }
      return
    }
    for index in 0..<list.count {
      let place = list.start + 16 * index
      let time = Int(buffer.little32(place)) | Int(buffer.little32(place + 4)) << 32
      try events.add(
        buffer.little16(place + 8), buffer.little16(place + 10), isOn: buffer[place + 12] != 0,
        microseconds: time, at: offset)
    }
  }

  static func corrupt(_ what: String, at offset: Int) -> DataError {
    DataError(
      .corrupt, what, at: Location(byteOffset: offset), fix: "get a fresh copy of the file")
  }

  private static func truncated(at offset: Int) -> DataError {
    DataError(
      .truncated, "The file ends inside a packet.", at: Location(byteOffset: offset),
      fix: "get a fresh copy of the file")
  }

  /// What stands in front of the packets.
  private struct Header {
    /// Where the packets start and end.
    let end: Int
    let dataEnd: Int
    /// nil for none.
    let compression: FrameCompression?
    /// Number of the first stream of events.
    let stream: Int
    let sensor: SensorSize?

    init(_ bytes: [UInt8]) throws(DataError) {
      let start = magic.utf8.count
      guard bytes.begin(with: magic), bytes.count >= start + 4 else {
        throw DataError(
          .unsupported, "The file is not of AEDAT 4.0, or ends with its first line.",
          fix: "check that this is \(kind), and get a fresh copy of it")
      }
      let size = bytes.little32(start)
      guard size <= bytes.count - start - 4 else { throw truncated(at: start) }
      let buffer = Array(bytes[start..<start + 4 + size])
      guard let table = FlatTable(sized: buffer, identifier: "IOHE") else {
        throw corrupt("The header of the file is none.", at: start)
      }
      end = start + 4 + size
      let number = table.place(0, size: 4).map { buffer.little32($0) } ?? 0
      switch number {
      case 0: compression = nil
      case 1, 2: compression = .lz4
      case 3, 4: compression = .zstd
      default:
        throw DataError(
          .unsupported, "The packets have compression \(number); read are 0 to 4.",
          at: Location(byteOffset: start), fix: "write the file again with LZ4, zstd or none")
      }
      let table64 = table.place(1, size: 8).map {
        Int(truncatingIfNeeded: buffer.little32($0) | buffer.little32($0 + 4) << 32)
      }
      guard let text = table.vector(2, elementSize: 1) else {
        throw corrupt("The header does not say what its streams are.", at: start)
      }
      let streams = AEDAT4Streams(
        String(decoding: buffer[text.start..<text.start + text.count], as: UTF8.self))
      guard let first = streams.events.first else {
        throw DataError(
          .empty, "The file has no stream of events.", at: Location(byteOffset: start),
          fix: "record events")
      }
      (stream, sensor) = (first.number, first.sensor)
      let tablePlace = table64 ?? -1
      guard tablePlace < 0 || (end...bytes.count).contains(tablePlace) else {
        throw corrupt("The table of the file lies at \(tablePlace), outside of it.", at: start)
      }
      dataEnd = tablePlace < 0 ? bytes.count : tablePlace
    }
  }
}
