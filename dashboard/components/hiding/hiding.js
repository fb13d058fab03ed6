// A text whose tokens can be hidden one at a time. Every variant came with the message; text only
// ever goes in as textContent. published.py puts STYLE before this text.

const kept = new WeakMap(); // element -> what is drawn in it
const PAUSE = 400; // milliseconds at rest after which the link follows
const ON = ["var(--ink)", "light-dark(#1b2230, #11151d)", "var(--ground)"]; // letters on paler and darker chips

const number = (x) => (x === 0 ? "0" : x < 0.001 ? x.toExponential(1) : x.toPrecision(3));
const percent = (p) => (p < 0.0005 ? "< 0.1 %" : `${(100 * p).toFixed(1)} %`);

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".hiding");
  let view = kept.get(root);
  if (!view) kept.set(root, (view = new Hiding(root)));
  view.setStateValue = setStateValue;
  view.take(JSON.parse(new TextDecoder().decode(data)));
  return () => clearTimeout(view.timer);
}

class Hiding {
  constructor(root) {
    this.chips = make("div", { className: "chips", role: "group", "aria-label": "Tokens of your sentence; press one to hide it" });
    this.least = make("span", { textContent: "0 bits" });
    this.most = make("span");
    const scale = make("p", { className: "scale" }, "the prediction moves by", this.least, make("i"), this.most);
    this.about = make("p", { className: "about", "aria-live": "polite" });
    const legend = make("p", { className: "legend" },
      make("span", {}, make("i", { className: "before" }), "the whole sentence"),
      make("span", {}, make("i", { className: "after" }), "without the hidden token"));
    this.rows = make("div", { className: "rows" });
    root.replaceChildren(make("style", { textContent: STYLE }), this.chips, scale, this.about, legend, this.rows);
    this.chips.addEventListener("click", (event) => this.press(event.target.closest("button")));
    this.chips.addEventListener("pointerover", (event) => this.look(event.target.closest("button")?.place));
    this.chips.addEventListener("pointerleave", () => this.draw(this.choice));
    this.chips.addEventListener("focusin", (event) => this.look(event.target.closest("button")?.place));
    this.chips.addEventListener("focusout", () => this.draw(this.choice));
    this.chips.addEventListener("keydown", (event) => this.key(event));
  }

  take(head) {
    const fresh = this.head?.shown !== head.shown;
    this.head = head;
    this.variants = new Map(head.variants.map(([place, bits, bars]) => [place, { bits, bars }]));
    this.reach = Math.max(...head.variants.map(([, bits]) => bits), 1e-9);
    this.most.textContent = `${number(this.reach)} bits`;
    if (fresh) this.choice = head.choice;
    if (fresh || this.chips.children.length !== head.words.length || this.tried !== this.variants.size) this.build();
    this.tried = this.variants.size;
    this.draw(this.choice);
  }

  build() {
    const first = this.head.variants[0]?.[0] ?? 0;
    const buttons = this.head.words.map((word, place) => {
      const button = make("button", { type: "button", textContent: word, place, tabIndex: -1 });
      const variant = this.variants.get(place);
      if (variant) {
        const level = Math.round((9 * variant.bits) / this.reach);
        button.style.setProperty("--cell", `var(--sequential-${level})`);
        button.style.setProperty("--on", ON[level < 5 ? 0 : level === 5 ? 1 : 2]);
        button.title = `${number(variant.bits)} bits`;
        button.setAttribute("aria-label", `${word}, hidden it moves the prediction by ${number(variant.bits)} bits`);
      } else {
        button.className = "untried";
        button.title = "not hidden yet";
        button.setAttribute("aria-disabled", "true");
      }
      return button;
    });
    this.chips.replaceChildren(...buttons);
    buttons[this.choice >= 0 ? this.choice : first].tabIndex = 0;
    if (first) this.chips.scrollTop = this.chips.scrollHeight;
  }

  press(button) {
    if (!button || !this.variants.has(button.place)) return;
    this.choice = this.choice === button.place ? -1 : button.place;
    for (const other of this.chips.children) other.tabIndex = other === button ? 0 : -1;
    this.draw(this.choice);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.setStateValue("chosen", { shown: this.head.shown, choice: this.choice }), PAUSE);
  }

  look(place) {
    if (place !== undefined && this.variants.has(place)) this.draw(place);
  }

  // Bars and sentence for one hidden token; -1 for none.
  draw(place) {
    const variant = this.variants.get(place);
    [...this.chips.children].forEach((chip) => chip.setAttribute("aria-pressed", String(chip.place === this.choice)));
    const bars = variant?.bars ?? this.head.whole;
    if (!variant) {
      const [word, p] = this.head.whole[0];
      this.about.replaceChildren("Nothing is hidden: the likeliest next token is ", make("bdi", { textContent: word }), ` with ${percent(p)}. Press a token to hide it.`);
    } else {
      const [word, before, after] = bars[0];
      const [now, , p] = bars.reduce((best, bar) => (bar[2] > best[2] ? bar : best));
      this.about.replaceChildren("Without ", make("bdi", { textContent: `“${this.head.words[place]}”` }), " the prediction moves by ",
        make("b", { textContent: `${number(variant.bits)} bits` }), ": ", make("bdi", { textContent: word }), ` goes from ${percent(before)} to ${percent(after)}`,
        ...(now === word ? [" and stays the likeliest."] : [", and ", make("bdi", { textContent: now }), ` (${percent(p)}) is now the likeliest.`]));
      this.about.title = `${variant.bits} bits`;
    }
    this.rows.replaceChildren(...bars.map(([word, before, after]) => {
      const track = make("span", { className: "track" }, make("i", { className: "before" }), make("i", { className: "after" }));
      track.children[0].style.setProperty("--share", before);
      track.children[1].style.setProperty("--share", variant ? after : 0);
      track.children[1].hidden = !variant;
      const says = variant ? `${percent(before)} → ${percent(after)}` : percent(before);
      return make("div", { className: "row", title: variant ? `${before} → ${after}` : String(before) }, make("bdi", { textContent: word }), track, make("small", { textContent: says }));
    }));
  }

  // Arrow keys walk over the tokens; Enter or the space bar hides the one in focus.
  key(event) {
    const all = [...this.chips.children];
    const here = all.indexOf(event.target);
    if (event.key.startsWith("Arrow")) event.stopPropagation(); // not the presenter's here
    const to = { ArrowLeft: here - 1, ArrowUp: here - 1, ArrowRight: here + 1, ArrowDown: here + 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || here < 0) return;
    event.preventDefault();
    const next = all[Math.min(Math.max(to, 0), all.length - 1)];
    for (const chip of all) chip.tabIndex = chip === next ? 0 : -1;
    next.focus();
  }
}
