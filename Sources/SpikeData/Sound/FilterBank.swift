import Foundation

/// A sound as levels of mel bands over time: our rendering, since a sound has no one form for a network.
///
/// Step k looks at the samples from k · hop on, through a Hann window of 25 ms or one hop, whichever is
/// longer. The power spectrum goes through triangular bands whose corners are equally spaced on the mel
/// scale 2595 log10(1 + f / 700) from 0 to half the rate. A level is a byte: 0 below -80 dB, 255 from
/// 0 dB on, linear in decibels between, where a sine of full scale in the middle of a band has 0 dB.
/// What comes after the end is silence, 0.
package struct FilterBank {
  private let bands: [[(bin: Int, weight: Double)]]
  private let window: [Double]
  private let hop: Int
  private let transform: FourierTransform

  /// Length of the window.
  private static let windowMicroseconds = 25_000
  /// Power below which a level is 0: -80 dB.
  private static let floor = 1e-8

  /// - Parameters:
  ///   - rate: samples per second.
  ///   - hop: length of a step in microseconds.
  ///   - bandCount: number of bands.
  package init(rate: Int, hop: Int, bandCount: Int) {
    self.hop = max(1, rate * hop / 1_000_000)
    let length = max(self.hop, rate * FilterBank.windowMicroseconds / 1_000_000)
    let window = (0..<length).map {
      exact(0.5 - 0.5 * cos(2 * .pi * (Double($0) + 0.5) / Double(length)))
    }
    // A sine of amplitude 1 has a peak of half the window's sum.
    let peak = window.reduce(0, +) / 2
    self.window = window.map { $0 / peak }
    transform = FourierTransform(atLeast: length)
    bands = FilterBank.bands(rate: rate, bandCount, bins: transform.count)
  }

  /// Levels of all bands, `[steps][bands]`.
  /// - Complexity: O(steps · (n log n + n)) for windows of n samples.
  package func levels(_ samples: [Double], steps: Int) -> [UInt8] {
    var levels: [UInt8] = []
    levels.reserveCapacity(steps * bands.count)
    for step in 0..<steps {
      let start = step.multipliedReportingOverflow(by: hop)
      guard !start.overflow, start.partialValue < samples.count else {
        levels += [UInt8](repeating: 0, count: bands.count)
        continue
      }
      let part = samples[start.partialValue...].prefix(window.count)
      let power = transform.power(zip(part, window).map { $0 * $1 })
      for band in bands {
        levels.append(FilterBank.level(band.reduce(0) { $0 + $1.weight * power[$1.bin] }))
      }
    }
    return levels
  }

  /// The number of steps of 80/255 dB that a power is above -80 dB: found by comparing, so that it is
  /// the same on every machine.
  package static func level(_ power: Double) -> UInt8 {
    var (low, high) = (0, thresholds.count)
    while low < high {
      let middle = (low + high) / 2
      if power >= thresholds[middle] { low = middle + 1 } else { high = middle }
    }
    return UInt8(low)
  }

  /// Powers from which on a level is 1, 2, …, 255.
  private static let thresholds: [Double] = {
    // 10^(80 / 255 / 10) to double precision.
    let ratio = 1.074_911_103_457_137_3
    var values: [Double] = []
    var value = floor
    for _ in 0..<255 {
      value *= ratio
      values.append(value)
    }
    return values
  }()

  private static func bands(
    rate: Int, _ count: Int, bins: Int
  ) -> [[(bin: Int, weight: Double)]] {
    let top = log(1 + Double(rate) / 2 / 700)
    let corners = (0...count + 1).map {
      exact(700 * (exp(top * Double($0) / Double(count + 1)) - 1) / Double(rate) * Double(bins))
    }
    return (0..<count).map { band in
      let (left, middle, right) = (corners[band], corners[band + 1], corners[band + 2])
      var weights: [(bin: Int, weight: Double)] = []
      for bin in max(0, Int(left))...min(bins / 2, Int(right) + 1) {
        let place = Double(bin)
        let weight =
          place <= middle ? (place - left) / (middle - left) : (right - place) / (right - middle)
        if weight > 0 { weights.append((bin, weight)) }
      }
      // Bands narrower than a bin take the nearest one.
      return weights.isEmpty ? [(min(bins / 2, Int(middle.rounded())), 1)] : weights
    }
  }
}

/// The discrete Fourier transform of a power of two samples.
package struct FourierTransform {
  /// Samples.
  package let count: Int
  private let cosines: [Double]
  private let sines: [Double]
  private let order: [Int]

  /// A transform of the next power of two.
  package init(atLeast length: Int) {
    var bits = 1
    while 1 << bits < length { bits += 1 }
    let count = 1 << bits
    self.count = count
    cosines = (0..<count / 2).map { exact(cos(2 * .pi * Double($0) / Double(count))) }
    sines = (0..<count / 2).map { exact(-sin(2 * .pi * Double($0) / Double(count))) }
    order = (0..<count).map { index in
      (0..<bits).reduce(0) { $0 << 1 | index >> $1 & 1 }
    }
  }

  /// Squared magnitudes of the bins 0…count/2 of samples, filled up with 0.
  /// - Complexity: O(count · log count); Cooley and Tukey 1965, radix 2.
  package func power(_ samples: [Double]) -> [Double] {
    var real = order.map { $0 < samples.count ? samples[$0] : 0 }
    var imaginary = [Double](repeating: 0, count: count)
    var size = 2
    while size <= count {
      let stride = count / size
      for start in Swift.stride(from: 0, to: count, by: size) {
        for index in 0..<size / 2 {
          let (c, s) = (cosines[index * stride], sines[index * stride])
          let (low, high) = (start + index, start + index + size / 2)
          let turnedReal = real[high] * c - imaginary[high] * s
          let turnedImaginary = real[high] * s + imaginary[high] * c
          (real[high], imaginary[high]) = (real[low] - turnedReal, imaginary[low] - turnedImaginary)
          (real[low], imaginary[low]) = (real[low] + turnedReal, imaginary[low] + turnedImaginary)
        }
      }
      size *= 2
    }
    return (0...count / 2).map { real[$0] * real[$0] + imaginary[$0] * imaginary[$0] }
  }
}

/// A number rounded to a multiple of 2^-40, so that libraries that differ in the last bit agree.
private func exact(_ value: Double) -> Double { (value * 0x1p40).rounded() / 0x1p40 }
