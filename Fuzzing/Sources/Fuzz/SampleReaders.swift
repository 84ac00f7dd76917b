import SpikeContainers
import SpikeData

/// Readers of images and of arrays of samples.
extension Reader {
  static let samples = [
    Reader(name: "png") { bytes in _ = try PNGImage.image(bytes) },
    Reader(name: "jpeg") { bytes in _ = try JPEGImage.image(bytes) },
    Reader(name: "idx") { bytes in
      // The input is read once as images and once as labels.
      for kind in ["images-idx3", "labels-idx1"] {
        let folder = try InputFile.folder(
          kind,
          holding: [
            "t10k-images-idx3-ubyte": kind == "images-idx3" ? bytes : twoImages,
            "t10k-labels-idx1-ubyte": kind == "labels-idx1" ? bytes : twoLabels,
          ])
        _ = try? DataSource.load(folder, split: .test)
      }
    },
    Reader(name: "arrays") { bytes in
      _ = try DataSource.load(InputFile.holding(bytes, named: "input.npz"), split: .test)
    },
  ]

  private static let twoImages: [UInt8] = [
    0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 10, 20, 30, 40,
  ]
  private static let twoLabels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 2, 0, 1]
}
