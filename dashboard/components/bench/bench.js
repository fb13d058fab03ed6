// The decoding bench: the logits of one place come once, every slider acts here. The mathematics is
// chain.js, the pieces are parts.js; STYLE is put before this text by published.py.

const kept = new WeakMap(); // element -> its bench
const EARLIER_PARTS = 100; // of earlier messages that are kept

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".bench");
  let bench = kept.get(root);
  if (!bench) kept.set(root, (bench = new Bench(root)));
  bench.setStateValue = setStateValue;
  bench.setTriggerValue = setTriggerValue;
  bench.take(data);
  return () => {
    clearTimeout(bench.timer);
    kept.delete(root);
  };
}

class Bench {
  constructor(root) {
    this.root = root;
    this.text = ribbon((place) => this.ask("look", place));
    this.ways = make("div", { className: "ways", role: "group", "aria-label": "Ways the text has gone" });
    this.where = make("p", { className: "where" });
    this.dials = sliders((dial, at) => this.turn({ [dial.name]: meant(dial, at, this.size) }), () => this.turn(Object.fromEntries(DIALS.map((d) => [d.name, d.off]))));
    this.bars = bars((id) => this.pick(id), (id) => this.peek(id));
    this.facts = make("table", { className: "facts" });
    this.steps = make("table", { className: "steps" });
    this.branch = make("button", { type: "button", className: "plain", onclick: () => this.ask("branch", { place: this.head.place, id: this.shown() }) });
    this.line = line(() => this.draw(this.draws + 1), () => this.draw(this.numbers.length), () => this.draw(1));
    const about = make("div", { className: "about" }, this.steps, this.branch);
    root.replaceChildren(
      make("style", { textContent: STYLE }), this.text.box, make("div", { className: "place" }, this.where, this.ways),
      make("div", { className: "work" }, this.dials.box, this.bars.box), this.facts,
      make("div", { className: "work" }, about, this.line.box),
    );
    root.addEventListener("keydown", (event) => { // arrow keys here are not the presenter's
      if (event.key.startsWith("Arrow")) event.stopPropagation();
    });
  }

  take(data) {
    const { head, parts } = assembled(data, EARLIER_PARTS);
    if (!parts) return this.setTriggerValue("lack", Date.now());
    const { logits, numbers, names } = parts;
    const fresh = this.head?.version !== head.version;
    const moved = fresh || this.head.ids.logits !== head.ids.logits || this.head.place !== head.place;
    if (this.head?.ids.names !== head.ids.names) this.names = JSON.parse(new TextDecoder().decode(names));
    this.head = head;
    this.numbers = new Float64Array(numbers);
    if (fresh) this.settings = head.dials;
    if (moved) {
      this.logits = new Float32Array(logits);
      this.size = this.logits.length;
      this.before = softmax(this.logits);
      this.entropy = entropy(this.before);
      this.penalty = null;
      this.draws = fresh ? head.draws : 1;
      this.picked = fresh && head.picked >= 0 ? head.picked : null;
      this.peeked = null;
    }
    this.text.show(head);
    this.showWays();
    this.root.removeAttribute("aria-busy");
    this.compute();
  }

  name(id) {
    return this.names[id];
  }

  turn(change) {
    this.settings = { ...this.settings, ...change };
    this.compute();
    this.report();
  }

  pick(id) {
    this.picked = id;
    this.show();
    this.report();
  }

  peek(id) {
    if (this.peeked === id) return;
    this.peeked = id;
    this.showSteps();
  }

  draw(count) {
    this.draws = count > this.numbers.length ? 1 : count;
    this.picked = null;
    this.compute();
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.line.marker.animate([{ transform: "translate(-50%, -1.4rem)", opacity: 0 }, { transform: "translate(-50%, 0)", opacity: 1 }], 350);
    }
    this.report();
  }

  report() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell(), 400);
  }

  tell() {
    clearTimeout(this.timer);
    this.timer = null;
    this.setStateValue("turned", { ...this.settings, version: this.head.version, draws: this.draws, picked: this.picked ?? -1 });
  }

  ask(what, value) {
    if (this.timer) this.tell();
    this.root.setAttribute("aria-busy", "true");
    this.setTriggerValue(what, value);
  }

  number(i) {
    return this.numbers[(this.head.place + i) % this.numbers.length];
  }

  shown() {
    return this.peeked ?? this.picked ?? this.drawn;
  }

  // From logits to the picture; the long sort only where its input has changed.
  compute() {
    const { repetition_penalty } = this.settings;
    if (this.penalty !== repetition_penalty) {
      this.penalty = repetition_penalty;
      this.penalised = penalise(this.logits, this.head.seen, repetition_penalty);
      this.ranked = ranking(this.penalised);
    }
    this.chain = chain(this.penalised, this.ranked, this.settings);
    this.ranks = new Uint32Array(this.size);
    this.chain.order.forEach((id, rank) => (this.ranks[id] = rank));
    this.counts = new Map();
    let rank = 0;
    for (let i = 0; i < this.draws; i++) {
      rank = fall(this.chain.ends, this.number(i));
      this.counts.set(rank, (this.counts.get(rank) ?? 0) + 1);
    }
    this.drawn = this.chain.order[rank];
    this.show();
  }

  after(rank) {
    return this.chain.probabilities[rank] ?? 0;
  }

  lost(rank) {
    const { left } = this.chain;
    if (rank >= left.top_k) return "top-k";
    if (rank >= left.temperature) return "temperature";
    if (rank >= left.top_p) return "top-p";
    return rank >= left.min_p ? "min-p" : "";
  }

  show() {
    this.dials.show(this.settings, this.size);
    const { place, written } = this.head;
    const last = place ? written[place - 1][0] : this.head.prompt.slice(-24);
    this.where.replaceChildren("What may follow ", make("bdi", { textContent: `… ${last}` }), place < written.length ? `: token ${place + 1} of ${written.length}` : "");
    this.showBars();
    this.showFacts();
    this.showLine();
    this.showSteps();
  }

  showBars() {
    const ids = [...this.chain.order.subarray(0, ROWS)];
    const shown = this.picked ?? this.drawn;
    if (!ids.includes(shown)) ids[ids.length - 1] = shown;
    const highest = Math.max(this.after(0), ...ids.map((id) => this.before[id]));
    const full = [0.002, 0.01, 0.05, 0.2, 0.5].find((top) => highest <= top) ?? 1;
    const width = (p) => `${(100 * Math.min(p, full)) / full}%`;
    this.bars.box.classList.toggle("counting", this.draws > 1);
    this.bars.scale.textContent = `full width: ${percent(full)}`;
    const inText = this.head.written[this.head.place]?.[1];
    this.bars.rows.forEach((row, i) => {
      row.button.hidden = i >= ids.length;
      if (i >= ids.length) return;
      const [id, rank] = [ids[i], this.ranks[ids[i]]];
      const [p, lost, count] = [this.after(rank), this.lost(rank), this.counts.get(rank) ?? 0];
      row.id = id;
      row.name.textContent = this.name(id);
      row.before.style.width = width(this.before[id]);
      row.after.style.width = width(p);
      row.drawn.style.left = width(count / this.draws);
      row.drawn.hidden = this.draws < 2 || !count;
      row.share.textContent = lost ? "out" : percent(p);
      row.note.textContent = lost ? `by ${lost}` : this.draws > 1 ? this.expected(count, p) : id === inText ? "in the text" : "";
      row.button.title = `${this.name(id)}: ${exact(p, 6)}; the model itself gives ${exact(this.before[id], 6)}`;
      row.button.setAttribute("aria-label", `${row.name.textContent}: ${row.share.textContent} ${row.note.textContent}; the model itself gives ${percent(this.before[id])}`);
      row.button.setAttribute("aria-pressed", String(id === shown));
      row.button.classList.toggle("lost", Boolean(lost));
      row.button.tabIndex = id === shown ? 0 : -1;
    });
    const [name, , share, note] = this.bars.rest.children;
    const others = ids.reduce((sum, id) => sum - this.after(this.ranks[id]), 1);
    const counted = ids.reduce((sum, id) => sum - (this.counts.get(this.ranks[id]) ?? 0), this.draws);
    const left = this.chain.left.min_p - ids.filter((id) => !this.lost(this.ranks[id])).length;
    name.textContent = left ? `${thousands(left)} more` : "none";
    share.textContent = percent(left ? Math.max(others, 0) : 0);
    note.textContent = left && this.draws > 1 ? this.expected(counted, Math.max(others, 0)) : "";
  }

  expected(count, p) {
    const n = this.draws;
    return `${count}× of ${exact(n * p)} ± ${exact(Math.sqrt(n * p * (1 - p)), 2)}`;
  }

  showFacts() {
    const row = (name, left, nats) => {
      const cells = [thousands(left), exact(nats), exact(nats / Math.LN2), thousands(Number(Math.exp(nats).toPrecision(3)))];
      return make("tr", {}, make("th", { scope: "row", textContent: name }), ...cells.map((textContent) => make("td", { textContent })));
    };
    const titles = ["", "tokens left", "entropy, nats", "entropy, bits", "effective choices"];
    this.facts.title = "Effective choices: so many equally likely tokens would be as uncertain";
    this.facts.replaceChildren(
      make("tr", {}, ...titles.map((textContent) => make(textContent ? "th" : "td", textContent ? { scope: "col", textContent } : {}))),
      row("the model itself", this.size, this.entropy),
      row("with your settings", this.chain.left.min_p, entropy(this.chain.probabilities)),
    );
  }

  showLine() {
    const { probabilities, ends, order } = this.chain;
    const number = this.number(this.draws - 1);
    const at = fall(ends, number);
    const pieces = [];
    let rank = 0;
    for (; rank < probabilities.length && rank < 60 && probabilities[rank] >= 0.004; rank++) {
      const name = this.name(order[rank]);
      const piece = make("span", { className: `piece${rank === at ? " hit" : ""}`, textContent: probabilities[rank] > 0.05 ? name : "", title: `${name}: ${percent(probabilities[rank])}` });
      piece.style.cssText = `width: ${100 * probabilities[rank]}%; --tint: var(--token-${rank % 7})`;
      pieces.push(piece);
    }
    if (rank < probabilities.length) {
      const more = thousands(probabilities.length - rank);
      pieces.push(make("span", { className: `piece more${at >= rank ? " hit" : ""}`, textContent: ends[rank - 1] > 0.85 ? "" : `${more} more`, title: `${more} more tokens` }));
    }
    this.line.strip.replaceChildren(...pieces);
    this.line.marker.style.left = `${100 * number}%`;
    let d = "";
    for (let i = 0; i < this.draws; i++) d += `M${(1000 * this.number(i)).toFixed(1)} 0v8`;
    this.line.path.setAttribute("d", d);
    const begins = at ? ends[at - 1] : 0;
    const digits = Math.min(12, Math.max(4, 2 - Math.floor(Math.log10(ends[at] - begins || 1e-12))));
    this.line.says.replaceChildren(
      `Number ${thousands(this.draws)} is ${number.toFixed(digits)}. It falls on `, make("bdi", { textContent: this.name(order[at]) }),
      `, from ${begins.toFixed(digits)} to ${ends[at].toFixed(digits)}.`,
    );
    this.line.buttons[1].disabled = this.draws === this.numbers.length;
    this.line.buttons[2].disabled = this.draws === 1;
  }

  // The chain with this token's own numbers.
  showSteps() {
    const id = this.shown();
    const rank = this.ranks[id];
    const { top_k, temperature, top_p, min_p, repetition_penalty: penalty } = this.settings;
    const { left, scaled, reached, last } = this.chain;
    const [logit, lower] = [this.logits[id], this.penalised[id]];
    const heat = temperature < COLDEST ? lower : Math.fround(lower / Math.fround(temperature));
    const ratio = Math.exp(heat - scaled[0]);
    const p = this.after(rank);
    const seen = this.head.seen.includes(id);
    const stays = (limit) => (rank < limit ? "stays" : "out");
    const sign = logit < 0 ? "×" : "÷";
    const rows = [
      ["logit", "what the model gives it", exact(logit, 4)],
      ["repetition penalty", penalty === 1 ? "off" : seen ? `in the text: ${exact(logit)} ${sign} ${penalty.toFixed(2)}` : "not in the text yet", exact(lower, 4)],
      ["top-k", top_k ? `number ${thousands(rank + 1)}; the first ${thousands(left.top_k)} stay` : `number ${thousands(rank + 1)}; all stay`, stays(left.top_k)],
      ["temperature", temperature < COLDEST ? "0: only the largest stays" : `${exact(lower)} ÷ ${temperature.toFixed(2)}`, temperature < COLDEST ? stays(left.temperature) : exact(heat, 4)],
      ["top-p", top_p === 1 ? "off" : `likelier ones hold ${percent(reached[Math.min(rank, reached.length - 1)])}, the limit is ${percent(top_p)}`, stays(left.top_p)],
      ["min-p", min_p === 0 ? "off" : `${exact(ratio)} of the likeliest, at least ${min_p.toFixed(2)}`, stays(left.min_p)],
      ["softmax", `e^(${exact(heat)} − ${exact(scaled[0])}) ÷ ${exact(last)}`.replace("− −", "+ "), percent(p)],
    ];
    const gone = rows.findIndex(([, , result]) => result === "out");
    this.steps.replaceChildren(
      make("caption", {}, "The way of ", make("bdi", { textContent: this.name(id) })),
      ...rows.map(([name, how, result], i) => {
        const after = gone >= 0 && i > gone;
        const cells = [make("th", { scope: "row", textContent: name }), make("td", { textContent: after ? "" : how }), make("td", { textContent: after ? (i === 6 ? "0 %" : "") : result })];
        return make("tr", { className: i === gone ? "lost" : "" }, ...cells);
      }),
    );
    this.steps.title = `id ${id}; logit ${logit}; probability ${p}`;
    this.branch.textContent = "Go on with this token";
    this.branch.disabled = this.head.written[this.head.place]?.[1] === id || this.head.place >= this.head.longest;
  }

  showWays() {
    const { ways, way } = this.head;
    this.ways.replaceChildren(...(ways.length < 2 ? [] : [
      "Ways: ",
      ...ways.map((textContent, i) => make("button", { type: "button", className: "way", textContent, onclick: () => this.ask("way", i), "aria-current": String(i === way) })),
    ]));
  }
}
