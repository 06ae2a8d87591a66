// The engine's own thread: unpacks the archive, hands its files to .NET, then answers one call after the other.
// A message is { id, name, args }, the answer { id, result } or { id, error }.
'use strict';

let exported, files, description;

// As Scratch.Playground.Build's Archive packs: base64 of gzip of [length of the list, 4 bytes][the list, JSON][the files].
async function unpack(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const all = new Uint8Array(await new Response(stream).arrayBuffer());
  const start = 4 + new DataView(all.buffer).getUint32(0, true);
  const found = new Map();
  let at = start;
  for (const [name, size] of JSON.parse(new TextDecoder().decode(all.subarray(4, start)))) found.set(name, all.subarray(at, at += size));
  return found;
}

async function start(base64) {
  files = await unpack(base64);
  const module = name => URL.createObjectURL(new Blob([files.get(name)], { type: 'text/javascript' }));
  self.dotnetSidecar = true;                // tells the runtime that it is the whole program, and this worker not one of its own
  const { dotnet } = await import(module('dotnet.js'));
  const runtime = await dotnet.withResourceLoader((kind, name) => {
    if (kind === 'dotnetjs') return module(name);
    const type = kind === 'dotnetwasm' ? 'application/wasm' : 'application/octet-stream';
    return Promise.resolve(new Response(files.get(name), { headers: { 'Content-Type': type } }));
  }).create();
  exported = (await runtime.getAssemblyExports('Scratch.Playground.dll')).Scratch.Playground.Exports;
  const labels = files.get('labels'), held = Math.ceil(labels.length / 10);
  description = JSON.parse(exported.Start(files.get('weights.safetensors'), files.get('digits'), labels, held));
  return { ...description, samples: held };
}

function timed(work) {
  const before = performance.now();
  const numbers = Float64Array.from(work());
  return { numbers, milliseconds: performance.now() - before };
}

const answers = {
  start,
  predict: (network, pixels) => timed(() => exported.Predict(network === 'own', pixels)),
  explain: (network, pixels) => timed(() => exported.Explain(network === 'own', pixels)),
  sample(i) {                               // of those that training does not see: they are the last
    const { channels, height, width } = description.input, size = channels * height * width, labels = files.get('labels');
    const at = labels.length - 1 - i;
    return { pixels: files.get('digits').slice(at * size, (at + 1) * size), label: labels[at] };
  },
  beginTraining: (batchSize, learningRate) => exported.BeginTraining(batchSize, learningRate),
  trainStep: () => Float64Array.from(exported.TrainStep()),
  evaluate: () => exported.Evaluate(),
  kernels: network => exported.Kernels(network === 'own'),
  save: network => exported.Save(network === 'own'),
};

self.addEventListener('message', async ({ data: { id, name, args } }) => {
  try {
    self.postMessage({ id, result: await answers[name](...args) });
  } catch (error) {
    self.postMessage({ id, error: error.message || String(error) });
  }
});
