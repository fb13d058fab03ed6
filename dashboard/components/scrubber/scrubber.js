// A recorded run under one slider. Everything is in the browser after the first message: sliding and
// playing ask the server for nothing. published.py puts figures.js and scrubber.css before this text.

const known = new Map(); // id -> recording, kept over page changes until the tab is reloaded
const played = new Set(); // ids that have played by themselves
const states = new WeakMap(); // element -> what it shows
const PLAY_SECONDS = 10; // from the first frame to the last at speed 1
const HEIGHTS = { loss: 280, attention: 340, map: 400, weights: 250, gradients: 250 };

// ---------------------------------------------------------------- the recording

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

function opened(frame) {
  return { ...frame, attention: bytes(frame.attention), places: new Int8Array(bytes(frame.places).buffer) };
}

function received(message) {
  if (message.recording) {
    const recording = message.recording;
    known.set(message.id, { ...recording, figures: message.figures, frames: recording.frames.map(opened) });
    return true;
  }
  const recording = known.get(message.id);
  const changes = message.changes;
  if (!recording) return false;
  for (const name of ["rows", "checks"]) {
    const { from, ...columns } = changes[name];
    if (recording[name].step.length < from) return false;
    for (const [column, values] of Object.entries(columns)) {
      recording[name][column] = [...recording[name][column].slice(0, from), ...values];
    }
  }
  if (recording.moments.length < changes.moments_from) return false;
  recording.moments = [...recording.moments.slice(0, changes.moments_from), ...changes.moments];
  recording.ended = changes.ended;
  const frames = new Map(recording.frames.map((frame) => [frame.step, frame]));
  for (const frame of changes.frames ?? []) frames.set(frame.step, opened(frame));
  if (!changes.kept.every((step) => frames.has(step))) return false;
  recording.frames = changes.kept.map((step) => frames.get(step));
  if (changes.map) {
    const { reach, share, places } = changes.map;
    Object.assign(recording, { reach, share });
    recording.frames.forEach((frame, i) => (frame.places = new Int8Array(bytes(places[i]).buffer)));
  }
  return true;
}

// The square matrix of one layer and head out of its rows up to the diagonal.
function matrix(recording, frame, layer, head) {
  const size = recording.sentence.length;
  let at = ((layer * recording.heads + head) * size * (size + 1)) / 2;
  return Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column) => (column <= row ? frame.attention[at++] / 255 : null)),
  );
}

// The last entry of a growing list that is not after this step.
const latest = (list, step) => list.findLast((entry) => entry.step <= step);

function lossAt(checks, step) {
  const place = checks.step.findLastIndex((checked) => checked <= step);
  return place < 0 ? {} : { train: checks.train[place], validation: checks.validation[place] };
}

// ---------------------------------------------------------------- the page

const SIGNS = { " ": "␣", "\n": "↵", "\t": "⇥", "\r": "␍", "\u00a0": "⍽" };
const visible = (token) =>
  token.replace(/[ \n\t\r\u00a0]/g, (sign) => SIGNS[sign]).replace(/[\p{Cc}\p{Cf}]/gu, (c) => `‹${c.codePointAt(0).toString(16)}›`);
const number = (value, digits = 2) => (value === null || value === undefined ? "–" : value.toFixed(digits));
const share = (value) => `${Math.round(100 * value)} %`;

function view(name, title, hint, ...inside) {
  const section = make("section", { className: name }, make("h4", { textContent: title }));
  section.setAttribute("aria-label", title);
  if (hint) section.append(make("p", { className: "hint", textContent: hint }));
  section.append(...inside);
  return section;
}

function chart(state, name, alt) {
  const box = make("div", { className: "figure" });
  box.style.height = `${HEIGHTS[name]}px`;
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", alt);
  state.boxes[name] = box;
  return box;
}

function build(root) {
  if (!document.querySelector("style[data-scrubber]")) {
    const style = make("style", { textContent: STYLE });
    style.dataset.scrubber = "";
    document.head.append(style);
  }
  const state = { root, boxes: {}, place: 0, layer: 0, head: 0, queue: Promise.resolve() };
  state.button = make("button", { type: "button", className: "play", textContent: "Play" });
  state.slider = make("input", { type: "range", min: 0, step: 1 });
  state.slider.setAttribute("aria-label", "Step of the recorded run");
  state.speed = make("select", {}, ...[0.5, 1, 2, 4].map((n) => make("option", { value: n, textContent: `${n} ×` })));
  state.speed.value = "1";
  state.readout = make("div", { className: "readout" });
  const transport = make("div", { className: "transport" },
    state.button, state.slider, make("label", { className: "speed" }, "Speed ", state.speed), state.readout);
  state.transport = transport;
  state.title = make("p", { className: "small" });
  state.ended = make("p", { className: "ended" });
  state.free = { about: make("p", { className: "small" }), text: make("p", { className: "passage", tabIndex: 0 }) };
  state.recited = { about: make("p", { className: "small" }), text: make("p", { className: "passage", tabIndex: 0 }) };
  state.places = make("div", { className: "places" });
  state.heads = make("div", { className: "heads" });
  state.heads.setAttribute("role", "radiogroup");
  state.heads.setAttribute("aria-label", "Layer and head");
  state.headName = make("p", { className: "small" });
  state.mapHint = make("p", { className: "hint" });
  const mapView = view("map", "Where is each token moved?", "", state.mapHint, chart(state, "map", "Movement of the most frequent tokens' vectors"));
  root.replaceChildren(
    transport,
    view("loss", "Loss", "", state.title, chart(state, "loss", "Loss over the updates made, with a line at the slider's step"), state.ended),
    make("div", { className: "pair" },
      view("written", "What does it write?", "Underlined: stands word for word in the training text.",
        state.free.about, state.free.text, state.recited.about, state.recited.text),
      view("example", "Where does it err?", "Loss at each place of the training text's first words, in nats.", state.places)),
    make("div", { className: "pair" },
      view("attention", "Who looks at whom?", "One small square per head; choose one. Rows look at columns.",
        state.heads, state.headName, chart(state, "attention", "Attention of the chosen head on the pinned sentence")),
      mapView),
    make("div", { className: "pair" },
      view("weights", "How long are the weights?", "", chart(state, "weights", "Length of the weights of each part")),
      view("gradients", "Where do the gradients pull?", "", chart(state, "gradients", "Length of the gradients of each part"))),
  );

  state.button.onclick = () => (state.playing ? pause(state) : play(state));
  state.slider.oninput = () => {
    pause(state);
    go(state, Number(state.slider.value));
  };
  state.watch = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    if (state.autoplay && !played.has(state.id)) play(state);
    state.autoplay = false;
  }, { threshold: 0.6 });
  state.watch.observe(transport);
  return state;
}

// ---------------------------------------------------------------- moving

const last = (state) => state.recording.frames.length - 1;

function go(state, place) {
  state.place = place;
  draw(state);
}

function pause(state) {
  cancelAnimationFrame(state.playing);
  state.playing = 0;
  state.button.textContent = "Play";
}

function play(state) {
  played.add(state.id);
  let place = state.place >= last(state) ? 0 : state.place;
  let before = performance.now();
  let drawn = 0;
  state.button.textContent = "Pause";
  const tick = (now) => {
    place += ((now - before) / 1000) * (Number(state.speed.value) / PLAY_SECONDS) * Math.max(last(state), 8);
    before = now;
    const end = place >= last(state);
    if (end || now - drawn > (still() ? 500 : 66)) {
      drawn = now;
      go(state, end ? last(state) : still() ? Math.floor(place) : place);
    }
    if (end) pause(state);
    else state.playing = requestAnimationFrame(tick);
  };
  state.playing = requestAnimationFrame(tick);
}

// ---------------------------------------------------------------- drawing

// Everything that depends on the recording alone; also after a change of theme.
async function settle(state) {
  const Plotly = await plotly();
  const look = theme(state.root);
  const recording = state.recording;
  state.look = look;
  state.colours = recording.figures.attention.data[0].colorscale.map(([, hex]) => (look.dark ? (DARK[hex] ?? hex) : hex));
  for (const [name, box] of Object.entries(state.boxes)) {
    const { data, layout } = dressed(recording.figures[name], look);
    layout.height = Math.round((HEIGHTS[name] * look.size) / 13); // taller where letters are larger
    box.style.height = `${layout.height}px`;
    layout.autosize = true;
    layout.hovermode = name === "loss" ? "x unified" : "closest";
    await Plotly.react(box, data, layout, { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: "reset" });
  }
  if (!state.wired) {
    state.wired = true;
    state.boxes.loss.on("plotly_click", ({ points }) => {
      pause(state);
      const step = points[0].x;
      const frames = state.recording.frames;
      go(state, frames.reduce((best, frame, i) => (Math.abs(frame.step - step) < Math.abs(frames[best].step - step) ? i : best), 0));
    });
  }
  state.title.textContent = recording.title;
  heads(state);
  places(state);
}

function heads(state) {
  const { layers, heads: count } = state.recording;
  state.heads.style.gridTemplateColumns = `auto repeat(${count}, auto)`;
  state.heads.classList.toggle("many", count > 8);
  state.thumbs = [];
  const children = [];
  for (let layer = 0; layer < layers; layer++) {
    children.push(make("span", { textContent: `block ${layer + 1}` }));
    for (let head = 0; head < count; head++) {
      const size = state.recording.sentence.length;
      const canvas = make("canvas", { width: size, height: size });
      const button = make("button", { type: "button", onclick: () => choose(state, layer, head) }, canvas);
      button.setAttribute("role", "radio");
      button.setAttribute("aria-label", `Block ${layer + 1}, head ${head + 1}`);
      button.onkeydown = (event) => {
        const move = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
        if (!move) return;
        event.preventDefault();
        event.stopPropagation();
        choose(state, (layer + move[0] + layers) % layers, (head + move[1] + count) % count, true);
      };
      state.thumbs.push({ layer, head, canvas, button });
      children.push(button);
    }
  }
  state.heads.replaceChildren(...children);
  choose(state, Math.min(state.layer, layers - 1), Math.min(state.head, count - 1));
}

function choose(state, layer, head, focus = false) {
  Object.assign(state, { layer, head });
  for (const thumb of state.thumbs) {
    const chosen = thumb.layer === layer && thumb.head === head;
    thumb.button.setAttribute("aria-checked", String(chosen));
    thumb.button.tabIndex = chosen ? 0 : -1;
    if (chosen && focus) thumb.button.focus();
  }
  state.headName.textContent = `Block ${layer + 1}, head ${head + 1}`;
  draw(state);
}

function places(state) {
  const { example } = state.recording;
  state.chips = example.map((token) => {
    const small = make("small");
    return { small, chip: make("span", {}, visible(token), small) };
  });
  state.places.replaceChildren(...state.chips.map(({ chip }) => chip));
}

// One drawing at a time; of those that wait only the newest counts.
function draw(state) {
  if (state.waiting) return;
  state.waiting = true;
  state.queue = state.queue.then(() => {
    state.waiting = false;
    return picture(state);
  }).catch((error) => failed(state, error));
}

function failed(state, error) {
  state.readout.textContent = `The recorded run could not be drawn: ${error.message}. Reload the page.`;
}

async function picture(state) {
  if (!state.look) return;
  const { recording, boxes } = state;
  const place = Math.min(state.place, last(state));
  const whole = Math.floor(place);
  const frame = recording.frames[whole];
  const again = state.shown !== `${state.id} ${whole} ${state.layer} ${state.head} ${state.version}`;
  map(state, place);
  if (!again) return;
  state.shown = `${state.id} ${whole} ${state.layer} ${state.head} ${state.version}`;
  state.slider.max = last(state);
  state.slider.value = whole;
  readout(state, frame);
  loss(state, frame.step);
  written(state, frame.step);
  erring(state, frame);
  const z = matrix(recording, frame, state.layer, state.head);
  Plotly.restyle(boxes.attention, { z: [z] }, [0]);
  for (const thumb of state.thumbs) small(state, thumb, matrix(recording, frame, thumb.layer, thumb.head));
  for (const name of ["weights", "gradients"]) {
    const most = Math.max(1e-9, ...recording.frames.flatMap((each) => each[name].map((value) => value ?? 0)));
    Plotly.update(boxes[name], { x: [frame[name]] }, { "xaxis.range": [0, 1.12 * most] }, [0]);
  }
}

function readout(state, frame) {
  const { recording } = state;
  const row = recording.rows.step.findLastIndex((step) => step < frame.step);
  const { train, validation } = lossAt(recording.checks, frame.step);
  const facts = [`step ${frame.step.toLocaleString("en")} of ${recording.total.toLocaleString("en")}`];
  if (row >= 0) facts.push(`${recording.rows.tokens[row].toLocaleString("en")} tokens seen`);
  if (train !== undefined) facts.push(`training loss ${number(train)}`, `validation loss ${number(validation)}`);
  if (typeof train === "number" && typeof validation === "number") facts.push(`gap ${number(validation - train)}`);
  if (row >= 0) {
    facts.push(`learning rate ${Number(recording.rows.rate[row]?.toPrecision(2))}`);
    facts.push(`gradient ${number(recording.rows.norm[row])}${recording.rows.clipped[row] ? ", clipped" : ""}`);
  }
  const [step, ...rest] = facts;
  state.readout.replaceChildren(make("b", { textContent: step }), ` · ${rest.join(" · ")}`);
  state.slider.setAttribute("aria-valuetext", facts.slice(0, 4).join(", "));
  state.ended.textContent = recording.ended;
}

function loss(state, step) {
  const { rows, checks } = state.recording;
  const [low, high] = state.boxes.loss.layout.yaxis.range ?? [0, 1];
  const lines = [[rows.step, rows.loss], [checks.step, checks.train], [checks.step, checks.validation], [[step, step], [low, high]]];
  if (state.lossVersion === `${state.id} ${state.version}`) {
    Plotly.restyle(state.boxes.loss, { x: [lines[3][0]], y: [lines[3][1]] }, [3]);
  } else {
    state.lossVersion = `${state.id} ${state.version}`;
    const most = Math.max(...[...rows.loss, ...checks.validation].filter(Number.isFinite));
    if (most > high) Plotly.relayout(state.boxes.loss, { "yaxis.range": [low, Math.min(most * 1.05, 2.2 * high)] });
    Plotly.restyle(state.boxes.loss, { x: lines.map(([x]) => x), y: lines.map(([, y]) => y) }, [0, 1, 2, 3]);
  }
}

function written(state, step) {
  const moment = latest(state.recording.moments, step);
  for (const [name, title] of [["free", "Your sentence goes on"], ["recited", "The training text's first words go on"]]) {
    const { about, text } = state[name];
    const said = moment?.[name];
    const letters = said?.parts.reduce((sum, [part]) => sum + part.length, 0) || 1;
    const copied = said?.parts.reduce((sum, [part, is]) => sum + (is ? part.length : 0), 0) ?? 0;
    about.textContent = said ? `${title}, after ${moment.step.toLocaleString("en")} steps · ${share(copied / letters)} copied` : "";
    text.replaceChildren(...(said ? [make("span", { className: "prompt", textContent: said.prompt }),
      ...said.parts.map(([part, is]) => make("span", { className: is ? "train" : "", textContent: part }))] : []));
  }
}

function erring(state, frame) {
  const most = Math.log(state.recording.settings.vocab_size || 512);
  state.chips.forEach(({ chip, small: label }, i) => {
    const loss = i ? frame.losses[i - 1] : null;
    chip.style.setProperty("--share", i ? Math.min(1, (loss ?? most) / most) : 0);
    label.textContent = i ? number(loss, 1) : "given";
  });
}

function small(state, { canvas }, rows) {
  const context = canvas.getContext("2d");
  const colours = state.colours;
  rows.forEach((row, y) =>
    row.forEach((weight, x) => {
      context.fillStyle = colours[Math.round((weight ?? 0) * (colours.length - 1))];
      context.fillRect(x, y, 1, 1);
    }),
  );
}

function map(state, place) {
  const { frames, words } = state.recording;
  const whole = Math.floor(place);
  const part = place - whole;
  const here = frames[whole].places;
  const next = frames[Math.min(whole + 1, frames.length - 1)].places;
  const at = (i) => (here[i] * (1 - part) + next[i] * part) / 127;
  const x = words.map((_, i) => at(2 * i));
  const y = words.map((_, i) => at(2 * i + 1));
  const wayX = [];
  const wayY = [];
  words.forEach((_, i) => {
    for (const frame of frames.slice(0, whole + 1)) {
      wayX.push(frame.places[2 * i] / 127);
      wayY.push(frame.places[2 * i + 1] / 127);
    }
    wayX.push(x[i], null);
    wayY.push(y[i], null);
  });
  Plotly.restyle(state.boxes.map, { x: [x, wayX], y: [y, wayY] }, [0, 1]);
}

// ---------------------------------------------------------------- the component

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".scrubber");
  const message = JSON.parse(new TextDecoder().decode(data));
  const state = states.get(root) ?? build(root);
  states.set(root, state);
  const whole = received(message);
  if (!whole) {
    setTriggerValue("lack", message.id); // a message went missing: send everything
    if (!known.has(message.id)) return;
  }
  const fresh = state.id !== message.id;
  const followed = !fresh && state.live && state.place >= state.lastPlace;
  state.id = message.id;
  state.live = message.live;
  state.recording = known.get(message.id);
  state.version = (state.version ?? 0) + 1;
  const { dark } = theme(root);
  const redress = fresh || state.look?.dark !== dark || message.recording;
  if (fresh) {
    pause(state);
    state.autoplay = message.play && !still() && !played.has(message.id);
    state.place = state.autoplay ? 0 : last(state);
    if (state.autoplay) {
      state.watch.unobserve(state.transport);
      state.watch.observe(state.transport); // tells at once whether it is in sight
    }
  } else if (followed && !state.playing) {
    state.place = last(state);
  }
  state.lastPlace = last(state);
  state.mapHint.textContent =
    "Each token begins in the middle, wherever chance had put its vector. Drawn is how far training has moved it since, " +
    `along the two directions that show most of the newest step's movement (${share(state.recording.share)}): ` +
    "what is pushed alike ends up together.";
  if (redress) state.queue = state.queue.then(() => settle(state)).catch((error) => failed(state, error));
  draw(state);

  return () => {
    pause(state);
    state.watch.disconnect();
    for (const box of Object.values(state.boxes)) window.Plotly?.purge(box);
    states.delete(root);
  };
}
