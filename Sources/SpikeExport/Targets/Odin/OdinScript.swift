import SpikeBundle
import SpikeDiagnostics

/// What a host sends to the chip for one inference, and what else it must know.
struct OdinScript {
  let bundle: Bundle
  let crossbar: EventCrossbar
  let layout: OdinLayout

  /// The events of one inference as a program for the host; the commands are in
  /// docs/formats/odin.md, "Event script".
  var lines: [String] {
    var lines = ["reset", "repeat \(bundle.timeSteps)"]
    for input in crossbar.inputs {
      lines += ["input \(input.line) \(layout.spikeEvent(input.address))", "wait"]
    }
    if crossbar.leaks { lines += ["send \(layout.leakEvent)", "wait"] }
    lines.append("end")
    let command = bundle.readout == .largestPotential ? "potential" : "spikes"
    let last = bundle.populations.count - 1
    lines += addresses(of: last).enumerated().map { "\(command) \($0.offset) \($0.element)" }
    return lines
  }

  /// JSON: sizes, addresses, and how long the queue can get.
  var notes: [String] {
    let bound = OdinQueue.bound(crossbar, isChain: isChain)
    let capacity = crossbar.chip.queue
    var members = [
      ("network", JSONRenderer.string(bundle.name)),
      ("producer", JSONRenderer.string(bundle.producer)),
      ("chip", JSONRenderer.string(crossbar.chip.name)),
      ("time_steps", "\(bundle.timeSteps)"),
      ("input_lines", "\(crossbar.lineCount)"),
      ("input_line_is_active_from", "128"),
      ("neurons", "\(crossbar.neurons.count)"),
      ("addresses_used", "\(crossbar.rows.count)"),
      ("queue_capacity", "\(capacity)"),
      ("queue_bound", "\(bound)"),
      ("queue_is_proven", bound <= capacity ? "true" : "false"),
    ]
    let table = bundle.populations.enumerated().map { index, population in
      "\n    \(JSONRenderer.string(population.name)): ["
        + addresses(of: index).map(String.init).joined(separator: ", ") + "]"
    }
    members.append(("addresses", "{" + table.joined(separator: ",") + "\n  }"))
    return ["{"]
      + [
        members.map { "  \(JSONRenderer.string($0.0)): \($0.1)" }.joined(separator: ",\n")
      ] + ["}"]
  }

  /// First address of every neuron of a population.
  private func addresses(of population: Int) -> [Int] {
    crossbar.neurons.indices.filter {
      crossbar.neurons[$0].population == population && !crossbar.neurons[$0].isTwin
    }
  }

  /// Whether every population reads the one before it only.
  private var isChain: Bool {
    bundle.projections.allSatisfy { projection in
      projection.sources.allSatisfy {
        switch $0 {
        case .input: projection.target == 0
        case .population(let index): index == projection.target - 1
        }
      }
    }
  }
}
