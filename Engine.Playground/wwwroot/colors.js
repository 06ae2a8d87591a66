// Colours of numbers, from the style sheet, so that they follow the theme.

export function theme() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(['zero', 'plus', 'minus', 'frame', 'line', 'text', 'muted', 'accent'].map(name =>
    [name, style.getPropertyValue(`--${name}`).trim()]));
}

function channels(hex) {
  return [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
}

// An image of numbers [height, width]: from `minus` at -most through `zero` to `plus` at most; small ones a little stronger than in proportion.
export function signedImage(numbers, width, height, most) {
  const { zero, plus, minus } = theme(), middle = channels(zero), ends = [channels(minus), channels(plus)];
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const share = most > 0 ? Math.min(1, Math.abs(numbers[i] / most)) ** .7 : 0, end = ends[numbers[i] > 0 ? 1 : 0];
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = middle[c] + (end[c] - middle[c]) * share;
    image.data[4 * i + 3] = 255;
  }
  return image;
}

// Pixels [C, H, W] as they are: grey, or red, green and blue.
export function pixelImage(pixels, { channels: count, height, width }) {
  const image = new ImageData(width, height), plane = width * height;
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[count >= 3 ? c * plane + i : i];
    image.data[4 * i + 3] = 255;
  }
  return image;
}

// Puts an image into a rectangle of a canvas: enlarged pixel by pixel, or smoothly reduced.
export function putScaled(context, image, x, y, width, height) {
  const small = new OffscreenCanvas(image.width, image.height);
  small.getContext('2d').putImageData(image, 0, 0);
  context.imageSmoothingEnabled = width < image.width;
  context.drawImage(small, x, y, width, height);
}

export function largestMagnitude(numbers) {
  let most = 0;
  for (const number of numbers) most = Math.max(most, Math.abs(number));
  return most;
}

// Makes a canvas as sharp as the screen; sizes and drawing are in CSS pixels.
export function sharp(canvas, width, height) {
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  context.setTransform(scale, 0, 0, scale, 0, 0);
  return context;
}
