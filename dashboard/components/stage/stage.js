// Attention as real matrices in one flow: point at a cell and see what it is made from, reveal them
// one after another, type over a number and see what follows. The numbers come once; arithmetic.js
// follows up on changes, cells.js draws, says.js puts one cell into words. STYLE is put before this
// text by published.py.

const kept = new WeakMap(); // element -> its stage
const played = new Set(); // stages that have played by themselves in this tab
const EARLIER_PARTS = 20; // of earlier messages that are kept
const PLAY_MS = 1400; // from the first matrix to the last
const LARGEST = 1e4; // that can be typed

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".stage");
  let stage = kept.get(root);
  if (!stage) kept.set(root, (stage = new Stage(root)));
  Object.assign(stage, { setStateValue, setTriggerValue });
  stage.take(data);
  return () => {
    clearTimeout(stage.timer);
    clearTimeout(stage.playing);
    stage.watch.disconnect();
    kept.delete(root);
  };
}

class Stage {
  constructor(root) {
    this.root = root;
    const button = (textContent, onclick) => make("button", { type: "button", textContent, onclick });
    this.play = button("Play", () => (this.playing ? this.skip() : this.replay()));
    this.back = button("Back", () => this.go(this.state.step - 1));
    this.on = button("Next", () => this.go(this.state.step + 1));
    this.where = make("span", { className: "where" });
    this.axes = make("span", { className: "axes" });
    this.switches = make("span", { className: "switches" });
    this.undo = button("", () => this.restore());
    this.bar = make("div", { className: "bar" }, this.play, this.back, this.on, this.where, this.axes, this.switches, this.undo);
    this.flow = make("div", { className: "flow", role: "group" });
    this.words = make("p", { "aria-live": "polite" });
    this.line = make("div", { className: "line" }, this.words);
    this.style = make("style", { textContent: STYLE });
    root.replaceChildren(this.style, this.bar, this.flow, this.line);
    root.onkeydown = (event) => { // arrow keys here are not the presenter's
      if (/^(Arrow|Page)/.test(event.key)) event.stopPropagation();
    };
    this.watch = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting) || played.has(this.head?.stage)) return;
      if (this.head?.controls && this.willPlay) this.replay();
    }, { threshold: 0.3 });
    this.watch.observe(this.flow);
  }

  take(data) {
    const { head, parts } = assembled(data, EARLIER_PARTS);
    if (!parts) return this.setTriggerValue("lack", Date.now());
    const fresh = this.head?.origin !== head.origin;
    if (fresh && this.playing) this.stop(); // what was being revealed is gone
    const same = JSON.stringify(this.head?.flow) === JSON.stringify(head.flow) && String(this.head?.labels) === String(head.labels);
    this.head = head;
    this.colours = look(this.root, head.scales);
    if (fresh) {
      const all = head.steps.length - 1;
      this.state = { ...head.standing, step: head.standing.step < 0 ? all : Math.min(head.standing.step, all), axes: head.axes.map((axis, i) => Math.min(head.standing.axes[i] ?? 0, axis.size - 1)) };
      this.willPlay = head.standing.step < 0 && !still();
      this.unpack(new Float32Array(parts.numbers));
      if (!same) this.build();
      this.arrange();
      const [name, row, column] = head.standing.cell.split("~");
      this.pinned = this.valid({ name, r: row - 1, c: column - 1 });
      this.at = null;
    }
    this.compute();
  }

  unpack(numbers) {
    let from = 0;
    this.given = new Map();
    for (const { name, size: [frames, rows, columns] } of this.head.flow) {
      const all = [];
      for (let i = 0; i < frames; i++, from += rows * columns) all.push({ rows, columns, v: numbers.subarray(from, from + rows * columns) });
      this.given.set(name, all);
    }
  }

  // The nodes of a flow; made anew only for another flow.
  build() {
    const { flow, labels, controls } = this.head;
    this.figures = new Map();
    const nodes = flow.map((step) => {
      const cells = new Cells(step, labels);
      const shape = `${step.size[1]} × ${step.size[2]}`;
      const title = make("p", { className: "title" }, make("b", { textContent: step.title }), make("small", { textContent: shape }));
      title.firstChild.style.color = `var(--${step.role})`;
      cells.sub = make("p", { className: "sub", textContent: step.says });
      cells.ends = [make("span"), make("span")];
      cells.strip = make("i");
      cells.scale = make("p", { className: "scale" }, cells.ends[0], cells.strip, cells.ends[1]);
      cells.node = make("figure", {}, title, cells.sub, cells.scroller, cells.scale);
      this.listen(step.name, cells, labels);
      this.figures.set(step.name, cells);
      return cells.node;
    });
    this.current = null;
    this.flow.replaceChildren(...nodes);
    this.bar.hidden = !controls;
    this.flow.setAttribute("aria-label", "Matrices; arrow keys move from cell to cell, Space keeps a cell, Enter changes its number");
  }

  arrange() {
    const { axes, switches } = this.head;
    const says = [];
    this.sayAxes = () => says.forEach((each) => each());
    this.axes.replaceChildren(...axes.map((axis, i) => {
      const output = make("output");
      const input = make("input", { type: "range", min: 1, max: axis.size, step: 1, value: this.state.axes[i] + 1, "aria-label": axis.name });
      input.oninput = () => {
        this.state.axes[i] = Number(input.value) - 1;
        this.refresh();
      };
      says.push(() => {
        output.textContent = `${axis.name} ${this.state.axes[i] + 1} of ${axis.size}`;
        input.setAttribute("aria-valuetext", output.textContent);
      });
      return make("label", {}, output, input);
    }));
    this.switches.replaceChildren(...switches.map(({ name, label, on }) => {
      const input = make("input", { type: "checkbox", checked: this.state.switches[name] ?? on, name });
      input.onchange = () => {
        if (input.checked === on) delete this.state.switches[name];
        else this.state.switches[name] = input.checked;
        this.refresh();
      };
      return make("label", {}, input, label);
    }));
  }

  settings() {
    return Object.fromEntries(this.head.switches.map(({ name, on }) => [name, this.state.switches[name] ?? on]));
  }

  frame(name, matrices = this.matrices) {
    const all = matrices.get(name);
    const at = this.head.axes.reduce((index, axis, i) => index * axis.size + this.state.axes[i], 0);
    return all[Math.min(at, all.length - 1)];
  }

  frameAt(name) {
    const all = this.given.get(name);
    return all.indexOf(this.frame(name, this.given));
  }

  step(name) {
    return this.head.flow.find((step) => step.name === name);
  }

  valid(cell) {
    const step = cell && this.step(cell.name);
    return step && cell.r >= 0 && cell.c >= 0 && cell.r < step.size[1] && cell.c < step.size[2] ? cell : null;
  }

  key(name, r, c) {
    const { edit } = this.step(name);
    return edit && `${edit}_${this.frameAt(name)}_${r + 1}_${c + 1}`;
  }

  // Python's numbers, unless the learner has changed something: then what follows from the change.
  compute() {
    const { flow, course } = this.head;
    const edits = [];
    for (const [key, value] of Object.entries(this.state.edits)) {
      const [letter, ...places] = key.split("_");
      const step = flow.find((each) => each.edit === letter);
      const [frame, r, c] = [Number(places[0]), places[1] - 1, places[2] - 1];
      if (step && frame < step.size[0] && r < step.size[1] && c < step.size[2]) edits.push({ name: step.name, frame, r, c, value });
    }
    const changed = edits.length || Object.keys(this.state.switches).length;
    if (changed) {
      const given = new Map([...this.given].map(([name, all]) => [name, edits.some((edit) => edit.name === name) ? all.map((m) => ({ ...m, v: Float64Array.from(m.v) })) : all]));
      for (const { name, frame, r, c, value } of edits) given.get(name)[frame].v[r * given.get(name)[frame].columns + c] = value;
      this.matrices = follow(flow, given, this.settings());
    } else {
      this.matrices = this.given;
    }
    const whose = course ? "the course’s numbers" : "the first numbers";
    this.undo.textContent = `Back to ${whose}`;
    this.undo.disabled = !edits.length;
    this.undo.hidden = !flow.some((step) => step.edit);
    this.show();
  }

  // Everything but the matrices themselves, then those.
  show() {
    const { steps, flow } = this.head;
    const { step } = this.state;
    this.back.disabled = step <= 0;
    this.on.disabled = step >= steps.length - 1;
    this.play.textContent = this.playing ? "Skip" : "Play";
    this.where.textContent = `Step ${step + 1} of ${steps.length}: ${steps[step]}`;
    this.sayAxes();
    const settings = this.settings();
    for (const each of flow) {
      const cells = this.figures.get(each.name);
      cells.node.classList.toggle("later", each.step > step);
      const out = (each.kind === "scaled" && !settings.root) || (each.kind === "masked" && !settings.mask);
      cells.node.classList.toggle("out", out);
      cells.sub.textContent = out ? "left out: nothing changes here" : each.says;
    }
    this.draw();
    this.say();
  }

  draw() {
    if (this.waiting || !this.head) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.paint();
    });
  }

  paint() {
    const at = this.at ?? this.pinned;
    const lit = new Map();
    const used = new Map();
    const add = (map, name, box) => map.set(name, [...(map.get(name) ?? []), box]);
    if (at) {
      for (const box of this.madeFrom(at)) add(lit, box.name, box);
      for (const step of this.head.flow) {
        (step.of ?? []).forEach((name, of) => {
          if (name === at.name && KINDS[step.kind].into) add(used, step.name, KINDS[step.kind].into(of, at.r, at.c));
        });
      }
    }
    for (const step of this.head.flow) {
      const cells = this.figures.get(step.name);
      const m = this.frame(step.name);
      const own = at?.name === step.name ? at : null;
      const touched = step.edit ? (r, c) => this.key(step.name, r, c) in this.state.edits : undefined;
      cells.paint(m, this.colours, { lit: lit.get(step.name), used: used.get(step.name), at: own, touched, pale: cells.node.classList.contains("out") });
      const [low, high] = reach(step, m);
      cells.ends[0].textContent = rounded(low, 3);
      cells.ends[1].textContent = rounded(high, 3);
      cells.strip.style.background = `linear-gradient(90deg, ${this.colours.scales[step.scale].map((stop) => `rgb(${stop})`)})`;
    }
  }

  madeFrom({ name, r, c }) {
    const step = this.step(name);
    if (step.kind === "joined") {
      const width = this.step(step.of[0]).size[2];
      return Math.floor(c / width) === this.state.axes.at(-1) ? [{ name: step.of[0], r, c: c % width }] : [];
    }
    return (KINDS[step.kind]?.from?.(r, c) ?? []).map((box) => ({ ...box, name: step.of[box.of] }));
  }

  // ---------------------------------------------------------------- the line below

  say() {
    const at = this.at ?? this.pinned;
    if (!at) {
      const { steps, hints, flow } = this.head;
      const shown = flow.filter((each) => each.step === this.state.step);
      const out = shown.length && shown.every((each) => this.figures.get(each.name).node.classList.contains("out"));
      const hint = out ? "This step is switched off: the numbers stay as they were." : hints[this.state.step];
      return this.words.replaceChildren(make("b", { textContent: `${steps[this.state.step]}. ` }), hint, " Point at a cell to see what it is made from.");
    }
    const step = this.step(at.name);
    const { r, c } = at;
    const [row, column] = [this.label(step.rows, r), this.label(step.columns, c)];
    const sources = (step.of ?? []).map((name) => this.frame(name));
    const pieces = SAYS[step.kind](step, sources, r, c, this.settings());
    const result = make("b", { textContent: full(number(this.frame(at.name), r, c)), className: "result" });
    const about = make("span", { textContent: step.cell.replace(/\{(row|column)\}/g, (_, which) => (which === "row" ? row : column)) });
    const nodes = pieces.map((piece) => (typeof piece === "string" ? piece : this.operand(piece)));
    const note = pieces.length ? "" : step.edit ? "  (Enter, or a click, to type another number)" : step.note ? `  (${step.note})` : "";
    this.words.replaceChildren(about, nodes.length ? " = " : ": ", ...nodes, nodes.length ? " = " : "", result, note);
    const canvas = this.figures.get(at.name).canvas;
    canvas.setAttribute("aria-label", `${step.title}, ${step.size[1]} rows, ${step.size[2]} columns`);
  }

  label(kind, i) {
    return kind === "tokens" ? `“${this.head.labels[i]}”` : String(i + 1);
  }

  operand({ text, name, r, c, raised }) {
    const { role, title } = this.step(name);
    const made = make("button", { type: "button", className: "operand", textContent: text, title: `${title}: ${full(number(this.frame(name), r, c))}` });
    made.style.color = `var(--${role})`;
    made.onclick = () => this.pin({ name, r, c });
    return raised ? make("sup", {}, made) : made;
  }

  // ---------------------------------------------------------------- pointing, keys

  listen(name, cells) {
    const { canvas } = cells;
    canvas.onpointermove = (event) => {
      const cell = cells.under(event);
      this.point(cell && { name, ...cell });
    };
    canvas.onpointerleave = () => this.point(null);
    canvas.onclick = (event) => {
      const cell = cells.under(event);
      if (!cell) return;
      const same = this.pinned?.name === name && this.pinned.r === cell.r && this.pinned.c === cell.c;
      canvas.focus({ preventScroll: true });
      if (this.step(name).edit) {
        this.pin({ name, ...cell });
        this.edit(name, cell.r, cell.c);
      } else this.pin(same ? null : { name, ...cell });
    };
    canvas.onfocus = () => {
      if (!this.at && this.pinned?.name !== name) this.point({ name, r: 0, c: 0, ...cells.last });
      this.current = name;
      this.rove();
    };
    canvas.onblur = () => this.point(null);
    canvas.onkeydown = (event) => this.pressed(event, name);
    this.rove();
  }

  // One matrix is in the way of the Tab key: the one last looked at.
  rove() {
    const names = [...this.figures.keys()];
    const on = this.pinned?.name ?? this.current ?? names[0];
    for (const [name, { canvas }] of this.figures) canvas.tabIndex = name === on ? 0 : -1;
  }

  point(cell) {
    if (cell?.name === this.at?.name && cell?.r === this.at?.r && cell?.c === this.at?.c) return;
    this.at = cell;
    if (cell) this.figures.get(cell.name).last = { r: cell.r, c: cell.c };
    this.draw();
    this.say();
  }

  pin(cell) {
    this.pinned = this.valid(cell);
    this.at = null;
    if (cell) {
      const step = this.step(cell.name);
      if (step.step > this.state.step) this.state.step = step.step;
      this.figures.get(cell.name).last = { r: cell.r, c: cell.c };
    }
    this.rove();
    this.show();
    this.report();
  }

  pressed(event, name) {
    const { key } = event;
    const cells = this.figures.get(name);
    const here = this.at?.name === name ? this.at : this.pinned?.name === name ? this.pinned : { name, r: 0, c: 0, ...cells.last };
    const ways = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const editable = this.step(name).edit;
    if (ways[key]) this.move(here, ways[key]);
    else if (key === " ") this.pin(this.pinned?.name === name && this.pinned.r === here.r && this.pinned.c === here.c ? null : here);
    else if (key === "Escape") this.pin(null);
    else if (editable && (key === "Enter" || key === "F2")) this.edit(name, here.r, here.c);
    else if (editable && /^[-\d.]$/.test(key) && !event.ctrlKey && !event.metaKey) this.edit(name, here.r, here.c, key);
    else return;
    event.preventDefault();
  }

  // To the neighbour; from the side of a matrix on to the next one.
  move({ name, r, c }, [down, right]) {
    const { size: [, rows, columns] } = this.step(name);
    const shown = this.head.flow.filter((step) => step.step <= this.state.step);
    const i = shown.findIndex((step) => step.name === name);
    let target = { name, r: Math.min(Math.max(r + down, 0), rows - 1), c: c + right };
    if (target.c < 0 || target.c >= columns) {
      const next = shown[i + right];
      if (!next) return;
      target = { name: next.name, r: Math.min(target.r, next.size[1] - 1), c: right > 0 ? 0 : next.size[2] - 1 };
    }
    const cells = this.figures.get(target.name);
    this.point(target);
    if (target.name !== name) cells.canvas.focus({ preventScroll: true });
    const { scroller } = cells;
    const [x, y] = [cells.left + target.c * cells.w, cells.top + target.r * cells.h];
    if (x < scroller.scrollLeft || x + cells.w > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = x - scroller.clientWidth / 2;
    if (y < scroller.scrollTop || y + cells.h > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = y - scroller.clientHeight / 2;
    cells.node.scrollIntoView({ block: "nearest" });
  }

  // ---------------------------------------------------------------- changing a number

  edit(name, r, c, first) {
    this.closeEditor?.();
    const cells = this.figures.get(name);
    const key = this.key(name, r, c);
    const before = this.state.edits[key];
    const value = number(this.frame(name), r, c);
    const input = make("input", { type: "text", inputMode: "decimal", className: "editor", value: first ?? tidy(value, 6), "aria-label": `Another number for ${this.step(name).title}, row ${r + 1}, column ${c + 1}` });
    const width = Math.max(cells.w, 3.4 * this.colours.rem);
    input.style.cssText = `left: ${cells.left + c * cells.w - (width - cells.w) / 2}px; top: ${cells.top + r * cells.h - 1}px; width: ${width}px; height: ${Math.max(cells.h, 1.4 * this.colours.rem)}px`;
    const close = (again) => {
      if (this.closeEditor !== close) return;
      this.closeEditor = null;
      input.remove();
      if (again) cells.canvas.focus({ preventScroll: true });
    };
    this.closeEditor = close;
    input.oninput = () => {
      const typed = Number(input.value.trim().replace("−", "-").replace(",", "."));
      const good = input.value.trim() !== "" && Number.isFinite(typed) && Math.abs(typed) <= LARGEST;
      input.setAttribute("aria-invalid", String(!good));
      if (good) this.change(name, key, r, c, typed);
      else this.words.textContent = `Type a number between −${LARGEST.toLocaleString("en")} and ${LARGEST.toLocaleString("en")}, for instance 0.25; until then the cell keeps its number.`;
    };
    input.onkeydown = (event) => {
      event.stopPropagation();
      if (event.key === "Enter") close(true);
      if (event.key === "Escape") {
        if (before === undefined) delete this.state.edits[key];
        else this.state.edits[key] = before;
        this.refresh();
        close(true);
      }
    };
    input.onblur = () => close(false);
    cells.inner.append(input);
    input.focus({ preventScroll: true });
    if (first === undefined) input.select();
    else input.oninput();
    this.pinned = { name, r, c };
    this.at = null;
    this.show();
  }

  change(name, key, r, c, value) {
    const original = this.given.get(name)[this.frameAt(name)];
    if (Math.fround(value) === number(original, r, c)) delete this.state.edits[key];
    else this.state.edits[key] = value;
    this.refresh();
  }

  restore() {
    this.state.edits = {};
    this.refresh();
  }

  refresh() {
    this.compute();
    this.report();
  }

  // ---------------------------------------------------------------- revealing

  go(step) {
    this.stop();
    this.state.step = Math.min(Math.max(step, 0), this.head.steps.length - 1);
    this.pinned = this.at = null;
    this.show();
    this.report();
  }

  stop() {
    clearTimeout(this.playing);
    this.playing = 0;
    this.willPlay = false;
    played.add(this.head.stage);
  }

  skip() {
    this.go(this.head.steps.length - 1);
  }

  replay() {
    this.stop();
    const last = this.head.steps.length - 1;
    if (still()) return this.go(last);
    const on = () => {
      const end = this.state.step >= last;
      this.playing = end ? 0 : setTimeout(() => {
        this.state.step += 1;
        on();
      }, PLAY_MS / (last + 1));
      this.show();
      if (end) this.report();
    };
    this.state.step = 0;
    on();
  }

  report() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { edits, switches, step, axes } = this.state;
      const cell = this.pinned ? `${this.pinned.name}~${this.pinned.r + 1}~${this.pinned.c + 1}` : "";
      this.setStateValue("turned", { origin: this.head.origin, edits, switches, step: step === this.head.steps.length - 1 ? -1 : step, axes, cell });
    }, 400);
  }
}
