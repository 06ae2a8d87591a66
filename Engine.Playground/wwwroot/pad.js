// The drawing: pixels as the network gets them, drawn on with mouse, finger, pen or keyboard.
import { pixelImage, putScaled, sharp, theme } from './colors.js';

const reach = 1.6, full = 0.6;              // of the pen, in pixels of an image of 28: nothing beyond, white within

export function createPad(canvas, input, changed) {
  const { channels, height, width } = input, plane = width * height, unit = Math.min(width, height) / 28;
  const pixels = new Uint8Array(channels * plane);
  let field = null, cursor = null, isDown = false, last = null, isExample = false;

  function drawTo(x, y) {
    if (isExample) pixels.fill(0);
    isExample = false;
    const from = last ?? { x, y }, dx = x - from.x, dy = y - from.y, length = dx * dx + dy * dy;
    const far = reach * unit + 1;
    for (let row = Math.max(0, Math.floor(Math.min(y, from.y) - far)); row <= Math.min(height - 1, Math.max(y, from.y) + far); row++) {
      for (let column = Math.max(0, Math.floor(Math.min(x, from.x) - far)); column <= Math.min(width - 1, Math.max(x, from.x) + far); column++) {
        const px = column + .5 - from.x, py = row + .5 - from.y;
        const along = length > 0 ? Math.max(0, Math.min(1, (px * dx + py * dy) / length)) : 0;
        const distance = Math.hypot(px - along * dx, py - along * dy) / unit;
        const ink = Math.round(255 * Math.max(0, Math.min(1, (reach - distance) / (reach - full))));
        for (let c = 0; c < channels; c++) pixels[c * plane + row * width + column] = Math.max(pixels[c * plane + row * width + column], ink);
      }
    }
    last = { x, y };
    show();
    changed();
  }

  function show() {
    const side = canvas.clientWidth, cell = side / width;
    const context = sharp(canvas, side, cell * height);
    putScaled(context, pixelImage(pixels, input), 0, 0, side, cell * height);
    if (field) frame(context, field, cell, input);
    if (cursor && document.activeElement === canvas) {
      context.strokeStyle = theme().frame;
      context.lineWidth = isDown ? 3 : 1.5;
      context.strokeRect(Math.floor(cursor.x) * cell, Math.floor(cursor.y) * cell, cell, cell);
    }
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * width, (event.clientY - box.top) / box.height * height];
  }

  canvas.style.aspectRatio = `${width} / ${height}`;
  canvas.addEventListener('pointerdown', event => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    (cursor = null, isDown = true, last = null);
    drawTo(...place(event));
    event.preventDefault();
  });
  canvas.addEventListener('pointermove', event => {
    if (!isDown || !canvas.hasPointerCapture(event.pointerId)) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) drawTo(...place(one));
  });
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, () => { isDown = false; last = null; });

  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener('keydown', event => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const at = cursor ?? { x: Math.floor(width / 2) + .5, y: Math.floor(height / 2) + .5 };
    if (event.key in moves) {
      const [dx, dy] = moves[event.key];
      cursor = { x: Math.max(.5, Math.min(width - .5, at.x + dx)), y: Math.max(.5, Math.min(height - .5, at.y + dy)) };
      if (isDown) drawTo(cursor.x, cursor.y);
    } else if (event.key === ' ') {
      (cursor = at, isDown = !isDown, last = null);
      if (isDown) drawTo(at.x, at.y);
    } else if (event.key === 'Escape') isDown = false;
    else if (event.key === 'Delete' || event.key === 'Backspace') pad.clear();
    else return;
    event.preventDefault();
    show();
  });
  canvas.addEventListener('focus', () => {
    if (canvas.matches(':focus-visible')) cursor ??= { x: Math.floor(width / 2) + .5, y: Math.floor(height / 2) + .5 };
    show();
  });
  canvas.addEventListener('blur', () => { isDown = false; last = null; show(); });

  const pad = {
    pixels,
    show,
    clear() { pad.put(new Uint8Array(pixels.length)); },
    // An example makes way for the first stroke.
    put(others, { example = false } = {}) {
      pixels.set(others);
      (last = null, isExample = example);
      show();
      changed();
    },
    // The part of the image to put a frame around: { top, left, height, width } in pixels, or null.
    frame(part) {
      field = part;
      show();
    },
  };
  return pad;
}

// A frame around a part of an image that is drawn with `cell` CSS pixels for each of its own; the rest is dimmed.
export function frame(context, { top, left, height, width }, cell, image) {
  const x = Math.max(0, left), y = Math.max(0, top);
  const w = Math.min(image.width, left + width) - x, h = Math.min(image.height, top + height) - y;
  context.save();
  context.beginPath();
  context.rect(0, 0, image.width * cell, image.height * cell);
  if (w > 0 && h > 0) context.rect(x * cell, y * cell, w * cell, h * cell);
  context.fillStyle = '#00000088';
  context.fill('evenodd');
  context.strokeStyle = theme().frame;
  context.lineWidth = 2;
  if (w > 0 && h > 0) context.strokeRect(x * cell + 1, y * cell + 1, Math.max(w * cell - 2, 1), Math.max(h * cell - 2, 1));
  context.restore();
}

// Any picture file as pixels of the network's size: scaled to fit, black around it.
export async function readPicture(file, { channels, height, width }) {
  const picture = await createImageBitmap(file);
  const canvas = new OffscreenCanvas(width, height), context = canvas.getContext('2d', { willReadFrequently: true });
  const scale = Math.min(width / picture.width, height / picture.height), w = picture.width * scale, h = picture.height * scale;
  context.fillStyle = '#000';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, (width - w) / 2, (height - h) / 2, w, h);
  const { data } = context.getImageData(0, 0, width, height), plane = width * height, pixels = new Uint8Array(channels * plane);
  for (let i = 0; i < plane; i++) {
    const [red, green, blue] = data.subarray(4 * i, 4 * i + 3), grey = .299 * red + .587 * green + .114 * blue;
    for (let c = 0; c < channels; c++) pixels[c * plane + i] = channels >= 3 ? data[4 * i + Math.min(c, 2)] : Math.round(grey);
  }
  return pixels;
}
