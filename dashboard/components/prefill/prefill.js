// What the cache holds at each step. All steps came with the message, so the slider asks nobody.
// published.py puts STYLE before this text.

const kept = new WeakMap(); // element -> what is drawn in it
const PAUSE = 400; // milliseconds at rest after which the link follows
const SVG = "http://www.w3.org/2000/svg";

function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

const whole = (n) => n.toLocaleString("en");
const counted = (n, noun) => `${whole(n)} ${noun}${n === 1 ? "" : "s"}`;
const bytes = (n) => (n < 1e6 ? `${(n / 1e3).toPrecision(3)} kB` : `${(n / 1e6).toPrecision(3)} MB`);
const triangle = (n) => (n * (n + 1)) / 2;

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".prefill");
  let view = kept.get(root);
  if (!view) kept.set(root, (view = new Prefill(root)));
  view.setStateValue = setStateValue;
  view.take(JSON.parse(new TextDecoder().decode(data)));
  return () => clearTimeout(view.timer);
}

class Prefill {
  constructor(root) {
    this.slider = make("input", { type: "range", min: 0, step: 1, "aria-label": "Step" });
    this.name = make("b");
    this.about = make("p", { className: "about", "aria-live": "polite" });
    this.square = make("div", { className: "square", role: "img" });
    this.text = make("div", { className: "text", tabIndex: 0, role: "group", "aria-label": "The text so far" });
    this.keys = make("div", { className: "cells", style: "--role: var(--key)" });
    this.values = make("div", { className: "cells", style: "--role: var(--value)" });
    this.facts = make("table", { className: "facts" });
    const sign = (name, says) => make("span", {}, make("i", { className: name }), says);
    const lanes = make("div", { className: "lanes" }, this.text,
      make("div", { className: "lane" }, make("small", { textContent: "keys" }), this.keys),
      make("div", { className: "lane" }, make("small", { textContent: "values" }), this.values),
      make("p", { className: "legend" }, sign("now", "computed now"), sign("kept", "kept from before"), sign("none", "not there yet"), sign("again", "scores computed again without a cache")));
    root.replaceChildren(make("style", { textContent: STYLE }), make("div", { className: "steps" }, this.slider, this.name), this.about,
      make("div", { className: "pair" }, this.square, make("div", { className: "lanes" }, lanes, this.facts)));
    this.slider.oninput = () => this.go(Number(this.slider.value));
    root.addEventListener("keydown", (event) => { // arrow keys here are not the presenter's
      if (event.key.startsWith("Arrow")) event.stopPropagation();
    });
  }

  take(head) {
    const fresh = this.head?.shown !== head.shown;
    this.head = head;
    if (!fresh) return;
    this.slider.max = head.steps.length - 1;
    this.choice = head.choice;
    this.slider.value = this.choice;
    const room = head.words.length;
    for (const lane of [this.keys, this.values]) {
      lane.style.setProperty("--gap", room > 60 ? "0px" : "2px");
      lane.replaceChildren(...head.words.map((word) => make("i", { title: word })));
    }
    this.text.replaceChildren(...head.words.map((word) => make("span", { textContent: word })));
    this.draw();
  }

  go(step) {
    this.choice = step;
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.setStateValue("chosen", { shown: this.head.shown, choice: step }), PAUSE);
  }

  draw() {
    const { words, prompt, steps, heads, setAside } = this.head;
    const [read, held, size] = steps[this.choice];
    const first = held - read; // the first token read in this step
    const name = this.choice ? `Decode, step ${this.choice}` : "Prefill";
    this.name.textContent = name;
    this.slider.setAttribute("aria-valuetext", name);
    this.about.replaceChildren(...(this.choice
      ? ["Only ", make("bdi", { textContent: `“${words[first]}”` }), ", the token written last, is read: one query, one new key, one new value. Its query looks at the ",
        `${whole(first)} keys that are kept and at its own.`]
      : [`The prompt, ${counted(prompt, "token")}, is read at once: every query, key and value is computed, and the keys and values stay.`]));
    [this.keys, this.values].forEach((lane) => [...lane.children].forEach((cell, i) => (cell.className = i >= held ? "" : i >= first ? "now" : "kept")));
    [...this.text.children].forEach((word, i) => (word.className = i >= held ? "later" : i >= first ? "now" : "kept"));
    const word = this.text.children[Math.min(held, words.length) - 1];
    if (word) this.text.scrollTop = word.offsetTop - this.text.offsetTop - this.text.clientHeight / 2; // the text alone, never the page
    this.picture(first, held);
    const rows = [
      ["tokens read", read, held],
      ["keys and values computed", 2 * read * heads, 2 * held * heads],
      ["scores computed", heads * (triangle(held) - triangle(first)), heads * triangle(held)],
    ].map(([what, here, without]) => [what, whole(here), whole(without)]);
    rows.push(["held in memory afterwards", bytes(size), "0"]);
    this.facts.replaceChildren(
      make("thead", {}, make("tr", {}, ...["in this step", "with the cache", "without"].map((h) => make("th", { textContent: h })))),
      make("tbody", {}, ...rows.map(([what, here, without]) => make("tr", {}, make("th", { scope: "row", textContent: what }), make("td", { textContent: here }), make("td", { textContent: without })))));
    this.facts.title = `${whole(size)} bytes of ${whole(setAside)} set aside`;
  }

  // Rows are queries, columns are keys; a token looks at itself and at what stands before it.
  picture(first, held) {
    const room = this.head.words.length;
    const svg = shape("svg", { viewBox: `0 0 ${room} ${room}`, preserveAspectRatio: "none" });
    const stairs = (from, to) => {
      const points = [`0,${from}`];
      for (let row = from; row < to; row++) points.push(`${row + 1},${row}`, `${row + 1},${row + 1}`);
      return [...points, `0,${to}`].join(" ");
    };
    if (first) svg.append(shape("polygon", { class: "done", points: stairs(0, first) }));
    svg.append(shape("polygon", { class: "now", points: stairs(first, held) }));
    if (first) svg.append(shape("polygon", { class: "again", points: stairs(0, first) }));
    svg.append(shape("rect", { class: "frame", x: 0, y: 0, width: room, height: room }));
    this.square.replaceChildren(svg);
    this.square.setAttribute("aria-label", first ? `One row of ${held} scores is computed; the triangle of ${first} rows above it is not needed again` : `A triangle of ${held} rows of scores is computed`);
  }
}
