// Code with blanks. The numbers go to the server when the reader asks for it; text only ever goes
// in as textContent. published.py puts STYLE and shared.js before this text.

const kept = new WeakMap(); // element -> what is drawn in it

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".blanks");
  let view = kept.get(root);
  if (!view) kept.set(root, (view = new Blanks(root)));
  view.setStateValue = setStateValue;
  view.take(JSON.parse(new TextDecoder().decode(data)));
}

class Blanks {
  constructor(root) {
    this.code = make("div", { className: "code", role: "group", "aria-label": "Code with blanks" });
    this.button = make("button", { type: "button", textContent: "Run" });
    this.hint = make("span");
    this.said = make("div", { className: "said", "aria-live": "polite" });
    root.replaceChildren(make("style", { textContent: STYLE }), this.code, make("p", { className: "act" }, this.button, this.hint), this.said);
    this.button.addEventListener("click", () => this.run());
    this.code.addEventListener("input", () => this.changed());
    this.code.addEventListener("keydown", (event) => {
      if (event.key.startsWith("Arrow")) event.stopPropagation(); // not the presenter's here
      if (event.key === "Enter") this.run();
    });
  }

  take(head) {
    const fresh = this.head?.shown !== head.shown;
    this.head = head;
    if (fresh) this.build();
    this.tell();
    this.changed();
  }

  build() {
    const { blanks, lines, numbers, ends } = this.head;
    this.fields = new Map();
    const tint = (name) => `--tint: var(--token-${blanks.indexOf(name) % 7})`;
    const piece = (text) => {
      if (!blanks.includes(text)) return text;
      if (this.fields.has(text)) return make("output", { name: text, style: tint(text) });
      const field = make("input", { type: "text", inputMode: "numeric", autocomplete: "off", maxLength: String(ends[1]).length,
        placeholder: text, value: numbers[text] ?? "", style: tint(text), "aria-label": `Blank ${text}` });
      this.fields.set(text, field);
      return field;
    };
    this.code.replaceChildren(...lines.map((pieces) => make("div", {}, ...pieces.map(piece))));
  }

  // What the fields hold; null where something else than a number in reach stands there.
  numbers() {
    const [smallest, largest] = this.head.ends;
    const found = {};
    for (const [name, field] of this.fields) {
      const number = /^\d+$/.test(field.value.trim()) ? Number(field.value) : -1;
      if (number < smallest || number > largest) return null;
      found[name] = number;
    }
    return found;
  }

  changed() {
    const now = this.numbers();
    const [smallest, largest] = this.head.ends;
    for (const copy of this.code.querySelectorAll("output")) {
      const value = this.fields.get(copy.name).value.trim();
      copy.textContent = value || copy.name;
      copy.classList.toggle("empty", !value);
    }
    this.button.setAttribute("aria-disabled", String(!now));
    set(this.hint, "textContent", now ? "or press Enter in a field" : `A whole number from ${smallest} to ${largest} in every blank, then run it.`);
    const old = !this.head.said || JSON.stringify(now) !== JSON.stringify(this.tried());
    this.said.classList.toggle("old", old);
    [...this.code.children].forEach((line, i) => line.classList.toggle("stopped", !old && i === this.head.said.line));
  }

  tried() {
    return Object.fromEntries([...this.fields.keys()].map((name) => [name, this.head.numbers[name]]));
  }

  run() {
    const now = this.numbers();
    if (now) this.setStateValue("filled", { shown: this.head.shown, numbers: now });
  }

  tell() {
    const said = this.head.said;
    if (!said) return this.said.replaceChildren();
    const words = said.words.map((text, i) => (i % 2 ? make("b", { textContent: text }) : text));
    this.said.replaceChildren(...(said.error ? [make("code", { textContent: said.error })] : []),
      make("p", { className: said.right ? "right" : "" }, ...words));
  }
}
