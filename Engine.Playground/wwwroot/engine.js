// The only thing of the page that knows where answers come from: here .NET in a worker, in `scratch serve` the same functions over HTTP.
//
// connect(report) -> Promise of an engine; report(text) says what it waits for. Functions of the engine, all of them promises:
//
//   describe() -> {
//     name, title?, intro?            of the model; title and intro replace the page's own heading and first sentence
//     processor?, accuracy?           what it computes on; the share of test images that it gets right, 0 to 1
//     input: { channels, height, width },
//     classes: [name],
//     layers: [{                      in the order in which they run
//       path, type, formula,          text; formula is empty where no window slides
//       shape, shown,                 [C, H, W] or [numbers] of its output; of that part of it whose numbers explain() gives: fewer channels
//       weights, biases, multiplyAdds,
//       field?, start?, jump?         [rows, columns]: output (y, x) sees the field[0] x field[1] pixels from (start + (y, x) · jump) on, which may
//     }],                             begin outside the image, in padding; field without start: so large, but nobody says where; none: all pixels
//     samples?                        how many images sample() knows
//     training?: { images, held, bins, activations: [layer], kernels: [outC, inC, kH, kW] }       only if the functions below are there
//   }
//   predict(pixels, network?) -> { probabilities: [classes], milliseconds }
//   explain(pixels, network?) -> { probabilities, winner, milliseconds,
//     maps: [per layer the numbers of `shown`, row-major; null for one that is not shown],
//     gradient: [C, H, W]             of the winner's output before softmax, by every pixel, for a pixel's whole way from 0 to 255
//   }
//   sample(i) -> { pixels, label }                                                                only if describe() says samples
//   readPicture?(file) -> pixels    or undefined at once, where the browser is to read this file
//
// pixels is a Uint8Array [C, H, W], 0 to 255. network is 'shipped' or 'own', if the engine trains. With describe().training also:
//
//   beginTraining({ batchSize, learningRate })      anew, from the same weights each time
//   trainStep() -> { loss, images, histograms: [per layer of `activations` the share of its outputs in each bin] }
//   evaluate() -> { accuracy, loss }                of the images that are not learned from
//   kernels(network) -> numbers of training.kernels
//   save(network) -> Uint8Array                     a safetensors file
//
// A function that fails rejects with an Error whose message people can read.

export async function connect(report) {
  report('Starting .NET in a worker…');
  const source = document.getElementById('worker').textContent;
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  const waiting = new Map();
  let calls = 0;

  function call(name, ...args) {
    return new Promise((resolve, reject) => {
      waiting.set(++calls, { resolve, reject });
      worker.postMessage({ id: calls, name, args });
    });
  }

  worker.onmessage = ({ data }) => {
    const { resolve, reject } = waiting.get(data.id);
    waiting.delete(data.id);
    if ('error' in data) reject(new Error(data.error));
    else resolve(data.result);
  };
  worker.onerror = event => {
    for (const { reject } of waiting.values()) reject(new Error(event.message || 'the worker could not be started'));
    waiting.clear();
  };

  const model = await call('start', document.getElementById('archive').textContent);

  // The numbers of one answer come in one array: these are its parts, one after the other.
  function* parts(numbers, lengths) {
    let at = 0;
    for (const length of lengths) yield numbers.subarray(at, at += length);
  }

  const product = sizes => sizes.reduce((a, b) => a * b, 1);
  const pixelCount = model.input.channels * model.input.height * model.input.width;

  return {
    describe: async () => model,
    async predict(pixels, network = 'shipped') {
      const { numbers, milliseconds } = await call('predict', network, pixels);
      return { probabilities: softmax(numbers), milliseconds };
    },
    async explain(pixels, network = 'shipped') {
      const { numbers, milliseconds } = await call('explain', network, pixels);
      const [outputs, ...rest] = parts(numbers, [model.classes.length, ...model.layers.map(layer => product(layer.shown)), pixelCount]);
      const gradient = rest.pop();
      return { probabilities: softmax(outputs), winner: outputs.indexOf(Math.max(...outputs)), maps: rest, gradient, milliseconds };
    },
    sample: i => call('sample', i),
    beginTraining: ({ batchSize, learningRate }) => call('beginTraining', batchSize, learningRate),
    async trainStep() {
      const { bins, activations } = model.training;
      const [first, ...histograms] = parts(await call('trainStep'), [2, ...activations.map(() => bins)]);
      return { loss: first[0], images: first[1], histograms };
    },
    async evaluate() {
      const [accuracy, loss] = await call('evaluate');
      return { accuracy, loss };
    },
    kernels: network => call('kernels', network),
    save: network => call('save', network),
  };
}

function softmax(outputs) {
  if (!outputs.every(Number.isFinite)) throw new Error('The outputs of this network are not numbers any more: its training went too fast.');
  const largest = Math.max(...outputs);
  const powers = Array.from(outputs, output => Math.exp(output - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map(power => power / sum);
}
