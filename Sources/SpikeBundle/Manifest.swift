/// The message of Schemas/bundle/bundle.proto as plain values: what stands between the C structures
/// and ``Bundle``. Absent texts are empty, absent numbers 0.
struct Manifest {
  var version: Int32 = 0
  var name = ""
  var producer = ""
  var target = ""
  var arithmetic = 0
  var timeSteps: UInt32 = 0
  var inputShape: [UInt32] = []
  var inputBits: UInt32 = 0
  var populations: [Population] = []
  var projections: [Projection] = []
  var codebookCount: UInt32 = 0
  var readout = 0
  var labels: [String] = []
  var metadata: [(name: String, value: String)] = []

  struct Population {
    var name = ""
    var shape: [UInt32] = []
    var model = 0
    var reset = 0
    var resetValue: Int32 = 0
    var spikesAboveOnly = false
    var thresholdCount: UInt32 = 0
    var biasCount: UInt32 = 0
    var initialPotentialCount: UInt32 = 0
    var membraneDecay: UInt32 = 0
    var currentDecay: UInt32 = 0
    var scale: Float = 0
  }

  struct Projection {
    var name = ""
    var sources: [UInt32] = []
    var target: UInt32 = 0
    var pooling: [UInt32] = []
    var kind = 0
    var weightShape: [UInt32] = []
    var strides: [UInt32] = []
    var padsBefore: [UInt32] = []
    var padsAfter: [UInt32] = []
    var dilations: [UInt32] = []
    var groups: UInt32 = 0
    var codebookSteps: [Int32] = []
    var delay: UInt32 = 0
    var coding = 0
    var nonzeroCount: UInt32 = 0
    var streamByteCount: UInt32 = 0
    var sourceDelays: [UInt32] = []
  }
}
