// The whole model, one block of it unfolded, one part opened, one number written out. All numbers are
// Python's. What is on screen is a function of where the learner stands: the block, the step (the
// part that is open), head and cell; so every way leads back. published.py puts numbers.js, STYLE and
// the other files of this folder before this text.

const kept = new WeakMap(); // element -> its drawing
const EARLIER_PARTS = 24; // of earlier messages that are kept
const PACE = 1600; // milliseconds a step stays, at speed 1
const SPEEDS = [0.5, 1, 2, 4];
const RESULT = "probabilities"; // what is open while no step is
const WORDS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".model");
  let drawing = kept.get(root);
  if (!drawing) kept.set(root, (drawing = new Model(root)));
  Object.assign(drawing, { setStateValue, setTriggerValue });
  drawing.take(data);
  return () => {
    clearTimeout(drawing.timer);
    clearTimeout(drawing.playing);
    drawing.watch.disconnect();
    kept.delete(root);
  };
}

class Model {
  constructor(root) {
    this.root = root;
    const button = (textContent, label, onclick) => make("button", { type: "button", textContent, title: label, onclick });
    this.play = button("Play", "Play (Space)", () => this.toggle());
    this.back = button("Back", "One step back (left arrow)", () => this.walk(-1));
    this.on = button("Next", "One step on (right arrow)", () => this.walk(1));
    this.rest = button("Whole", "The whole model (Escape)", () => this.go(""));
    this.speed = make("select", { "aria-label": "Speed" }, ...SPEEDS.map((speed) => make("option", { value: speed, textContent: `${speed} ×`, selected: speed === 1 })));
    this.where = make("span", { className: "where" });
    this.counter = make("span", { className: "counter" });
    this.gauge = make("i", {});
    this.says = make("p", { className: "words", "aria-live": "polite" });
    this.whole = this.stage("whole", "The whole model; arrow keys go from part to part, Space plays");
    this.inner = this.stage("inner", "The unfolded block; arrow keys go from part to part, Space plays");
    this.fan = document.createElementNS(SVG, "svg");
    this.fan.setAttribute("class", "fan");
    this.legend = make("p", { className: "legend" });
    this.heatmap = new Heatmap((cell, chosen) => this.point(cell, chosen));
    this.heatmap.canvas.onkeydown = (event) => this.pressed(event);
    this.strips = new Strips();
    this.title = make("p", { className: "title" });
    this.slider = make("input", { type: "range", min: 1, step: 1, "aria-label": "Head" });
    this.slider.oninput = () => this.set({ head: Number(this.slider.value) - 1 });
    this.heads = make("label", { className: "head" }, make("output"), this.slider);
    this.facts = make("p", { className: "facts" });
    this.values = make("p", { className: "values" });
    this.line = make("p", { className: "line", "aria-live": "polite" });
    this.panel = make("div", { className: "panel" }, make("div", { className: "desk" }, this.title, this.heads), this.heatmap.box, this.facts, this.values, this.line, this.strips.box);
    root.replaceChildren(
      make("style", { textContent: STYLE }),
      make("div", { className: "desk" }, this.play, this.back, this.on, this.rest, this.speed, this.where,
        make("span", { className: "count" }, this.counter, make("span", { className: "gauge" }, this.gauge))),
      this.says, this.whole.box, this.fan, this.inner.box, this.legend, this.panel,
    );
    root.onkeydown = (event) => this.steer(event);
    this.watch = new ResizeObserver(() => this.head && this.later());
    this.watch.observe(root);
  }

  stage(className, label) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "wires");
    const row = make("div", { className: "row" });
    return { svg, row, box: make("div", { className, role: "group", "aria-label": label }, svg, row), nodes: new Map() };
  }

  // ---------------------------------------------------------------- what arrives

  take(data) {
    const { head, parts } = assembled(data, EARLIER_PARTS);
    if (!parts) return this.setTriggerValue("lack", Date.now());
    if (this.head?.origin !== head.origin) this.blocks = new Map();
    if (this.head && this.head.words.join() !== head.words.join()) Object.assign(this.state, { row: -1, column: 0 });
    this.head = head;
    this.letters = head.letters;
    this.words = head.words;
    this.ids = head.tokens;
    this.colours = look(this.root, head.scales);
    this.outside = this.tensors(head.outside, parts.ends);
    this.blocks.set(head.block, this.tensors(head.inside, parts.block));
    const [block, step, column] = head.row;
    this.known = parts.row ? { block, step, column, row: new Float32Array(parts.row) } : null;
    this.state = this.valid(this.state ?? { ...head.state });
    this.build();
    this.show();
  }

  // Name -> a part with its values and the numbers beside them, as they lie one after the other.
  tensors(parts, bytes) {
    const all = new Float32Array(bytes);
    let from = 0;
    const next = (length) => all.subarray(from, (from += length));
    return new Map(parts.map((part) => {
      const values = next(part.size[0] * part.size[1] * part.size[2]);
      const beside = Object.fromEntries(part.beside.map(([key, length]) => [key, next(length)]));
      return [part.name, { ...part, values, besides: beside }];
    }));
  }

  valid(state) {
    const block = Math.min(state.block, this.head.layers - 1);
    const there = this.outside.has(state.step) || (this.blocks.get(block) ?? this.blocks.values().next().value).has(state.step);
    return { ...state, block, step: there && state.step !== `block${block + 1}` ? state.step : "" };
  }

  // What arithmetic.js asks for.
  part(name) { return this.inside().get(name) ?? this.outside.get(name); }
  inside() { return this.blocks.get(this.state.block) ?? this.blocks.get(this.head.block); }
  at(name, h, r, c) {
    const { size, values } = this.part(name);
    return values[(h * size[1] + r) * size[2] + c];
  }
  beside(name, key) { return this.part(name).besides[key]; }
  row(part, c) {
    const { known } = this;
    const here = known && known.step === part.name && known.column === c && (known.block === this.state.block || this.outside.has(part.name));
    return here ? known.row : null;
  }

  // All steps in order: the opened block one by one, every other one as a whole.
  order() {
    const own = `block${this.state.block + 1}`;
    return [...this.outside.keys()].flatMap((name) => (name === own ? [...this.inside().keys()] : [name]));
  }

  // ---------------------------------------------------------------- the drawing

  build() {
    const { whole, inner } = this;
    const names = [...this.outside.keys(), ...this.inside().keys()].join();
    if (this.built !== names) {
      this.built = names;
      whole.nodes = new Map([...this.outside.values()].map((part) => [part.name, node(part, (name) => this.choose(name))]));
      inner.nodes = new Map([...this.inside().values()].map((part) => [part.name, node(part, (name) => this.choose(name))]));
      for (const name of ["tokens", RESULT]) whole.nodes.get(name).children[1].replaceWith(make("span", { className: "list" }));
      const tables = make("div", { className: "pile" }, whole.nodes.get("token_vectors"), whole.nodes.get("position_vectors"));
      const blocks = make("div", { className: "blocks" }, ...[...whole.nodes].filter(([name]) => name.startsWith("block")).map(([, each]) => each));
      blocks.classList.toggle("many", this.head.layers > 8);
      const of = (name) => whole.nodes.get(name);
      whole.row.replaceChildren(of("tokens"), tables, of("embedded"), blocks, of("final_norm"), of("logits"), of(RESULT));
      this.enter = make("span", { className: "part enter" }, make("b", { textContent: "x" }), make("canvas", { className: "thumb" }), make("span", { className: "shape" }), make("small", { className: "learned" }));
      inner.nodes = new Map([["enter", this.enter], ...inner.nodes]);
      inner.row.replaceChildren(...inner.nodes.values());
      for (const [name, [column, row]] of Object.entries({ enter: [1, 4], ...COLUMNS })) {
        inner.nodes.get(name).style.gridArea = `${row} / ${column}`;
      }
    }
    for (const [name, each] of whole.nodes) dress(each, this.outside.get(name), this, this.colours);
    for (const [name, each] of inner.nodes) if (name !== "enter") dress(each, this.inside().get(name), this, this.colours);
    for (const [name, each] of whole.nodes) if (name.startsWith("block") && this.head.layers > 8) each.children[0].textContent = name.slice(5);
    this.dressEnds();
    this.legend.replaceChildren(...Object.entries(this.letters).map(([letter, [size, says]]) => {
      const word = make("span", { tabIndex: -1 }, make("i", { className: `l l-${letter}`, textContent: letter }), ` = ${count(size)} ${says}`);
      word.onpointerenter = () => (this.root.dataset.letter = letter);
      word.onpointerleave = () => delete this.root.dataset.letter;
      return word;
    }));
    this.root.onpointerover = ({ target }) => {
      const letter = target.closest?.(".l")?.className.slice(-1);
      if (letter) this.root.dataset.letter = letter;
      else if (!target.closest?.(".legend")) delete this.root.dataset.letter;
    };
  }

  // The sentence on the left, what may come next on the right.
  dressEnds() {
    const { words, next } = this.head;
    const shown = words.length > 5 ? [...words.slice(0, 2), "…", ...words.slice(-2)] : words;
    this.whole.nodes.get("tokens").children[1].replaceChildren(...shown.map((word) => make("span", { textContent: word })));
    const last = words.length - 1;
    this.whole.nodes.get(RESULT).children[1].replaceChildren(...next.slice(0, 5).map((word, c) => {
      const chance = this.at(RESULT, 0, last, c);
      const bar = make("span", {}, make("em", { textContent: word }), make("small", { textContent: percent(chance) }));
      bar.style.setProperty("--share", `${100 * chance}%`);
      return bar;
    }));
    const enters = this.part(this.stream());
    const [title, picture, size] = this.enter.children;
    thumbnail(picture, this, enters, this.colours);
    title.textContent = "x";
    this.enter.title = `What enters: ${this.state.block ? `the result of block ${this.state.block}` : "token and place, added"}`;
    const { words: letters, numbers } = shape(enters, this.letters);
    size.replaceChildren(make("span", {}, ...letters), make("span", { className: "numbers", textContent: numbers }));
  }

  stream() { return this.state.block ? `block${this.state.block}` : "embedded"; }

  later() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.show());
  }

  lines() {
    const narrow = this.root.clientWidth < 640;
    if (this.root.classList.toggle("narrow", narrow) !== this.wasNarrow) {
      this.wasNarrow = narrow;
      if (!narrow) this.root.insertBefore(this.inner.box, this.legend);
    }
    const open = this.whole.nodes.get(`block${this.state.block + 1}`);
    if (narrow) {
      if (open.nextSibling !== this.inner.box) open.after(this.inner.box);
      return;
    }
    const layers = Array.from({ length: this.head.layers }, (_, i) => `block${i + 1}`);
    const way = ["embedded", ...layers, "final_norm", "logits", RESULT];
    wires(this.whole.svg, this.whole.row, this.whole.nodes, [
      ["tokens", "token_vectors"], ["token_vectors", "embedded"], ["position_vectors", "embedded"],
      ...way.slice(1).map((name, i) => [way[i], name, i < layers.length ? "stream" : ""]),
    ]);
    wires(this.inner.svg, this.inner.row, this.inner.nodes, [
      ["enter", "sum1", "stream"], ["sum1", "sum2", "stream"], ["enter", "norm1", "up"], ["sum1", "norm2", "up"],
      ["norm1", "queries"], ["norm1", "keys"], ["norm1", "values"], ["queries", "scores"], ["keys", "scores"], ["scores", "masked"], ["masked", "weights"],
      ["weights", "context"], ["values", "context"], ["context", "projected"], ["projected", "sum1", "down"],
      ["norm2", "widened"], ["widened", "activated"], ["activated", "narrowed"], ["narrowed", "sum2", "down"],
    ]);
    for (const path of this.root.querySelectorAll(".wires path")) path.classList.toggle("lit", path.dataset.to === this.state.step);
    const [outer, box] = [this.root.getBoundingClientRect(), open.getBoundingClientRect()];
    const [left, right] = [box.left - outer.left, box.right - outer.left];
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", `M${left},0 H${right} L${outer.width},20 H0 Z`);
    this.fan.replaceChildren(path);
  }

  // ---------------------------------------------------------------- what is on screen

  show() {
    const order = this.order();
    const { step } = this.state;
    const now = order.indexOf(step);
    const passed = now < 0 ? order.length : now + 1;
    const learned = order.slice(0, passed).reduce((sum, name) => sum + this.part(name).parameters, 0);
    this.counter.textContent = `${count(learned)} of ${count(this.head.parameters)} parameters used`;
    this.gauge.style.width = `${(100 * learned) / this.head.parameters}%`;
    this.where.textContent = now < 0 ? `${order.length} steps` : `Step ${passed} of ${order.length}`;
    set(this.play, "textContent", this.playing ? "Pause" : "Play");
    this.back.disabled = now < 0;
    this.rest.disabled = now < 0;
    this.root.classList.toggle("stepping", now >= 0);
    const open = this.part(step || RESULT);
    const lit = new Set([step, ...(now < 0 ? [] : open.of)]);
    const mark = (each, name, place) => {
      each.classList.toggle("current", name === step);
      each.classList.toggle("lit", lit.has(name));
      each.classList.toggle("later", now >= 0 && place > now);
      each.tabIndex = name === (step || order[0]) ? 0 : -1;
      if (name === step) each.setAttribute("aria-current", "step");
      else each.removeAttribute("aria-current");
    };
    const own = `block${this.state.block + 1}`;
    const first = order.indexOf("norm1");
    for (const [name, each] of this.whole.nodes) {
      mark(each, name, name === own ? first : order.indexOf(name));
      each.classList.toggle("unfolded", name === own);
      if (name === own) each.classList.toggle("lit", this.inside().has(step) || lit.has(own));
    }
    for (const [name, each] of this.inner.nodes) if (name !== "enter") mark(each, name, order.indexOf(name));
    this.enter.classList.toggle("lit", lit.has(this.stream()));
    this.enter.classList.toggle("later", now >= 0 && now < first);
    this.say(open, now);
    this.openPart(open);
    this.lines();
  }

  say(open, now) {
    const { words, next, layers } = this.head;
    if (now < 0) {
      const likely = make("b", { textContent: `“${next[0]}”` });
      this.says.replaceChildren(
        `Your sentence goes in at the left, ${words.length} ${words.length === 1 ? "token" : "tokens"} long. At the right, after ${layers} blocks, the model says what may come next: `, likely,
        ` with ${percent(this.at(RESULT, 0, words.length - 1, 0))}. Choose a part to open it, a block to unfold it, or press Play.`);
      return;
    }
    this.says.replaceChildren(make("b", { textContent: `${open.title}. ` }), `${open.says} `, make("code", { textContent: open.formula }));
  }

  cell(open) {
    const [, rows, columns] = open.size;
    const { row, column } = this.state;
    return { r: row < 0 ? rows - 1 : Math.min(row, rows - 1), c: Math.min(column, columns - 1) };
  }

  openPart(open) {
    const [heads, rows] = open.size;
    const h = Math.min(this.state.head, heads - 1);
    const { words, numbers } = shape(open, this.letters);
    this.title.replaceChildren(make("b", { textContent: open.title }), " ", make("span", { className: "shape" }, ...words, ` = ${numbers}`));
    this.heads.style.visibility = heads > 1 ? "visible" : "hidden";
    this.slider.max = heads;
    this.slider.value = h + 1;
    this.heads.firstChild.textContent = `Head ${h + 1} of ${heads}`;
    const square = ["score", "masked", "softmax"].includes(open.kind);
    const vocabulary = ["logit", "chance"].includes(open.kind);
    const labels = { rows: this.head.words, columns: square ? this.head.words : vocabulary ? this.head.next : null };
    const cell = this.pointed ?? this.cell(open);
    this.panel.style.minHeight = `calc(${rows <= 16 ? 1 : rows <= 32 ? 0.7 : 0.45} * ${rows}rem + 19rem)`;
    this.heatmap.paint(this, open, h, this.colours, labels, cell);
    this.heatmap.canvas.setAttribute("aria-label", `${open.title}, ${numbers.replaceAll("×", "by")}; arrow keys go from number to number`);
    const share = open.kind === "softmax" || open.kind === "chance";
    const high = `${share ? "" : "≥ "}${three(open.reach)}`;
    const low = share ? "0" : `≤ ${three(-open.reach)}`;
    const strip = make("i", { className: "scale" });
    strip.style.background = `linear-gradient(90deg, ${this.colours.scales[share ? "weight" : "signed"].map((stop) => `rgb(${stop})`)})`;
    const facts = [`mean ${three(open.mean)}`, `deviation ${three(open.deviation)}`, open.parameters ? `${count(open.parameters)} parameters` : "no parameters"];
    this.facts.replaceChildren(make("span", {}, low, strip, high), ...facts.map((textContent) => make("span", { textContent })));
    if (vocabulary) this.facts.append(make("span", { textContent: `the columns are the ${open.size[2]} likeliest of ${count(this.letters.V[0])} tokens after “${this.head.words.at(-1)}”` }));
    this.write(open, h, cell, labels);
  }

  write(open, h, { r, c }, labels) {
    const [, , columns] = open.size;
    const from = Math.min(Math.floor(c / 8) * 8, Math.max(columns - 8, 0));
    const some = Array.from({ length: Math.min(8, columns) }, (_, k) => make("span", { textContent: three(this.at(open.name, h, r, from + k)), title: full(this.at(open.name, h, r, from + k)), className: from + k === c ? "chosen" : "" }));
    this.values.replaceChildren(make("b", { textContent: this.head.words[r] }), `numbers ${from + 1} to ${from + some.length}`, ...some);
    this.values.classList.toggle("none", columns < 2);
    const { pieces, strips } = KINDS[open.kind](this, open, h, r, c);
    const name = labels.columns ? `“${labels.columns[c]}”` : `number ${c + 1}`;
    const about = open.kind === "ids" ? "" : `${open.title} of “${this.head.words[r]}”, ${name} = `;
    const value = this.at(open.name, h, r, c);
    const result = make("b", { className: "result", textContent: open.kind === "ids" ? count(value) : three(value), title: full(value) });
    const nodes = pieces.map((piece) => (typeof piece === "string" ? piece : this.operand(piece)));
    this.line.replaceChildren(about, ...nodes, open.kind === "ids" ? " " : " = ", result);
    this.strips.show(strips ?? null, this.colours);
  }

  operand({ text, value, name, h, r, c, raised }) {
    if (!name) return make("span", { textContent: text, title: full(value), className: "given" });
    const made = make("button", { type: "button", className: "operand", textContent: text, title: `${this.part(name).title}: ${full(value)}` });
    made.onclick = () => this.set({ step: this.named(name), head: h, row: r, column: c });
    return raised ? make("sup", {}, made) : made;
  }

  // ---------------------------------------------------------------- going

  set(change) {
    this.pointed = null;
    Object.assign(this.state, change);
    this.show();
    this.report();
  }

  // The result of the unfolded block is its last sum.
  named(name) {
    return name === `block${this.state.block + 1}` ? "sum2" : name;
  }

  // A part was clicked: open it, or unfold the block that it is.
  choose(name) {
    this.stop();
    if (!name.startsWith("block")) return this.set({ step: name === this.state.step ? "" : name });
    const block = Number(name.slice(5)) - 1;
    const step = this.inside().has(this.state.step) ? this.state.step : "";
    this.state = { ...this.state, block, step };
    if (this.blocks.has(block)) this.build();
    this.show();
    this.report(0);
  }

  go(step) {
    this.stop();
    this.set({ step });
  }

  walk(way) {
    const order = this.order();
    const at = order.indexOf(this.state.step);
    this.stop();
    this.set({ step: order[at + way] ?? "" });
    this.bring();
  }

  // In front of a hall, what is walked through stands on screen.
  bring() {
    if (document.body.dataset.idea && this.legend.getBoundingClientRect().top > innerHeight) this.root.scrollIntoView();
  }

  toggle() {
    if (this.playing) {
      this.stop();
      return this.show();
    }
    if (still()) return this.set({ step: "" }); // no motion wanted: the still that says it all
    const order = this.order();
    const on = () => {
      const at = order.indexOf(this.state.step);
      const next = order[at + 1];
      this.playing = next ? setTimeout(on, PACE / Number(this.speed.value)) : 0;
      this.set({ step: next ?? "" });
    };
    on();
    this.bring();
  }

  stop() {
    clearTimeout(this.playing);
    this.playing = 0;
  }

  steer(event) {
    if (event.key.startsWith("Arrow")) event.stopPropagation(); // not the presenter's; a remote's Page keys are
    if (event.target.closest("select, input, canvas")) return;
    const part = event.target.closest(".part");
    const { key } = event;
    if (key === " " && part) this.toggle();
    else if (key === "Escape" && this.state.step) this.go("");
    else if ((part || event.target.closest(".desk")) && WORDS[key]) this.walk(WORDS[key]);
    else if (part && key === "Home") this.go(this.order()[0]);
    else if (part && key === "End") this.go(this.order().at(-1));
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (part) (this.whole.nodes.get(this.state.step) ?? this.inner.nodes.get(this.state.step) ?? this.whole.nodes.get("tokens")).focus();
  }

  point(cell, chosen) {
    if (chosen && cell) {
      this.heatmap.canvas.focus({ preventScroll: true });
      return this.set({ ...this.opening(), row: cell.r, column: cell.c });
    }
    if (cell?.r === this.pointed?.r && cell?.c === this.pointed?.c) return;
    this.pointed = cell;
    this.openPart(this.part(this.state.step || RESULT));
  }

  // A cell belongs to a step: from the whole, to that of the result.
  opening() { return { step: this.state.step || RESULT }; }

  pressed(event) {
    const open = this.part(this.state.step || RESULT);
    const { r, c } = this.pointed ?? this.cell(open);
    const [, rows, columns] = open.size;
    const ways = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -columns], End: [0, columns] };
    const way = ways[event.key];
    if (event.key === "Escape") (this.whole.nodes.get(open.name) ?? this.inner.nodes.get(open.name)).focus();
    else if (way) {
      const clamp = (x, most) => Math.min(Math.max(x, 0), most - 1);
      this.set({ ...this.opening(), row: clamp(r + way[0], rows), column: clamp(c + way[1], columns) });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  report(after = 250) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.setStateValue("seen", { ...this.state }), after);
  }
}

function percent(share) {
  return `${rounded(100 * share, 2)} %`;
}
