import Foundation
import SpikeBundle
import SpikeExport
import SpikeSimulate
import SpikeTestSupport

import struct SpikeBundle.Bundle

/// A bundle as a C program, and what it must print: prediction, read-out, and spikes and potentials
/// of every neuron and step.
struct CCase {
  let name: String
  let bundle: Bundle
  /// The bundle that the program is made of; another one where the test must notice.
  let written: Bundle
  let samples: [[UInt8]]
  let expected: [String]
  let spikes: Int

  /// nil where the simulator refuses the bundle.
  init?(_ name: String, _ bundle: Bundle, written: Bundle? = nil, seed: UInt64) throws {
    guard let simulator = try? IntegerSimulator(bundle) else { return nil }
    self.name = name
    self.bundle = bundle
    var program = written ?? bundle
    program.name = name
    self.written = program
    var random = SeededGenerator(seed: seed)
    let size = simulator.sampleSize
    var samples = (0..<3).map { _ in
      (0..<size).map { _ in
        random.chance(1, in: 3) ? 0 : UInt8.random(in: 0...255, using: &random)
      }
    }
    samples.append(Array(repeating: 255, count: size))
    self.samples = samples
    var lines: [String] = []
    var spikes = 0
    for sample in samples {
      let outcome = try simulator.run(sample: sample)
      let trace = try simulator.trace(sample: sample)
      lines.append(
        "\(name) \(outcome.prediction) "
          + outcome.readout.map { "\($0) " }.joined())
      for step in 0..<bundle.timeSteps {
        for (index, population) in bundle.populations.enumerated() {
          let isReadout = population.model == "LI"
          let fired = trace.spikes[index][step].map { isReadout ? 0 : $0 }
          spikes += fired.reduce(0) { $0 + Int($1) }
          lines.append(
            "\(step) \(index) " + fired.map { "\($0)" }.joined() + " "
              + trace.potentials[index][step].map { "\($0) " }.joined())
        }
      }
    }
    expected = lines
    self.spikes = spikes
  }

  /// Units of a state that the simulator reports, per integer.
  var units: Int { bundle.arithmetic == .loihiCuba ? 64 : 1 }

  /// Writes program and samples.
  func write(into folder: String) throws {
    _ = try NativeExport.write(written, target: "c", directory: folder)
    try Data(samples.flatMap { $0 }).write(to: URL(filePath: "\(folder)/\(name).bytes"))
  }
}

/// Compiles programs together with a main function that prints what every neuron does.
enum CProgram {
  /// The lines that each program prints, by name.
  static func run(_ cases: [CCase]) throws -> (lines: [String: [String]], problem: String?) {
    let directory = try TemporaryDirectory()
    let folder = directory.path
    for test in cases { try test.write(into: folder) }
    try Data(main(cases).utf8).write(to: URL(filePath: "\(folder)/main.c"))
    let sources = ["main.c"] + cases.map { "\($0.name).c" }
    let compiled = try CCompiler.run(
      CCompiler.path ?? "",
      CCompiler.strictFlags + ["-DSFCONV_INSPECT", "-o", "program"] + sources, in: folder)
    guard compiled.status == 0 else {
      return ([:], "gcc: \(compiled.diagnostics.prefix(4000))")
    }
    let ran = try CCompiler.run("\(folder)/program", [], in: folder)
    guard ran.status == 0 else { return ([:], "the program: \(ran.diagnostics.prefix(4000))") }
    var lines: [String: [String]] = [:]
    var current = ""
    for line in ran.output.split(separator: "\n") {
      if line.hasPrefix("= ") {
        current = String(line.dropFirst(2))
      } else {
        lines[current, default: []].append(String(line))
      }
    }
    return (lines, nil)
  }

  private static func main(_ cases: [CCase]) -> String {
    var text = "#include <stdio.h>\n"
    for test in cases { text += "#include \"\(test.name).h\"\n" }
    text += """

      /* Every second sample step by step with the sample given again, the others with NULL. */
      #define TRACE(P, U, UNITS, SIZES) \\
      static int trace_##P(void) \\
      { \\
        static P##_context c; \\
        static const uint32_t sizes[] = SIZES; \\
        uint8_t sample[U##_INPUT_BYTES]; \\
        uint32_t i, step, population; \\
        int number = 0; \\
        FILE *file = fopen(#P ".bytes", "rb"); \\
        if (file == NULL) return 1; \\
        printf("= " #P "\\n"); \\
        while (fread(sample, 1, sizeof sample, file) == sizeof sample) { \\
          printf(#P " %d ", P##_run(&c, sample)); \\
          for (i = 0; i < U##_CLASSES; i++) { \\
            printf("%ld ", (long)P##_value(&c, i) * SCALE(UNITS, U)); \\
          } \\
          printf("\\n"); \\
          P##_reset(&c); \\
          for (step = 0; step < U##_STEPS; step++) { \\
            P##_step(&c, step > 0 && number % 2 == 0 ? NULL : sample); \\
            for (population = 0; population < U##_POPULATIONS; population++) { \\
              printf("%lu %lu ", (unsigned long)step, (unsigned long)population); \\
              for (i = 0; i < sizes[population]; i++) { \\
                printf("%d", P##_spiked(&c, population, i)); \\
              } \\
              printf(" "); \\
              for (i = 0; i < sizes[population]; i++) { \\
                printf("%ld ", (long)P##_potential(&c, population, i) \\
                  * (UNITS / (long)P##_unit(population))); \\
              } \\
              printf("\\n"); \\
            } \\
          } \\
          P##_step(&c, sample); /* One too many: nothing happens. */ \\
          if (P##_answer(&c) != P##_run(&c, sample)) return 1; \\
          number++; \\
        } \\
        return fclose(file); \\
      }
      #define LIST(...) { __VA_ARGS__ }
      #define SCALE(UNITS, U) ((UNITS) / (long)(COUNTS_##U ? (UNITS) : U##_UNITS))


      """
    for test in cases {
      let upper = test.name.uppercased()
      let sizes = test.bundle.populations.map { "\($0.neuronCount)" }.joined(separator: ", ")
      text += "#define COUNTS_\(upper) \(test.bundle.readout == .mostSpikes ? 1 : 0)\n"
      text += "TRACE(\(test.name), \(upper), \(test.units), LIST(\(sizes)))\n"
    }
    text += "\nint main(void)\n{\n"
    for test in cases { text += "  if (trace_\(test.name)() != 0) return 1;\n" }
    return text + "  return 0;\n}\n"
  }
}
