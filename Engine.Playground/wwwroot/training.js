// Training in the page: one step after the other for as long as it is switched on.
import { drawHistogram, drawKernels, drawLoss, nearZero } from './charts.js';

const element = id => document.getElementById(id);

export function createTraining(engine, model, { began, learned }) {
  const { images, held, activations, kernels: kernelShape } = model.training, guess = Math.log(model.classes.length);
  let losses = [], histograms = activations.map(() => []), kernels = { before: [], now: [] };
  let isOn = false, isBegun = false, sinceEpoch = 0, epochs = 0, running = Promise.resolve();

  const boxes = activations.map((layer, i) => {
    const box = document.createElement('div');
    box.innerHTML = '<p></p><canvas role="img"></canvas>';
    element('histograms').append(box);
    box.name = `${layer + 1} ${model.layers[layer].type}, ${model.layers[layer].shape.join('×')}`;
    box.children[1].setAttribute('aria-label', `Histogram of ${box.name}, step by step`);
    return box;
  });
  element('training-images').textContent = `${images.toLocaleString('en')} images`;
  element('held-count').textContent = held;
  element('kernel-size').textContent = `${kernelShape[2]}×${kernelShape[3]}`;
  element('guess-loss').textContent = guess.toFixed(2);
  element('training').hidden = false;

  function show() {
    element('seen').hidden = !isBegun;
    if (!isBegun) return;
    drawLoss(element('loss-chart'), losses, guess);
    boxes.forEach((box, i) => {
      const newest = histograms[i].at(-1);
      box.children[0].textContent = newest ? `${box.name}: ${Math.round(100 * nearZero(newest))} % near zero` : box.name;
      drawHistogram(box.children[1], histograms[i]);
    });
    const room = element('kernels-now').parentElement.clientWidth;
    drawKernels(element('kernels-before'), kernels.before, kernelShape, room);
    drawKernels(element('kernels-now'), kernels.now, kernelShape, room);
    element('steps').textContent = losses.length;
    element('loss').textContent = losses.at(-1)?.toFixed(3) ?? '–';
  }

  async function begin() {
    await engine.beginTraining({ batchSize: Number(element('batch').value), learningRate: Number(element('rate').value) });
    (losses = [], histograms = activations.map(() => []), sinceEpoch = 0, epochs = 0, isBegun = true);
    kernels.before = kernels.now = await engine.kernels('own');
    for (const id of ['accuracy', 'speed']) element(id).textContent = '–';
    element('restart').disabled = element('save').disabled = false;
    show();
    began();
    learned();
  }

  async function run() {
    if (!isBegun) await begin();
    let speed = null;
    while (isOn) {
      const before = performance.now(), step = await engine.trainStep(), took = performance.now() - before;
      losses.push(step.loss);
      step.histograms.forEach((shares, i) => histograms[i].push(shares));
      speed = speed === null ? step.images / took : .8 * speed + .2 * step.images / took;
      element('speed').textContent = Math.round(1000 * speed);
      kernels.now = await engine.kernels('own');
      show();
      if (!Number.isFinite(step.loss)) {
        set(false);
        element('told').textContent = 'The loss is not a number any more: the steps were too long. Start again with a lower learning rate.';
        break;
      }
      sinceEpoch += step.images;
      if (sinceEpoch >= images) {
        (sinceEpoch = 0, epochs++);
        const { accuracy } = await engine.evaluate();
        element('accuracy').textContent = `${(100 * accuracy).toFixed(1)} %`;
      }
      element('progress').textContent = `Epoch ${epochs + 1}: ${sinceEpoch.toLocaleString('en')} of ${images.toLocaleString('en')} images seen.`;
      learned();
    }
  }

  async function save() {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([await engine.save('own')]));
    link.download = 'playground.safetensors';
    link.click();
    URL.revokeObjectURL(link.href);
    element('told').textContent = 'Saved as playground.safetensors: scratch predict playground.safetensors IMAGE takes it.';
  }

  function set(on) {
    element('told').textContent = '';
    isOn = on;
    element('train').textContent = on ? 'Pause' : isBegun ? 'Go on' : 'Train';
  }

  function fail(error) {
    set(false);
    element('told').textContent = error.message;
  }

  element('train').addEventListener('click', () => {
    set(!isOn);
    if (isOn) running = running.then(run).catch(fail);
  });
  element('restart').addEventListener('click', () => {
    const wasOn = isOn;
    set(false);
    running = running.then(begin).then(() => {
      set(wasOn);
      if (wasOn) return run();
      element('progress').textContent = '';
      element('told').textContent = 'Random weights again.';
    }).catch(fail);
  });
  element('save').addEventListener('click', () => save().catch(error => { element('told').textContent = error.message; }));

  return { show };
}
