import SpikeGraph

/// The messages of Schemas/model/model.proto as plain values: what stands between the C structures
/// and ``Model``. Absent texts are empty, absent numbers 0, unless absence has a meaning.
struct ModelMessage {
  var irVersion: Int32 = 0
  var operatorSets: [OperatorSet] = []
  var stage: Int = 0
  var graphName = ""
  var inputs: [Value] = []
  var outputs: [String] = []
  var nodes: [Node] = []
  var constants: [Constant] = []
  var encoding = InputEncoding(scale: [], offset: [])
  var timeSteps: Int64?
  var codebooks: [Codebook] = []
  var history: [Record] = []

  struct OperatorSet {
    var domain: String
    var version: Int32
  }

  struct Value {
    var name: String
    var dims: [Int64]
  }

  struct Node {
    var name: String
    var `operator`: String
    var inputs: [String]
    var parameters: [Parameter]
    var output: String
    var attributes: [Attribute]
  }

  struct Parameter {
    var role: String
    var constant: String
  }

  struct Attribute {
    var name: String
    var value: AttributeValue
  }

  struct Constant {
    var name: String
    var elementType: Int
    var dims: [Int64]
    var offset: UInt64
    var length: UInt64
    var checksum: UInt32
  }

  struct Codebook {
    var constant: String
    var scope: Int
    var lists: [[Int32]]
    var hasFreeZero: Bool
    var scale: Float
    var bits: Int32
  }

  struct Record {
    var station: String
    var version: String
    var options: [(name: String, value: String)]
    var seed: UInt64?
    var inputHash: String
    var metrics: [(name: String, value: Double)]
  }
}

/// A typed attribute of a node.
enum AttributeValue: Hashable {
  case float(Float)
  case integer(Int)
  case text(String)
  case integers([Int])
  /// A type that this version does not know, or none.
  case unknown
}
