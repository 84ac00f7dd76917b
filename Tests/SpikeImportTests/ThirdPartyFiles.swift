import Foundation
import SpikeBytes
import SpikeTestSupport

/// Models of other people.
enum ThirdPartyModel {
  /// Path of mnist-8 (ONNX Model Zoo, as the wheel `qonnx` carries it); nil where it is not here.
  static let mnist8: String? = {
    let packages = (ProcessInfo.processInfo.environment["SFCONV_SITE_PACKAGES"] ?? "")
      .split(separator: ":")
    return ThirdPartyFiles.find(
      ThirdPartyFiles.roots.map { "\($0)/data/onnx-mnist-conv/model.onnx" }
        + packages.map { "\($0)/qonnx/data/onnx/mnist-conv/model.onnx" })
  }()
}

/// Pixels of test images, 28 x 28 bytes each; nil where a data set is not here.
enum Images {
  static let mnistTest = pixels(
    ThirdPartyFiles.roots.map { "\($0)/data/mnist-idx/t10k-images-idx3-ubyte.gz" })
  static let fashionTest = pixels(
    ["/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz"])

  /// Little-endian floats.
  static func floats(_ data: Data) -> [Float] {
    let bytes = Array(data)
    return stride(from: 0, to: bytes.count, by: 4).map { offset in
      Float(
        bitPattern: (0..<4).reduce(UInt32(0)) {
          $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1))
        })
    }
  }

  private static func pixels(_ candidates: [String]) -> [UInt8]? {
    guard let path = ThirdPartyFiles.find(candidates),
      let data = try? Data(contentsOf: URL(filePath: path)),
      let bytes = try? Inflate.bytes(of: Array(data), wrapper: .gzip, limit: 1 << 26)
    else { return nil }
    // Behind the header of an IDX file with three sizes.
    return Array(bytes.dropFirst(16))
  }
}
