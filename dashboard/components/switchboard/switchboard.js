// The board of switches, and the desk of what heads write. The squares are grid.js, the desk is
// writing.js; STYLE is put before this text by published.py.

const kept = new WeakMap(); // element -> what is drawn in it

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".switchboard");
  const { head, numbers } = unpacked(data);
  let view = kept.get(root);
  if (!view) kept.set(root, (view = head.kind === "board" ? new Board(root) : new Writing(root)));
  view.setStateValue = setStateValue;
  view.take(head, numbers);
  return () => {
    clearTimeout(view.timer);
    kept.delete(root);
  };
}

class Board {
  constructor(root) {
    this.pressed = new Set();
    this.grid = new Grid({ layer: (i, on) => this.layer(i, on), point: (says) => this.point(says) });
    this.grid.box.addEventListener("click", (event) => this.press(event.target.closest("button")?.spot));
    this.about = make("p", { className: "about", "aria-live": "polite" });
    this.clear = make("button", { type: "button", className: "plain", onclick: () => this.change(new Set()) });
    root.replaceChildren(make("style", { textContent: STYLE }), this.grid.box, make("div", { className: "foot" }, this.grid.scale, this.clear), this.about);
  }

  take(head) {
    const fresh = this.head?.version !== head.version;
    this.head = head;
    if (fresh) this.pressed = new Set(head.pressed.map(([layer, number]) => spot(layer, number)));
    this.show();
  }

  press(at) {
    if (!at || at.j >= this.head.heads) return;
    const name = spot(at.i, at.j);
    const next = new Set(this.head.several || this.pressed.has(name) ? this.pressed : []);
    if (!next.delete(name)) next.add(name);
    this.change(next);
  }

  layer(i, on) {
    const next = new Set(this.pressed);
    for (let j = 0; j < this.head.heads; j++) next[on ? "add" : "delete"](spot(i, j));
    this.change(next);
  }

  change(next) {
    this.pressed = next;
    this.show();
    const heads = [...next].map((name) => name.split(".").map(Number));
    this.setStateValue("pressed", { version: this.head.version, heads });
  }

  point(says) {
    set(this.about, "textContent", says ?? this.head.says);
  }

  show() {
    this.grid.show(this.head, this.pressed);
    set(this.clear, "textContent", this.head.several ? "All on again" : "None");
    this.clear.disabled = !this.pressed.size;
    if (!this.about.textContent) this.point(null);
  }
}
