using Scratch.Pictures;

var images = ImageFolder.Load("shapes");                             // shapes/circle/*.png, shapes/square/*.png and so on, of any size
var training = new ClassifierTraining(images);
training.Fit(epoch => Console.WriteLine(epoch));
training.Save("shapes.safetensors");
var classifier = Classifier.Load("shapes.safetensors");
Console.WriteLine(classifier.Predict("drawing.png"));                // circle 0.998, triangle 0.002, square 0.000
