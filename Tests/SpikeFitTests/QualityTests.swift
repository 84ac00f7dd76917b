import SpikeData
import SpikeDiagnostics
import SpikeFit
import SpikeGraph
import Testing

@Suite("Teachers, averages, real weights and fresh starts")
struct QualityTests {
  private static func realOptions(_ change: (inout FitOptions) -> Void = { _ in }) -> FitOptions {
    TinyModels.options {
      $0.target = .neutral
      $0.quality.isFullPrecision = true
      change(&$0)
    }
  }

  @Test("A fit of real weights starts exactly where the fit before it ended", arguments: [0, 1])
  func realStart(which: Int) throws {
    let model = which == 0 ? TinyModels.convolutional() : TinyModels.residual()
    let data = try TinyModels.data(size: which == 0 ? 6 : 4)
    let options = Self.realOptions {
      $0.timeSteps = model.timeSteps ?? 4
      $0.target.semantics = FitTarget.loihi.semantics
    }
    let first = try SpikeFitter.fit(model, options: options, training: data, evaluation: data)
    #expect(first.model.stage == .spiking)
    #expect(first.model.codebooks.isEmpty)
    #expect(first.integerAccuracy == nil)
    let accuracy = try #require(first.floatAccuracy)
    #expect(accuracy > (first.startAccuracy ?? 1))

    var again = options
    again.epochs = 0
    let second = try SpikeFitter.fit(
      first.model, options: again, training: data, evaluation: data)
    #expect(second.startAccuracy == accuracy)
    #expect(second.model.graph == first.model.graph, "an untrained fit changes nothing")
    #expect(second.model.encoding == first.model.encoding)

    var clustered = options
    clustered.quality = FitOptions.Quality()
    clustered.uniqueWeights = 4
    let third = try SpikeFitter.fit(
      first.model, options: clustered, training: data, evaluation: data)
    #expect(third.startAccuracy == accuracy)
    #expect(third.model.stage == .fitted)
  }

  @Test("A chip with fewer input bits than the real model narrows them")
  func inputBits() throws {
    let data = try TinyModels.data(count: 96)
    let real = try SpikeFitter.fit(
      TinyModels.convolutional(), options: Self.realOptions { $0.epochs = 1 }, training: data)
    #expect(real.model.encoding.bits == 8)
    var target = FitTarget.neutral
    target.inputBits = 4
    let fitted = try SpikeFitter.fit(
      real.model,
      options: TinyModels.options {
        $0.target = target; $0.epochs = 1
      }, training: data)
    #expect(fitted.model.encoding.bits == 4)
    #expect(fitted.model.encoding.scale == [real.model.encoding.scale[0] * 16])
  }

  @Test("What the teacher knows is learned without a single right label")
  func distils() throws {
    let data = try TinyModels.data(count: 480)
    let test = try TinyModels.data(count: 300, seed: 99)
    let teacher = try SpikeFitter.fit(
      TinyModels.convolutional(), options: Self.realOptions { $0.epochs = 15 }, training: data,
      evaluation: test)
    #expect((teacher.floatAccuracy ?? 0) > 0.85)
    let wrong = try Dataset(
      name: "wrong", sampleShape: [1, 6, 6], samples: .bytes(data.rawBytes() ?? []),
      labels: data.labels.map { ($0 + 1) % 3 })
    let student = try SpikeFitter.fit(
      TinyModels.convolutional(seed: 12),
      options: TinyModels.options {
        $0.epochs = 15
        $0.quality.teacher = .model(teacher.model)
        $0.quality.teacherShare = 1
      }, training: wrong, evaluation: test)
    #expect((student.integerAccuracy ?? 0) > 0.75)
  }

  @Test("A teacher with another encoding of the same data teaches the same")
  func encodings() throws {
    let data = try TinyModels.data(count: 96)
    let teacher = TinyModels.convolutional(seed: 5)
    var other = teacher
    // Powers of two change no bit of what reaches the neurons.
    other.encoding.scale = [teacher.encoding.scale[0] * 2]
    other.graph.constants["w1"] = Tensor(
      (teacher.graph.constants["w1"]?.floats() ?? []).map { $0 / 2 }, shape: [6, 1, 3, 3])
    let results = try [teacher, other].map { teacher in
      try SpikeFitter.fit(
        TinyModels.convolutional(),
        options: TinyModels.options {
          $0.epochs = 2
          $0.augments = true
          $0.quality.augmentation.cutout = 2
          $0.quality.teacher = .model(teacher)
        }, training: data
      ).model
    }
    #expect(results[0] == results[1])
    let untaught = try SpikeFitter.fit(
      TinyModels.convolutional(), options: TinyModels.options { $0.epochs = 2 }, training: data)
    #expect(untaught.model.graph != results[0].graph)
  }

  @Test("Teachers for other classes or samples, and fitted ones, are refused")
  func refusals() throws {
    let data = try TinyModels.data(count: 48)
    var fitted = TinyModels.convolutional()
    fitted.stage = .fitted
    for teacher in [TinyModels.convolutional(classes: 4), TinyModels.residual(), fitted] {
      do throws(FitError) {
        _ = try SpikeFitter.fit(
          TinyModels.convolutional(),
          options: TinyModels.options { $0.quality.teacher = .model(teacher) }, training: data)
        Issue.record("must throw")
      } catch {
        #expect(error.code == .unsuitableTeacher)
        #expect(error.fix != nil)
      }
    }
  }

  @Test("An average that forgets all is the last step; a long one has as many unique weights")
  func averages() throws {
    let data = try TinyModels.data(count: 240)
    func fit(_ decay: Float) throws -> Model {
      try SpikeFitter.fit(
        TinyModels.convolutional(channels: 8),
        options: TinyModels.options {
          $0.quality.averageDecay = decay
          $0.pruneShare = 0.25
        }, training: data
      ).model
    }
    let plain = try fit(0)
    let forgetful = try fit(1e-12)
    #expect(forgetful.graph == plain.graph)
    let long = try fit(0.99)
    #expect(long.graph != plain.graph)
    for name in ["w1", "w2"] {
      #expect(Set(try #require(long.graph.constants[name]).floats()).count <= 4)
    }
  }

  @Test("Training from scratch forgets the weights and learns the task")
  func scratch() throws {
    let data = try TinyModels.data(count: 480)
    let test = try TinyModels.data(count: 300, seed: 99)
    func fit(_ model: Model, seed: UInt64) throws -> FitResult {
      try SpikeFitter.fit(
        model,
        options: Self.realOptions {
          $0.quality.startsFromScratch = true
          $0.seed = seed
          $0.epochs = 15
        }, training: data, evaluation: test)
    }
    let one = try fit(TinyModels.convolutional(seed: 1), seed: 3)
    let two = try fit(TinyModels.convolutional(seed: 2), seed: 3)
    let three = try fit(TinyModels.convolutional(seed: 2), seed: 4)
    // Thresholds per channel are folded before weights are drawn, so nothing of the seed is left.
    #expect(one.model.graph == two.model.graph)
    #expect(two.model.graph != three.model.graph)
    #expect((one.floatAccuracy ?? 0) > 0.8)
  }

  @Test("Losses per step, a price of activity and every surrogate train", arguments: 0..<6)
  func losses(which: Int) throws {
    let data = try TinyModels.data(count: 480)
    let result = try SpikeFitter.fit(
      TinyModels.convolutional(),
      options: TinyModels.options {
        $0.epochs = 12
        if which < SurrogateChoice.all.count {
          $0.surrogate = SurrogateChoice.all[which].surrogate()
        } else {
          $0.quality.isPerStep = true
          $0.quality.squareShare = 0.05
          $0.quality.rateWeight = 0.01
        }
      }, training: data, evaluation: data)
    #expect((result.integerAccuracy ?? 0) > 0.6)
  }

  @Test("Numbers out of range are refused, all at once")
  func ranges() throws {
    let data = try TinyModels.data(count: 48)
    do throws(FitError) {
      _ = try SpikeFitter.fit(
        TinyModels.convolutional(),
        options: TinyModels.options {
          $0.quality.teacherShare = 2
          $0.quality.temperature = 0
          $0.quality.averageDecay = 1
          $0.quality.augmentation.shift = -1
        }, training: data)
      Issue.record("must throw")
    } catch {
      #expect(error.code == .invalidOption)
      #expect(error.findings.count == 4)
    }
  }
}
