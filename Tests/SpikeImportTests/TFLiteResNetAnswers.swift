/// The classes that the interpreter of ai-edge-litert 2.3.0 (with XNNPACK, its default) gives to the first
/// 100 test images of CIFAR-10.
enum TFLiteResNetAnswers {
  /// `pretrainedResnet.tflite`, real numbers.
  static let real = [
    3, 8, 8, 8, 6, 6, 1, 6, 3, 1, 0, 9, 5, 7, 9, 8, 5, 7, 8, 6, 7, 0, 4, 9, 5,
    2, 4, 0, 9, 6, 6, 5, 4, 5, 9, 1, 4, 1, 9, 5, 4, 6, 5, 6, 0, 9, 3, 9, 7, 6,
    9, 8, 7, 3, 8, 8, 7, 3, 2, 3, 7, 5, 6, 1, 6, 2, 1, 2, 3, 7, 2, 6, 8, 8, 9,
    2, 9, 3, 5, 8, 8, 1, 1, 7, 2, 9, 2, 0, 8, 9, 0, 3, 8, 6, 4, 6, 6, 0, 0, 7,
  ]
  /// `pretrainedResnet_quant.tflite`, integers.
  static let whole = [
    3, 8, 8, 8, 6, 6, 1, 6, 3, 1, 0, 9, 5, 7, 9, 8, 5, 7, 8, 6, 7, 0, 4, 9, 5,
    2, 4, 0, 9, 6, 6, 5, 4, 5, 9, 1, 4, 1, 9, 5, 4, 6, 5, 6, 0, 9, 3, 9, 7, 6,
    9, 8, 7, 3, 8, 8, 7, 3, 2, 3, 7, 5, 6, 1, 6, 2, 1, 2, 1, 7, 5, 6, 8, 8, 9,
    2, 9, 3, 5, 8, 8, 1, 1, 7, 2, 9, 2, 0, 8, 9, 0, 3, 8, 6, 4, 6, 6, 0, 0, 7,
  ]
}
