import SpikeBytes
import Testing

@Suite("The random numbers")
struct SplitMix64Tests {
  @Test("follow the published sequence for seed 1234567")
  func publishedSequence() {
    // The values printed by Vigna's splitmix64.c, as published on Rosetta Code.
    var random = SplitMix64(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ]
    #expect((0..<5).map { _ in random.next() } == expected)
  }

  @Test("lie in [0, 1) and average one half")
  func uniformNumbers() {
    var random = SplitMix64(seed: 1)
    let numbers = (0..<100_000).map { _ in random.uniform() }
    #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(numbers.reduce(0, +) / 100_000 - 0.5) < 0.005)
  }

  @Test("are normal with mean 0, variance 1 and kurtosis 3")
  func normalNumbers() {
    var random = SplitMix64(seed: 2)
    let numbers = (0..<200_000).map { _ in random.normal() }
    func moment(_ power: Int) -> Double {
      numbers.reduce(0) { sum, x in sum + (0..<power).reduce(1) { product, _ in product * x } }
        / Double(numbers.count)
    }
    #expect(abs(moment(1)) < 0.01)
    #expect(abs(moment(2) - 1) < 0.02)
    #expect(abs(moment(3)) < 0.03)
    #expect(abs(moment(4) - 3) < 0.1)
  }

  @Test("below a bound reach every value about equally often", arguments: [1, 2, 3, 7, 10, 64])
  func boundedIntegers(bound: Int) {
    var random = SplitMix64(seed: UInt64(bound))
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<bound * 2_000 { counts[random.integer(below: bound)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 2_000) < 300 }, "counts \(counts)")
  }

  @Test("below a huge bound stay below it")
  func hugeBound() {
    var random = SplitMix64(seed: 3)
    let bound = Int.max - 5
    #expect((0..<1_000).allSatisfy { _ in (0..<bound).contains(random.integer(below: bound)) })
  }

  @Test("shuffle into a permutation that depends on the seed only", arguments: [0, 1, 2, 3, 100])
  func shuffling(count: Int) {
    var first = Array(0..<count)
    var second = first
    var random = SplitMix64(seed: 9)
    var again = SplitMix64(seed: 9)
    random.shuffle(&first)
    again.shuffle(&second)
    #expect(first == second)
    #expect(first.sorted() == Array(0..<count))
    if count == 100 { #expect(first != Array(0..<count)) }
  }

  @Test("of two streams differ, and the parent does not advance")
  func streams() {
    let parent = SplitMix64(seed: 4)
    var (a, b, again) = (parent.stream(0), parent.stream(1), parent.stream(0))
    let first = a.next()
    #expect(first != b.next())
    #expect(first == again.next())
    #expect(parent == SplitMix64(seed: 4))
  }
}
