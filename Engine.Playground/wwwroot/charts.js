// What training shows: loss, histograms, kernels.
import { largestMagnitude, putScaled, sharp, signedImage, theme } from './colors.js';

const mostColumns = 600, smooth = 0.8, edge = { left: 34, right: 6, top: 6, bottom: 20 };

// A point a batch, and their exponential mean as a line.
export function drawLoss(canvas, losses, guess) {
  const width = canvas.clientWidth, height = canvas.clientHeight, context = sharp(canvas, width, height), colors = theme();
  const most = Math.max(guess * 1.15, ...losses.slice(-400).filter(Number.isFinite));
  const x = i => edge.left + (width - edge.left - edge.right) * (losses.length > 1 ? i / (losses.length - 1) : 0);
  const y = loss => edge.top + (height - edge.top - edge.bottom) * (1 - Math.min(loss, most) / most);
  context.font = '11px system-ui, sans-serif';
  context.fillStyle = colors.muted;
  context.strokeStyle = colors.line;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  const step = [.5, 1, 2, 5, 10, 50, 100, 1000].find(size => most / size <= 6) ?? most;
  for (let loss = 0; loss <= most; loss += step) {
    context.fillText(String(loss), edge.left - 6, y(loss));
    context.fillRect(edge.left, Math.round(y(loss)), width - edge.left - edge.right, .5);
  }
  context.textAlign = 'left';
  context.fillText('step 1', edge.left, height - 7);
  context.textAlign = 'right';
  if (losses.length > 1) context.fillText(`step ${losses.length}`, width - edge.right, height - 7);
  context.fillStyle = colors.muted;
  const dot = losses.length < 200 ? 4 : 2;
  context.globalAlpha = .55;
  losses.forEach((loss, i) => context.fillRect(x(i) - dot / 2, y(loss) - dot / 2, dot, dot));
  context.globalAlpha = 1;
  context.strokeStyle = colors.accent;
  context.lineWidth = 2;
  context.lineJoin = 'round';
  context.beginPath();
  let mean = 0, weight = 0;
  losses.forEach((loss, i) => {
    (mean = smooth * mean + (1 - smooth) * loss, weight = smooth * weight + 1 - smooth);
    context.lineTo(x(i), y(mean / weight));
  });
  context.stroke();
}

// Columns of shares, the newest on the right; each pixel as bright as the logarithm of its share.
export function drawHistogram(canvas, steps) {
  const every = Math.ceil(steps.length / mostColumns), columns = steps.filter((_, i) => i % every === 0);
  const count = Math.max(columns.length, 60), bins = columns[0]?.length ?? 1, numbers = new Float64Array(count * bins);
  columns.forEach((shares, i) => shares.forEach((share, bin) => {
    numbers[(bins - 1 - bin) * count + i] = Math.log1p(1000 * share) / Math.log1p(1000);
  }));
  const context = sharp(canvas, canvas.clientWidth, canvas.clientHeight);
  putScaled(context, signedImage(numbers, count, bins, 1), 0, 0, canvas.clientWidth, canvas.clientHeight);
}

// The share of outputs near zero, by the lesson: those in the first two bins.
export function nearZero(shares) {
  const all = shares.reduce((a, b) => a + b, 0);
  return all > 0 ? (shares[0] + (shares[1] ?? 0)) / all : 0;
}

// Kernels [outC, inC, kH, kW]: those of the first input channel, side by side, all on one scale.
export function drawKernels(canvas, numbers, [outputs, inputs, height, width], room) {
  const cell = Math.max(2, Math.min(8, Math.floor((room / Math.min(outputs, 8) - 4) / width))), tile = cell * width + 4;
  const columns = Math.max(1, Math.min(outputs, Math.floor((room + 4) / tile))), lines = Math.ceil(outputs / columns);
  canvas.style.width = `${columns * tile - 4}px`;
  canvas.style.height = `${lines * (cell * height + 4) - 4}px`;
  const context = sharp(canvas, columns * tile - 4, lines * (cell * height + 4) - 4), most = largestMagnitude(numbers), size = height * width;
  for (let o = 0; o < outputs; o++) {
    const image = signedImage(Float64Array.from(numbers).subarray(o * inputs * size, o * inputs * size + size), width, height, most);
    putScaled(context, image, o % columns * tile, Math.floor(o / columns) * (cell * height + 4), cell * width, cell * height);
  }
}
