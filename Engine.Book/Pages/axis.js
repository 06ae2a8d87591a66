// The axis of chapter 2 under the reader's numbers. What AxisStrip draws and WindowAxis says, again: a test compares them in a browser.
'use strict';
(() => {
  const SIDE = 22, LEFT = 66, BAR = 6, GAP = 4;                              // as in AxisSliders and AxisStrip
  const template = document.querySelector('figure template'), figure = template.parentElement;
  figure.querySelector(':scope > svg, :scope > .scroll').remove();
  template.replaceWith(template.content);
  const picture = figure.querySelector('svg');
  const inputs = ['input', 'kernel', 'stride', 'padding', 'dilation'].map(name => document.getElementById(`axis-${name}`));
  const count = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`;

  function draw(n, k, stride, padding, dilation, span, output) {
    const read = new Set();
    for (let o = 0; o < output; o++)
      for (let i = 0; i < k; i++) read.add(o * stride - padding + i * dilation);
    const x = LEFT - padding * SIDE, shapes = [];
    const rect = (style, left, top, width, height, corner) => shapes.push(
      `<rect class="${style}" x="${left}" y="${top}" width="${width}" height="${height}"${corner ? ` rx="${corner}"` : ''}></rect>`);
    for (let i = -padding; i < n + padding; i++)
      rect(i < 0 || i >= n ? 'pad' : read.has(i) ? 'cell' : 't7', x + (i + padding) * SIDE + 0.5, 0.5, SIDE - 1, SIDE - 1);
    const levels = Math.min(Math.max(Math.ceil(span / stride), 1), Math.max(output, 1));
    for (let o = 0; o < output; o++) {
      const top = SIDE + GAP + o % levels * (BAR + GAP), middle = top + BAR / 2;
      for (let i = 0; i < k; i++) rect(`fill o${o % 4}`, x + (o * stride + i * dilation) * SIDE + 1.5, top, SIDE - 3, BAR, 2);
      if (k > 1)
        shapes.push(`<path class="o${o % 4}" d="M${x + o * stride * SIDE + 2} ${middle}L${x + (o * stride + span) * SIDE - 2} ${middle}"></path>`);
    }
    picture.innerHTML = shapes.join('');
    return [...Array(n).keys()].filter(i => !read.has(i)).length;
  }

  function turn() {
    const [n, k, stride, padding, dilation] = inputs.map(input => +input.value);
    for (const input of inputs) input.nextElementSibling.value = input.value;
    const padded = n + 2 * padding, span = dilation * (k - 1) + 1, room = padded - span;
    const output = room < 0 ? 0 : Math.floor(room / stride) + 1;
    const unread = draw(n, k, stride, padding, dilation, span, output);
    const above = `${n} + 2·${padding} - ${dilation === 1 ? k : `${dilation}·(${k} - 1) - 1`}`;
    let formula = `(${above})//${stride} + 1 = ${output}`, words;
    if (room < 0) {
      formula = `${above} < 0`;
      words = `The window spans ${span}, larger than the padded axis of ${padded}: it fits nowhere, and a network with such a layer is refused.`;
    } else {
      const moves = stride === 1 ? count(output - 1, 'move') : `${count(output - 1, 'move')} of ${stride}`;
      words = `The window spans ${span} of ${count(padded, 'pixel')}${padding ? ', zeros included' : ''}. ${room} left: ${moves}, `
        + `and with the first place ${count(output, 'output')}${output === n ? ', as many as pixels' : ''}.`
        + (unread ? ` No window reads ${count(unread, 'pixel')} (red).` : '');
    }
    document.getElementById('axis-formula').textContent = formula;
    document.getElementById('axis-words').textContent = words;
    picture.setAttribute('aria-label', `${count(n, 'pixel')}, a window of ${k}, stride ${stride}, padding ${padding}, dilation ${dilation}: `
      + count(output, 'place'));
  }

  for (const input of inputs) input.addEventListener('input', turn);
  turn();
})();
