import SpikeContainers

/// Names of NIR's HDF5 layout (nir 1.0.8, `nir/serialization.py` and `nir/ir/`).
enum NIRLayout {
  static let version = "1.0.8"
  static let affine = "Affine"
  static let convolution = "Conv2d"
  static let sumPool = "SumPool2d"
  static let flatten = "Flatten"
  static let integrateAndFire = "IF"
  static let leakyIntegrateAndFire = "LIF"
  static let currentLeakyIntegrateAndFire = "CubaLIF"

  static func text(_ value: String) -> HDF5Group.Member {
    .dataset(HDF5Dataset(shape: [], .strings([value])))
  }

  static func integer(_ value: Int) -> HDF5Group.Member {
    .dataset(HDF5Dataset(shape: [], .int64([Int64(value)])))
  }

  static func integers(_ values: [Int]) -> HDF5Group.Member {
    .dataset(HDF5Dataset(shape: [values.count], .int64(values.map { Int64($0) })))
  }

  static func floats(_ values: [Float], _ shape: [Int]) -> HDF5Group.Member {
    .dataset(HDF5Dataset(shape: shape, .float32(values)))
  }

  static func doubles(_ values: [Double], _ shape: [Int]) -> HDF5Group.Member {
    .dataset(HDF5Dataset(shape: shape, .float64(values)))
  }

  /// A node of a type.
  static func node(
    _ type: String, _ fields: [String: HDF5Group.Member],
    metadata: [String: HDF5Group.Member] = [:]
  ) -> HDF5Group {
    var group = HDF5Group(fields)
    group["type"] = text(type)
    if !metadata.isEmpty { group["metadata"] = .group(HDF5Group(metadata)) }
    return group
  }
}
