// The playground's engine over HTTP: the functions that Engine.Playground/wwwroot/engine.js lists, answered by `scratch serve`.

export async function connect(report) {
  report('Asking the server for its model…');
  const model = await ask('layers');

  const image = pixels => ({
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: `{"image":[${pixels.join()}]}`,
  });

  async function posted(file) {
    const answer = await answered('pixels', { method: 'POST', headers: { 'Content-Type': file.type }, body: file });
    return new Uint8Array(await answer.arrayBuffer());
  }

  async function timed(path, pixels) {
    const before = performance.now();
    const answer = await ask(path, image(pixels));
    return { ...answer, milliseconds: performance.now() - before };
  }

  return {
    describe: async () => ({
      ...model,
      title: 'See what your network sees',
      intro: 'Draw something, or open a picture. The model of this server says what it takes it for, and shows how it came to that. '
        + 'Pictures go to this server and nowhere else.',
    }),
    // As training reads pictures: the size, the way to it and the channels are the model's. Of other formats the browser does it.
    readPicture: file => ['image/png', 'image/jpeg'].includes(file.type) ? posted(file) : undefined,
    async predict(pixels) {
      const { predictions: [{ classes }], milliseconds } = await timed(`predict?top=${model.classes.length}`, pixels);
      const probabilities = new Float64Array(model.classes.length);
      for (const one of classes) probabilities[one.class] = one.probability;
      return { probabilities: Array.from(probabilities), milliseconds };
    },
    async explain(pixels) {
      const answer = await timed('explain', pixels);
      return { ...answer, maps: answer.maps.map(map => Float32Array.from(map)), gradient: Float32Array.from(answer.gradient) };
    },
  };
}

// The JSON of an answer.
async function ask(path, request) {
  return (await answered(path, request)).json();
}

// An answer, or what the server says is wrong.
async function answered(path, request) {
  let response;
  try {
    response = await fetch(path, request);
  } catch {
    throw new Error('The server does not answer: is it still running?');
  }
  if (!response.ok) throw new Error((await response.json()).detail);
  return response;
}
