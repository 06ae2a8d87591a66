// Every layer's feature maps, and what each of their numbers sees.
import { largestMagnitude, putScaled, sharp, signedImage, theme } from './colors.js';

const gap = 4;

export function createMaps(container, model, inspected) {
  const rows = model.layers.map((layer, index) => createRow(layer, index));
  let chosen = null;

  function createRow(layer, index) {
    const [channels, height, width] = layer.shown.length === 3 ? layer.shown : [1, 1, layer.shown.reduce((a, b) => a * b, 1)];
    const element = document.createElement('div'), name = `${index + 1} ${layer.type}`;
    element.className = 'layer';
    element.innerHTML = '<header><h3></h3><span></span><span></span></header><canvas role="application" tabindex="0"></canvas>';
    const [shape, facts] = element.querySelectorAll('span');
    element.querySelector('h3').textContent = name;
    shape.textContent = layer.shape.join('×') + (layer.shown[0] < layer.shape[0] ? `, the first ${layer.shown[0]} channels` : '');
    facts.textContent = [sees(layer, model), learned(layer)].filter(text => text).join(' · ');
    const canvas = element.querySelector('canvas');
    canvas.setAttribute('aria-label', `${name}: ${channels > 1 ? `${channels} feature maps of ${height}×${width}` : `${width * height} numbers`}`);
    container.append(element);
    const row = { layer, index, channels, height, width, canvas, numbers: null, columns: 1, tile: [1, 1] };
    canvas.addEventListener('pointermove', event => choose(row, ...placeOf(row, event)));
    canvas.addEventListener('pointerdown', event => choose(row, ...placeOf(row, event)));
    canvas.addEventListener('pointerleave', event => { if (event.pointerType === 'mouse' && document.activeElement !== canvas) choose(null); });
    canvas.addEventListener('focus', () => { if (canvas.matches(':focus-visible') && chosen?.row !== row) choose(row, 0, 0, 0); });
    canvas.addEventListener('blur', () => choose(null));
    canvas.addEventListener('keydown', event => move(row, event));
    return row;
  }

  function placeOf(row, event) {
    const box = row.canvas.getBoundingClientRect(), [w, h] = row.tile;
    const x = event.clientX - box.left, y = event.clientY - box.top;
    const column = Math.min(row.columns - 1, Math.floor(x / (w + gap))), line = Math.floor(y / (h + gap));
    const inside = (at, size, count) => Math.max(0, Math.min(count - 1, Math.floor(at / size * count)));
    return [Math.min(row.channels - 1, line * row.columns + column), inside(y - line * (h + gap), h, row.height),
      inside(x - column * (w + gap), w, row.width)];
  }

  function move(row, event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    let { c, y, x } = chosen?.row === row ? chosen : { c: 0, y: 0, x: 0 };
    if (event.key === 'ArrowLeft') x--;
    else if (event.key === 'ArrowRight') x++;
    else if (event.key === 'ArrowUp') y--;
    else if (event.key === 'ArrowDown') y++;
    else if (event.key === 'Escape') return choose(null);
    else return;
    event.preventDefault();
    if (x < 0 && c > 0) (c--, x = row.width - 1);          // past its side a map's neighbour begins
    if (x >= row.width && c < row.channels - 1) (c++, x = 0);
    if (y < 0 && c >= row.columns) (c -= row.columns, y = row.height - 1);
    if (y >= row.height && c + row.columns < row.channels) (c += row.columns, y = 0);
    choose(row, c, Math.max(0, Math.min(row.height - 1, y)), Math.max(0, Math.min(row.width - 1, x)));
  }

  function choose(row, c, y, x) {
    const before = chosen?.row;
    chosen = row && row.numbers ? { row, c, y, x } : null;
    if (before && before !== row) showRow(before);
    if (chosen) showRow(row);
    tell();
  }

  function tell() {
    if (!chosen) return inspected(null, '');
    const { row: { layer, index, channels, height, width, numbers }, c, y, x } = chosen;
    const number = numbers[(c * height + y) * width + x], place = channels > 1 || layer.shown.length === 3
      ? `channel ${c + 1} of ${layer.shape[0]}, row ${y + 1}, column ${x + 1}`
      : index === rows.length - 1 && width === model.classes.length ? `output for “${model.classes[x]}”` : `number ${x + 1} of ${width}`;
    const part = fieldOf(layer, y, x, model.input);
    inspected(part, `${index + 1} ${layer.type}, ${place}: ${number.toPrecision(3)}. ${sentence(part, layer, model.input)}`);
  }

  function showRow(row) {
    const { layer, channels, height, width, canvas, numbers } = row;
    const room = container.clientWidth, most = numbers ? largestMagnitude(numbers) : 0;
    row.tile = tileSize(row, room);
    row.columns = columnsOf(row, row.tile[0], room);
    const lines = Math.ceil(channels / row.columns), [w, h] = row.tile;
    canvas.style.width = `${row.columns * (w + gap) - gap}px`;
    canvas.style.height = `${lines * (h + gap) - gap}px`;
    const context = sharp(canvas, row.columns * (w + gap) - gap, lines * (h + gap) - gap);
    for (let c = 0; c < channels; c++) {
      const left = c % row.columns * (w + gap), top = Math.floor(c / row.columns) * (h + gap);
      const map = numbers ? numbers.subarray(c * height * width, (c + 1) * height * width) : new Float64Array(height * width);
      putScaled(context, signedImage(map, width, height, most), left, top, w, h);
      if (chosen?.row === row && chosen.c === c) {
        const cw = w / width, ch = h / height;
        for (const [color, thickness] of [[theme().text, 5], [theme().frame, 2]]) {
          context.strokeStyle = color;
          context.lineWidth = thickness;
          context.strokeRect(left + chosen.x * cw, top + chosen.y * ch, Math.max(cw, 3), Math.max(ch, 3));
        }
      }
    }
  }

  return {
    show(maps) {
      if (maps) rows.forEach((row, i) => { row.numbers = maps[i]; row.canvas.parentElement.hidden = !maps[i]; });
      rows.forEach(showRow);
      if (chosen) tell();
    },
  };
}

const columnsOf = ({ channels }, width, room) => Math.max(1, Math.min(channels, Math.floor((room + gap) / (width + gap))));

// As large as they can be in as few lines as the smallest would take. Numbers in a row are cells of one line.
function tileSize(row, room) {
  const { layer, channels, height, width } = row, side = Math.max(height, width);
  if (layer.shown.length < 3) return [Math.min(22, Math.floor(room / width)) * width, 22];
  const [least, most] = side >= 10 ? [54, 96] : side >= 5 ? [42, 70] : side >= 3 ? [26, 48] : side > 1 ? [22, 28] : [14, 22];
  const tile = size => {
    const cell = side > size ? size / side : Math.floor(size / side);        // of a large map a part of a pixel, otherwise whole ones
    return [cell * width, cell * height];
  };
  const lines = size => Math.ceil(channels / columnsOf(row, tile(size)[0], room));
  let size = most;
  while (size > least && lines(size) > lines(least)) size--;
  return tile(size);
}

// Which part of the image output (y, x) of a layer sees; null where it is the whole image, or nobody knows.
export function fieldOf(layer, y, x, image) {
  if (!layer.start) return layer.field ? null : { top: 0, left: 0, height: image.height, width: image.width };
  return { top: layer.start[0] + y * layer.jump[0], left: layer.start[1] + x * layer.jump[1], height: layer.field[0], width: layer.field[1] };
}

function sees(layer, { input }) {
  return layer.field ? `each number sees ${layer.field.join('×')} pixels` : `each number sees all ${input.height}×${input.width} pixels`;
}

function learned(layer) {
  const count = layer.weights + layer.biases;
  return count > 0 ? `${count.toLocaleString('en')} parameters` : '';
}

function sentence(part, layer, image) {
  if (!part) return `It sees ${layer.field.join('×')} pixels.`;
  if (!layer.field) return `It sees the whole image.`;
  const range = (first, count, size) => `${Math.max(0, first) + 1} to ${Math.min(size, first + count)}`;
  const outside = part.top < 0 || part.left < 0 || part.top + part.height > image.height || part.left + part.width > image.width;
  return `It sees ${layer.field.join('×')} pixels: rows ${range(part.top, part.height, image.height)}, columns `
    + `${range(part.left, part.width, image.width)}${outside ? '; the rest is padding, zeros around the image' : ''}.`;
}
