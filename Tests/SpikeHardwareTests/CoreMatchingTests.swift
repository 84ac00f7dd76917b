import SpikeHardware
import Testing

@Suite("Layers on cores")
struct CoreMatchingTests {
  /// Most layers that find cores, by trying everything.
  static func most(_ needs: ArraySlice<CoreMemory>, _ free: [CoreMemory]) -> Int {
    guard let need = needs.first else { return 0 }
    let rest = needs.dropFirst()
    var best = most(rest, free)
    for index in free.indices where free[index].holds(need) {
      var others = free
      others.remove(at: index)
      best = max(best, 1 + most(rest, others))
    }
    return best
  }

  @Test("as many layers as possible find a core of their own", arguments: 0..<300)
  func largest(seed: Int) {
    var state = UInt64(seed) &* 2_862_933_555_777_941_757 &+ 3_037_000_493
    func number(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    func memory() -> CoreMemory {
      CoreMemory(kernelWords: number(4), neuronWords: number(4), biasWords: number(3))
    }
    let needs = (0..<1 + number(5)).map { _ in memory() }
    let cores = (0..<1 + number(5)).map { _ in memory() }
    let found = CoreMatching.cores(for: needs, on: cores)
    let used = found.compactMap { $0 }
    #expect(Set(used).count == used.count)
    #expect(used.count == Self.most(needs[...], cores))
    for (need, core) in zip(needs, found) {
      if let core { #expect(cores[core].holds(need)) }
    }
    for layer in CoreMatching.unplaced(needs, on: cores) {
      let shortage = CoreShortage(of: needs[layer], on: cores)
      #expect(shortage.needed > shortage.allowed)
    }
  }

  @Test("a layer that fits one core only gets it although another came first")
  func moves() throws {
    let cores = try HardwareCatalog.spec("speck2f").coreMemories
    // Each fits any core with 64 Ki neuron words; the last one needs the cores of the 64 Ki kernels.
    let small = CoreMemory(kernelWords: 10, neuronWords: 10, biasWords: 10)
    let wide = CoreMemory(kernelWords: 10, neuronWords: 65536, biasWords: 0)
    let deep = CoreMemory(kernelWords: 65536, neuronWords: 10, biasWords: 0)
    let needs = Array(repeating: small, count: 4) + [wide, wide, wide, deep, deep]
    let found = CoreMatching.cores(for: needs, on: cores)
    #expect(found.allSatisfy { $0 != nil })
    #expect(Set(found[4...6].compactMap { $0 }) == [0, 1, 2])
    #expect(Set(found[7...8].compactMap { $0 }) == [5, 6])
    #expect(CoreMatching.unplaced(needs + [small], on: cores) == [9])
    #expect(CoreMatching.unplaced(Array(repeating: wide, count: 4), on: cores) == [3])
  }

  @Test("what is missing is named with what would help")
  func shortages() throws {
    let cores = try HardwareCatalog.spec("speck2f").coreMemories
    func shortage(_ kernel: Int, _ neurons: Int, _ biases: Int) -> CoreShortage {
      CoreShortage(
        of: CoreMemory(kernelWords: kernel, neuronWords: neurons, biasWords: biases), on: cores)
    }
    #expect(shortage(65537, 1, 0).allowed == 65536)
    #expect(shortage(65537, 1, 0).what.contains("kernel"))
    #expect(shortage(1, 65537, 0).what.contains("neuron"))
    #expect(shortage(1, 1, 1025).allowed == 1024)
    let both = shortage(32769, 32768, 0)
    #expect(both.what.contains("beside 32768 words of neuron memory"))
    #expect((both.needed, both.allowed) == (32769, 32768))
    #expect(shortage(1, 65536, 0).allowed == 3)
  }
}
