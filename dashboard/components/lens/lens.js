// The map of depths and tokens. All numbers came with the message, so nothing here asks the server.
// published.py puts STYLE and curves.js before this text; text only ever goes in as textContent.

const kept = new WeakMap(); // element -> what is drawn in it
const PAUSE = 400; // milliseconds at rest after which the link follows
const ON = ["var(--ink)", "light-dark(#1b2230, #11151d)", "var(--ground)"]; // letters on pale, middle and strong squares

function figure(x) {
  if (x === 0) return "0";
  return (Math.abs(x) >= 0.001 && Math.abs(x) < 1e5 ? String(Number(x.toPrecision(3))) : x.toExponential(1));
}
const percent = (p) => (p < 0.0005 ? "< 0.1 %" : `${(100 * p).toFixed(1)} %`);
const depthName = (depth) => (depth ? `after block ${depth}` : "before block 1");

// From 0, the palest, to 9: by probability, by entropy, or by the rank of the token that is followed.
function level(colour, { probability, bits, rank }, vocabulary) {
  const share = [probability, bits / Math.log2(vocabulary), 1 - Math.log(rank) / Math.log(vocabulary)][colour];
  return Math.round(9 * Math.min(Math.max(share, 0), 1));
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".lens");
  let view = kept.get(root);
  if (!view) kept.set(root, (view = new Lens(root)));
  view.setStateValue = setStateValue;
  view.take(unpacked(data));
  return () => clearTimeout(view.timer);
}

class Lens {
  constructor(root) {
    this.colours = make("div", { className: "colours", role: "group", "aria-label": "A square is coloured by" });
    this.scale = make("p", { className: "scale", "aria-hidden": "true" }, make("span"), make("i"), make("span"));
    this.maps = make("div", { className: "maps" });
    this.key = make("p", { className: "about" });
    this.told = make("div", { className: "told", "aria-live": "polite" });
    this.chance = make("div", { className: "curve" });
    this.length = make("div", { className: "curve" });
    this.chanceTitle = make("p", { className: "title" });
    this.lengthTitle = make("p", { className: "title" }, "Length of ", this.sign("accent", "the vector"), this.sign("output", "+ attention"), this.sign("muted", "+ feed-forward"));
    root.replaceChildren(make("style", { textContent: STYLE }), make("div", { className: "bar" }, this.colours, this.scale), this.maps, this.key,
      make("div", { className: "below" }, this.told, make("div", {}, this.chanceTitle, this.chance), make("div", {}, this.lengthTitle, this.length)));
    this.maps.addEventListener("pointerover", (event) => this.look(event.target.closest("button")));
    this.maps.addEventListener("pointerleave", () => this.tell(this));
    this.maps.addEventListener("click", (event) => this.choose(event.target.closest("button")));
    this.maps.addEventListener("keydown", (event) => this.walk(event));
    let wide = 0;
    new ResizeObserver(([{ contentRect }]) => {
      if (!wide && contentRect.width) this.bring();
      wide = contentRect.width;
    }).observe(this.maps);
  }

  sign(tone, says) {
    const mark = make("i");
    mark.style.background = `var(--${tone})`;
    return make("span", { className: "sign" }, mark, says);
  }

  take({ head, numbers }) {
    const fresh = this.head?.shown !== head.shown;
    const wasVeiled = this.head?.veiled;
    Object.assign(this, { head, numbers });
    this.depths = head.layers + 1;
    this.tokens = head.words.length;
    if (fresh) [this.place, this.depth, this.colour] = head.choice;
    if (fresh || this.model >= head.titles.length) this.model = 0;
    if (this.place < 0) this.place = this.tokens - 1;
    if (head.veiled && this.place === this.tokens - 1 && this.tokens > 1) this.place = this.tokens - 2;
    if (wasVeiled && !head.veiled) this.place = this.tokens - 1;
    this.build();
    this.draw();
    if (fresh) requestAnimationFrame(() => this.bring());
  }

  // The chosen column is in view, also where the idea was hidden until now.
  bring() {
    for (const map of this.maps.querySelectorAll(".scroll")) map.scrollLeft = this.place > this.tokens / 2 ? map.scrollWidth : 0;
  }

  at(name, model, depth, place) {
    return this.numbers[`${name} ${model}`][depth * this.tokens + place];
  }

  // The likeliest tokens at one place: [word, probability].
  best(model, depth, place) {
    const { tops } = this.head;
    const from = (depth * this.tokens + place) * tops;
    return Array.from({ length: tops }, (_, k) => [this.head.names[this.numbers[`ids ${model}`][from + k]], this.numbers[`probabilities ${model}`][from + k], this.numbers[`ids ${model}`][from + k]]);
  }

  hidden(depth, place) {
    return this.head.veiled && place === this.tokens - 1 && depth < this.head.layers;
  }

  build() {
    const { colours, titles, words } = this.head;
    const buttons = fit(this.colours, colours.length, () => make("button", { type: "button" }));
    colours.forEach((name, i) => {
      set(buttons[i], "textContent", name);
      buttons[i].onclick = () => { this.colour = i; this.draw(); this.report(); };
    });
    fit(this.maps, titles.length, () => make("div", { className: "map" }, make("p", { className: "title" }), make("div", { className: "scroll", tabIndex: -1 }, make("div", { className: "squares", role: "grid" }))));
    titles.forEach((title, model) => {
      const [name, scroll] = this.maps.children[model].children;
      set(name, "textContent", title);
      const squares = scroll.firstElementChild;
      squares.setAttribute("aria-label", `${title}: depths from top to bottom, tokens from left to right`);
      squares.style.setProperty("--tokens", this.tokens);
      const rows = fit(squares, this.depths + 1, () => make("div", { className: "row", role: "row" }));
      for (let row = 0; row < this.depths; row++) {
        const depth = this.head.layers - row;
        const cells = fit(rows[row], 1 + this.tokens, (i) => (i ? make("button", { type: "button", role: "gridcell", tabIndex: -1 }) : make("span", { role: "rowheader" })));
        set(cells[0], "textContent", depth === this.head.layers ? `block ${depth}, final` : depth ? `block ${depth}` : "embedding");
        for (let place = 0; place < this.tokens; place++) cells[place + 1].spot = { model, depth, place };
      }
      const feet = fit(rows[this.depths], 1 + this.tokens, () => make("span", { role: "columnheader" }));
      rows[this.depths].className = "row read";
      set(feet[0], "textContent", "it has read");
      words.forEach((word, i) => { set(feet[i + 1], "textContent", word); set(feet[i + 1], "title", `${this.head.first + i + 1}. ${word}`); });
    });
  }

  cell(model, depth, place) {
    return this.maps.children[model].querySelector(".squares").children[this.head.layers - depth].children[place + 1];
  }

  draw() {
    const { vocabulary, layers, titles } = this.head;
    [...this.colours.children].forEach((button, i) => button.setAttribute("aria-pressed", String(i === this.colour)));
    const ends = [["0", "1"], ["0 bits", `${figure(Math.log2(vocabulary))} bits`], [vocabulary.toLocaleString("en"), "1"]][this.colour];
    set(this.scale.children[0], "textContent", ends[0]);
    set(this.scale.children[2], "textContent", ends[1]);
    for (let model = 0; model < titles.length; model++) {
      for (let depth = 0; depth <= layers; depth++) {
        for (let place = 0; place < this.tokens; place++) {
          const node = this.cell(model, depth, place);
          const veiled = this.hidden(depth, place);
          const [word, probability, id] = this.best(model, depth, place)[0];
          const step = veiled ? 0 : level(this.colour, { probability, bits: this.at("bits", model, depth, place), rank: this.at("ranks", model, depth, place) }, vocabulary);
          set(node, "textContent", veiled ? "?" : word);
          const same = id === this.best(model, layers, place)[0][2];
          const chosen = model === this.model && depth === this.depth && place === this.place;
          set(node, "className", `square${same && !veiled ? " final" : ""}${chosen ? " chosen" : ""}${place === this.place ? " column" : ""}`);
          set(node, "tabIndex", chosen ? 0 : -1);
          node.style.setProperty("--cell", `var(--sequential-${step})`);
          node.style.setProperty("--on", ON[Math.sign(step - 5) + 1]);
          node.setAttribute("aria-label", `${depthName(depth)}, at ${this.head.words[place]}: ${veiled ? "not told yet" : `${word}, ${percent(probability)}`}`);
        }
      }
    }
    this.tell(this);
    const { scrollWidth, clientWidth } = this.maps.firstElementChild.lastElementChild;
    set(this.key, "textContent", "Bold and underlined: already the model's final guess at this token."
      + (this.head.veiled ? " ?: hidden until you have guessed, below." : "")
      + (scrollWidth > clientWidth ? ` ${this.tokens} tokens: scroll sideways, or walk with the arrow keys, for all of them.` : ""));
  }

  look(button) {
    if (button?.spot) this.tell(button.spot);
  }

  // Everything below the maps, about one square.
  tell({ place, depth, model }) {
    this.list(place, depth, model);
    this.curves(place);
  }

  // A token as the text numbers it, since a word may stand in it twice.
  token(place) {
    return [`token ${this.head.first + place + 1}, `, make("bdi", { textContent: `“${this.head.words[place]}”` })];
  }

  list(place, depth, model) {
    const title = make("p", { className: "title" }, `${depthName(depth)[0].toUpperCase()}${depthName(depth).slice(1)}, at `, ...this.token(place));
    if (this.head.titles.length > 1) title.append(` (${this.head.titles[model]})`);
    if (this.hidden(depth, place)) {
      this.told.replaceChildren(title, make("p", { className: "about", textContent: "Guess first, below." }));
      return;
    }
    const rows = this.best(model, depth, place).map(([word, p]) => {
      const bar = make("span", { className: "track" }, make("i"));
      bar.firstChild.style.width = `${100 * p}%`;
      return make("div", { className: "guess", title: String(p) }, make("bdi", { textContent: word }), bar, make("small", { textContent: percent(p) }));
    });
    const rank = this.at("ranks", model, depth, place);
    const about = make("p", { className: "about" }, make("bdi", { textContent: `“${this.head.finals[place]}”` }), ` has rank ${rank.toLocaleString("en")} of ${this.head.vocabulary.toLocaleString("en")}; uncertainty ${figure(this.at("bits", model, depth, place))} bits.`);
    this.told.replaceChildren(title, ...rows, about);
  }

  curves(place) {
    const { titles, layers } = this.head;
    const every = Array.from({ length: this.depths }, (_, depth) => depth);
    const along = (name, model) => every.map((depth) => this.at(name, model, depth, place));
    const veiled = this.hidden(0, place);
    this.chanceTitle.replaceChildren("Probability of ", make("bdi", { textContent: `“${this.head.finals[place]}”` }), " after ", ...this.token(place));
    if (titles.length > 1) this.chanceTitle.append(` (dashed: ${titles[1]})`);
    const lines = titles.map((name, model) => ({ name, values: veiled ? [] : along("chances", model), dashed: model > 0 }));
    curves(this.chance, { depths: this.depths, top: 1, lines, says: "Probability of the final guess after each block" });
    const lengths = titles.map((name, model) => ({ name: `length in ${name}`, values: along("stream", model), dashed: model > 0 }));
    const half = (name) => every.slice(0, layers).map((block) => this.at(name, 0, block, place));
    const bars = [{ name: "Attention", values: half("attention"), tone: "output" }, { name: "Feed-forward", values: half("feed_forward"), tone: "muted" }];
    const top = nice(Math.max(...lengths.flatMap((line) => line.values), ...bars.flatMap((bar) => bar.values)));
    curves(this.length, { depths: this.depths, top, lines: lengths, bars, says: "Length of the vector after each block, and of what the two halves of each block add" });
  }

  choose(button, focus = false) {
    if (!button?.spot) return;
    Object.assign(this, button.spot);
    this.draw();
    if (focus) button.focus();
    this.report();
  }

  report() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.setStateValue("chosen", { shown: this.head.shown, choice: `${this.place}.${this.depth}.${this.colour}` }), PAUSE);
  }

  walk(event) {
    const spot = event.target.closest("button")?.spot;
    if (!spot) return;
    if (event.key.startsWith("Arrow")) event.stopPropagation(); // not the presenter's here
    const ways = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -this.tokens], End: [0, this.tokens] };
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    let { model, depth, place } = spot;
    depth += way[0];
    if (depth > this.head.layers && model > 0) { model -= 1; depth = 0; }
    else if (depth < 0 && model < this.head.titles.length - 1) { model += 1; depth = this.head.layers; }
    depth = Math.min(Math.max(depth, 0), this.head.layers);
    place = Math.min(Math.max(place + way[1], 0), this.tokens - 1);
    this.choose(this.cell(model, depth, place), true);
  }
}
