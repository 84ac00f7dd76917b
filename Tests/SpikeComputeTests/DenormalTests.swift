import SpikeCompute
import Testing

struct DenormalTests {
  @Test("numbers below 2^-126 count as 0 inside, on this thread, and only there")
  func flushes() {
    let tiny = Float.leastNormalMagnitude / 4
    func scaled() -> [Float] {
      let values = FloatBuffer([tiny, 1, -tiny, Float.leastNormalMagnitude])
      Kernels.scale(values.all, by: 0.5)
      return values.all.array()
    }
    let before = scaled()
    #expect(before == [tiny / 2, 0.5, -tiny / 2, Float.leastNormalMagnitude / 2])
    #if arch(x86_64) || arch(arm64)
      #expect(Kernels.withoutDenormals { scaled() } == [0, 0.5, 0, 0])
    #endif
    #expect(scaled() == before)
  }
}
