import SpikeConvert
import Testing

@Suite("The order of the passes")
struct RecipeTests {
  @Test("every pass runs after those it names, and names are unique")
  func order() {
    var seen: Set<String> = []
    for pass in ConversionRecipe.passes {
      for earlier in pass.after {
        #expect(seen.contains(earlier), "'\(pass.name)' must run after '\(earlier)'")
      }
      #expect(seen.insert(pass.name).inserted, "'\(pass.name)' is listed twice")
      #expect(!pass.summary.isEmpty)
    }
  }
}
