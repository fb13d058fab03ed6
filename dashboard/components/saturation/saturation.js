// Rows of scores under dials: the browser has them all, and makes weights of the one that is chosen.
// The mathematics is softmax.js; published.py puts it and STYLE before this text.

const kept = new WeakMap(); // element -> what is drawn in it
const PAUSE = 400; // milliseconds at rest after which the link follows
const LABELLED = 40; // more names than this are said under the pointer only

const number = (x) => (Math.abs(x) < 1e-12 ? "0" : Math.abs(x) < 0.001 ? x.toExponential(1).replace("e-", " · 10⁻").replace(/⁻(\d+)$/, (_, n) => "⁻" + [...n].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]).join("")) : x.toPrecision(3)).replace(/^-/, "−");

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".saturation");
  let view = kept.get(root);
  if (!view) kept.set(root, (view = new Saturation(root)));
  view.setStateValue = setStateValue;
  view.take(data);
  return () => clearTimeout(view.timer);
}

class Saturation {
  constructor(root) {
    this.dials = make("div", { className: "dials" });
    this.bars = make("div", { className: "bars", role: "img" });
    this.names = make("div", { className: "names", "aria-hidden": "true" });
    this.legend = make("p", { className: "legend" });
    this.readout = make("p", { className: "readout" });
    this.facts = make("table", { className: "facts" });
    root.replaceChildren(make("style", { textContent: STYLE }), this.dials, this.legend,
      make("div", { className: "scroll", tabIndex: -1 }, this.bars, this.names), this.readout, this.facts);
    this.bars.addEventListener("pointerover", (event) => this.say(event.target.closest("span")?.place));
    this.bars.addEventListener("pointerleave", () => this.say());
    root.addEventListener("keydown", (event) => { // arrow keys here are not the presenter's
      if (event.key.startsWith("Arrow")) event.stopPropagation();
    });
  }

  take(data) {
    const bytes = data.slice().buffer;
    const from = 4 + new DataView(bytes).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, from - 4)));
    const fresh = this.head?.shown !== head.shown;
    this.head = head;
    this.scores = new Float32Array(bytes, from);
    if (!fresh) return this.draw();
    this.choice = head.choice;
    this.build();
    this.draw();
  }

  build() {
    const dials = this.head.dials.map(({ label, options }, i) => {
      const input = make("input", { type: "range", min: 0, max: options.length - 1, step: 1, value: this.choice[i], "aria-label": label });
      const output = make("output", { textContent: options[this.choice[i]] });
      input.oninput = () => this.turn(i, Number(input.value), output);
      input.setAttribute("aria-valuetext", options[this.choice[i]]);
      input.disabled = options.length < 2;
      return make("label", {}, make("span", {}, label, output), input);
    });
    const box = make("input", { type: "checkbox", checked: this.choice.at(-1) === 1 });
    box.oninput = () => this.turn(this.choice.length - 1, box.checked ? 1 : 0);
    this.dials.replaceChildren(...dials, make("label", { className: "switch" }, box, "divide by √d"));
    const many = this.head.labels.length > LABELLED;
    for (const grid of [this.bars, this.names]) grid.style.setProperty("--least", many ? "3px" : "1.6rem");
    for (const grid of [this.bars, this.names]) grid.style.gap = many ? "1px" : "3px";
    this.bars.replaceChildren(...this.head.labels.map((_, place) => {
      const column = make("span", {}, make("i"), make("i", { className: "other" }));
      column.place = place;
      return column;
    }));
    this.names.replaceChildren(...this.head.labels.map((word) => make("bdi", { textContent: many ? "" : word, title: word })));
  }

  turn(dial, place, output) {
    this.choice[dial] = place;
    if (output) {
      output.textContent = this.head.dials[dial].options[place];
      output.previousSibling.parentElement.nextSibling.setAttribute("aria-valuetext", output.textContent);
    }
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.setStateValue("chosen", { shown: this.head.shown, choice: this.choice.join(".") }), PAUSE);
  }

  draw() {
    const { dials, labels, widths } = this.head;
    const row = dials.reduce((at, { options }, i) => at * options.length + this.choice[i], 0);
    const scores = this.scores.subarray(row * labels.length, (row + 1) * labels.length);
    const divided = this.choice.at(-1) === 1;
    const width = widths[row];
    const ways = [saturation(scores, 1), saturation(scores, 1 / Math.sqrt(width))];
    [this.now, this.other] = divided ? [ways[1], ways[0]] : ways;
    const high = Math.max(this.now.largest, this.other.largest) > 0.5 ? 1 : 0.5;
    [...this.bars.children].forEach((column, i) => {
      column.children[0].style.setProperty("--share", this.now.weights[i] / high);
      column.children[1].style.setProperty("--share", this.other.weights[i] / high);
    });
    const said = (is) => (is ? "divided" : "not divided");
    this.bars.setAttribute("aria-label", `Weights of ${labels.length} tokens, scores ${said(divided)}: the largest is ${number(this.now.largest)}`);
    this.legend.replaceChildren(
      make("span", {}, make("i"), `weights, scores ${said(divided)}`), make("span", {}, make("i", { className: "other" }), said(!divided)),
      make("span", { textContent: `top of the axis: ${high}` }));
    const rows = [["as they are", ways[0]], [`divided by √${width} = ${number(Math.sqrt(width))}`, ways[1]]].map(([name, way], i) =>
      make("tr", { className: (i === 1) === divided ? "now" : "" }, make("th", { scope: "row", textContent: name }),
        ...[Math.max(...way.scaled) - Math.min(...way.scaled), way.largest, way.bits, way.slope].map((x) => make("td", { textContent: number(x), title: String(x) }))));
    const heads = ["scores", "range of the scores", "largest weight", "entropy, bits", "slope of softmax"];
    this.facts.replaceChildren(make("thead", {}, make("tr", {}, ...heads.map((h) => make("th", { textContent: h })))), make("tbody", {}, ...rows));
    this.say();
  }

  say(place) {
    this.readout.textContent = place === undefined ? `Of ${this.head.labels.length} weights, which sum to 1; full entropy would be ${number(Math.log2(this.head.labels.length))} bits.`
      : `${this.head.labels[place]}: score ${number(this.now.scaled[place])}, weight ${number(this.now.weights[place])} (${this.choice.at(-1) === 1 ? "not divided" : "divided"}: ${number(this.other.weights[place])})`;
  }
}
