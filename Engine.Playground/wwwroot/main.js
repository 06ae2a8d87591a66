// The page: one drawing, and everything that the engine says of it.
import { connect } from './engine.js';
import { largestMagnitude, pixelImage, putScaled, sharp, signedImage } from './colors.js';
import { createPad, frame, readPicture } from './pad.js';
import { createMaps } from './maps.js';
import { createTraining } from './training.js';

const byId = id => document.getElementById(id);
const warmUps = 4;                          // answers that take longer than the engine does: the first question is asked again
const mostBars = 10;                        // classes that are shown; of more, the most probable

try {
  await play(await connect(text => { byId('status').textContent = text; }));
} catch (error) {
  byId('status').textContent = `The engine could not be started: ${error.message}`;
  byId('status').classList.add('error');
}

async function play(engine) {
  const model = await engine.describe(), { input } = model;
  let shown = null, part = null, isAsking = false, isStale = false, network = 'shipped', slow = false, answered = 0, pause = 0, silence = 0;

  const pad = createPad(byId('pad'), input, ask);
  const maps = createMaps(byId('layers'), model, (field, text) => {
    part = field;
    byId('inspected').textContent = text || 'Point at a feature map.';
    pad.frame(part);
    showMini();
  });
  const training = model.training ? createTraining(engine, model, {
    began() {
      document.querySelector('input[name=network][value=own]').checked = true;
      network = 'own';
    },
    learned() {
      if (network === 'own') ask();
    },
  }) : null;

  // One question at a time: what was drawn meanwhile is asked next. An engine that takes long to explain is
  // asked for that four times a second.
  function ask() {
    isStale = true;
    showMini();
    if (slow) pause ||= setTimeout(() => { (pause = 0, slow = false); ask(); }, 250);
    if (!isAsking) askNow();
  }

  async function askNow() {
    if (isAsking) return;
    isAsking = true;
    try {
      do {
        isStale = false;
        const pixels = pad.pixels.slice();
        if (slow) showAnswer(await engine.predict(pixels, network), null);
        else {
          const seen = await engine.explain(pixels, network);
          showAnswer(seen, pixels);
          const isWarm = ++answered > warmUps;
          slow = isWarm && seen.milliseconds > 100;
          isStale ||= !isWarm;
        }
      } while (isStale);
      byId('pad-note').textContent = '';
    } catch (error) {
      byId('pad-note').textContent = error.message;
    } finally {
      isAsking = false;
    }
  }

  function showAnswer(seen, pixels) {
    const order = [...seen.probabilities.keys()].sort((a, b) => seen.probabilities[b] - seen.probabilities[a]), best = order[0];
    byId('winner').innerHTML = '<b></b> <span></span>';
    byId('winner').children[0].textContent = model.classes[best];
    byId('winner').children[1].textContent = percent(seen.probabilities[best]);
    const classes = model.classes.length > mostBars ? order.slice(0, mostBars) : [...model.classes.keys()];
    classes.forEach((c, i) => {
      const [name, bar, value] = byId('probabilities').children[i].children;
      name.textContent = name.title = model.classes[c];
      bar.style.transform = `scaleX(${seen.probabilities[c]})`;
      value.textContent = percent(seen.probabilities[c]);
      bar.parentElement.classList.toggle('top', c === best);
    });
    const what = seen.maps ? 'This, and all that is shown below,' : 'This';
    if (answered >= warmUps) byId('took').textContent = `${what} took ${seen.milliseconds.toFixed(1)} ms.`;
    clearTimeout(silence);                                                   // read out once the pen rests
    silence = setTimeout(() => { byId('spoken').textContent = `${model.classes[best]}, ${percent(seen.probabilities[best])}`; }, 800);
    if (!seen.maps) return;
    shown = { ...seen, pixels };
    byId('mattered-class').textContent = `“${model.classes[seen.winner]}”`;
    maps.show(seen.maps);
    showMattered();
    document.documentElement.dataset.ready = 'true';
  }

  function showMattered() {
    if (!shown) return;
    const isProduct = document.querySelector('input[name=mattered]:checked').value === 'product', plane = input.height * input.width;
    const numbers = new Float64Array(plane);                                 // channels together
    shown.gradient.forEach((slope, i) => { numbers[i % plane] += isProduct ? slope * shown.pixels[i] / 255 : slope; });
    const canvas = byId('mattered'), side = canvas.clientWidth, cell = side / input.width, context = sharp(canvas, side, cell * input.height);
    putScaled(context, signedImage(numbers, input.width, input.height, largestMagnitude(numbers)), 0, 0, side, cell * input.height);
  }

  function showMini() {
    const canvas = byId('mini'), height = 84, cell = height / input.height, context = sharp(canvas, cell * input.width, height);
    putScaled(context, pixelImage(pad.pixels, input), 0, 0, cell * input.width, height);
    if (part) frame(context, part, cell, input);
  }

  function showAll() {
    pad.show();
    showMini();
    showMattered();
    maps.show();
    training?.show();
  }

  async function showSample(i) {
    const { pixels } = await engine.sample(i);
    pad.put(pixels, { example: true });
  }

  window.playground = { engine, model, pixels: pad.pixels };                 // to ask more, in the browser's console

  byId('title').textContent = model.title ?? byId('title').textContent;
  byId('intro').textContent = model.intro ?? byId('intro').textContent;
  byId('pixel-count').textContent = `${input.width}×${input.height} ${input.channels >= 3 ? 'coloured ' : ''}pixels`;
  byId('mattered').style.aspectRatio = `${input.width} / ${input.height}`;
  const parameters = model.layers.reduce((sum, layer) => sum + layer.weights + layer.biases, 0);
  byId('about').textContent = `${model.name}: ${model.layers.length} layers, ${parameters.toLocaleString('en')} parameters`
    + `${model.processor ? `, computed with ${model.processor}` : ''}.`;
  const isWords = model.classes.some(name => name.length > 2);
  for (const id of ['winner', 'probabilities']) byId(id).classList.toggle('words', isWords);
  for (let i = 0; i < Math.min(model.classes.length, mostBars); i++) {
    const bar = document.createElement('li');
    bar.innerHTML = '<span class="name"></span><span class="bar"></span><span class="value"></span>';
    byId('probabilities').append(bar);
  }
  if (model.training) {
    byId('networks').hidden = false;
    byId('shipped-label').textContent = `one trained on all of MNIST: ${(100 * model.accuracy).toFixed(1)} % of the test images right`;
    for (const choice of document.querySelectorAll('input[name=network]')) choice.addEventListener('change', () => {
      network = choice.value;
      ask();
    });
  }
  byId('clear').addEventListener('click', () => pad.clear());
  byId('file').addEventListener('change', async event => {
    const [file] = event.target.files;
    event.target.value = '';
    if (!file) return;
    const read = engine.readPicture?.(file);
    try {
      pad.put(await (read ?? readPicture(file, input)));
    } catch (error) {
      byId('pad-note').textContent = read ? error.message : `${file.name} is no picture that this browser can read.`;
    }
  });
  for (const choice of document.querySelectorAll('input[name=mattered]')) choice.addEventListener('change', showMattered);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showAll);
  new ResizeObserver(showAll).observe(document.querySelector('main'));

  if (model.samples) {
    let next = 2;
    byId('another').hidden = false;
    byId('another').addEventListener('click', () => showSample(next++ % model.samples));
    await showSample(next++);
  } else ask();
  byId('status').textContent = 'Ready.';
}

function percent(share) {
  return `${(100 * share).toFixed(share > .0995 && share < .995 ? 0 : 1)} %`;
}
