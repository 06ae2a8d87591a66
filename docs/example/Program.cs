var mnist = Mnist.Load("data/mnist");
var (train, valid) = mnist.Train.Split(50_000);
var normalization = Normalization.Of(train);

var model = new Sequential(
    new Conv2d(1, 8, kernelSize: 5, stride: 2, padding: 2), new Relu(),          // 28x28 -> 14x14
    new Conv2d(8, 16, kernelSize: 3, stride: 2, padding: 1), new Relu(),         //       ->  7x7
    new Conv2d(16, 32, kernelSize: 3, stride: 2, padding: 1), new Relu(),        //       ->  4x4
    new Conv2d(32, 32, kernelSize: 3, stride: 2, padding: 1), new Relu(),        //       ->  2x2
    new AdaptiveAvgPool2d(1), new Flatten(), new Linear(32, 10));
model.Initialize(Initialization.KaimingNormal, seed: 42);

var recorder = new Recorder(new Accuracy());
var learner = new Learner(model, new CrossEntropyLoss(), new Sgd(model.ParameterVector, learningRate: 0.4),
    new BatchSampler(train, normalization, batchSize: 512, shuffle: true, new RandomGenerator(42)),
    new BatchSampler(valid, normalization, batchSize: 1024, shuffle: false), recorder);
learner.Fit(epochs: 3);

foreach (var epoch in recorder.Epochs) Console.WriteLine($"epoch {epoch.Epoch}: validation accuracy {epoch.ValidMetrics[0]:F4}");
