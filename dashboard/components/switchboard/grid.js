// A square for each head, layer by layer; arrow keys walk, and one square is in the way of Tab.
// Text only ever goes in as textContent.

// Three significant digits with a true minus; tiny and large numbers in powers of ten.
function figure(x, digits = 3) {
  if (x === 0) return "0";
  const size = Math.abs(x);
  const text = size < 0.0005 || size >= 1e5 ? x.toExponential(1).replace("e", "·10^").replace("+", "") : String(Number(x.toPrecision(digits)));
  return text.replaceAll("-", "−");
}

const LEAST = 0.001; // what the strongest colour stands for at least: rounding gets no colour

// As it stands in a square: what is too small for it is said to be small.
const short = (x) => (x !== 0 && Math.abs(x) < 0.001 ? "≈ 0" : figure(x, 2));

const spot = (layer, head) => `${layer}.${head}`;

// Along the arrow keys: the new row and column, or null for another key.
function walked(key, row, column, rows, columns) {
  const ways = { ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1], Home: [row, 0], End: [row, columns - 1] };
  const to = ways[key];
  return to && [Math.min(Math.max(to[0], 0), rows - 1), Math.min(Math.max(to[1], 0), columns - 1)];
}

class Grid {
  constructor({ press, layer, point }) {
    this.act = { press, layer, point };
    this.box = make("div", { className: "grid", role: "group", "aria-label": "Layers from top to bottom, heads from left to right" });
    this.scale = make("p", { className: "scale", "aria-hidden": "true" }, make("span"), make("i"), make("span"));
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("focusin", (event) => this.stand(event.target));
    this.box.addEventListener("pointerover", (event) => this.tell(event.target));
    this.box.addEventListener("focusin", (event) => this.tell(event.target));
    this.box.addEventListener("pointerleave", () => this.act.point(null));
    this.box.addEventListener("focusout", () => this.act.point(null));
  }

  // head: layers, heads, columns, values, signed, several; pressed: a set of spots.
  show(head, pressed) {
    this.head = head;
    const { layers, heads, columns = [], values, signed, several, unit } = head;
    const all = values ? values.flat().filter((x) => x !== null) : [];
    const low = signed ? -Math.max(...all.map(Math.abs), LEAST) : 0;
    const high = signed ? -low : Math.max(...all, LEAST);
    this.box.style.setProperty("--columns", heads + columns.length);
    this.box.classList.toggle("many", heads > 6);
    const rows = fit(this.box, layers + 1, () => make("div", { className: "line" }));
    const titles = fit(rows[0], 1 + heads + columns.length, () => make("span", { className: "title" }));
    for (let j = 1; j < titles.length; j++) {
      const full = columns[j - heads - 1] ?? `head ${j}`;
      set(titles[j], "textContent", heads <= 6 ? full : j > heads ? full.split("-").map((word) => word[0]).join("") : String(j));
      set(titles[j], "title", full);
    }
    for (let i = 0; i < layers; i++) {
      const cells = fit(rows[i + 1], 1 + heads + columns.length, () => make("button", { type: "button", tabIndex: -1 }));
      this.title(cells[0], i, several, pressed);
      for (let j = 0; j < heads + columns.length; j++) {
        const cell = cells[j + 1];
        const value = values?.[i]?.[j] ?? null;
        const on = pressed.has(spot(i, j));
        cell.spot = { i, j };
        const name = j < heads ? `Layer ${i + 1}, head ${j + 1}` : `Layer ${i + 1}, ${columns[j - heads]}`;
        cell.says = value === null ? name : `${name}: ${figure(value)} ${unit}`;
        set(cell, "className", `cell${on ? " on" : ""}${j < heads ? "" : " fixed"}${several ? " off" : ""}`);
        set(cell, "textContent", value === null ? "" : heads > 6 ? "" : short(value));
        set(cell, "title", value === null ? name : `${name}: ${String(value)} ${unit}`);
        cell.setAttribute("aria-label", cell.says);
        if (j < heads) cell.setAttribute("aria-pressed", String(on));
        else cell.setAttribute("aria-disabled", "true");
        const steps = signed ? 8 : 9;
        const level = value === null ? (signed ? 4 : 0) : Math.round((steps * (value - low)) / (high - low));
        const strong = signed ? Math.abs(level - 4) >= 3 : level >= 5;
        cell.style.setProperty("--cell", value === null ? "var(--surface)" : `var(--${signed ? "diverging" : "sequential"}-${Math.min(Math.max(level, 0), steps)})`);
        cell.style.setProperty("--on", strong ? "var(--ground)" : "var(--ink)");
      }
    }
    const buttons = [...this.box.querySelectorAll("button:not(.blank)")];
    if (!buttons.some((b) => b.tabIndex === 0)) (buttons.find((b) => b.classList.contains("on")) ?? buttons.find((b) => b.spot)).tabIndex = 0;
    const [from, strip, to] = this.scale.children;
    this.scale.classList.toggle("empty", !values);
    set(from, "textContent", figure(low));
    set(to, "textContent", `${figure(high)} ${unit}`);
    const name = signed ? "diverging" : "sequential";
    strip.style.background = `linear-gradient(to right, ${Array.from({ length: signed ? 9 : 10 }, (_, k) => `var(--${name}-${k})`).join(", ")})`;
  }

  title(node, i, several, pressed) {
    const { heads } = this.head;
    const full = Array.from({ length: heads }, (_, j) => pressed.has(spot(i, j))).every(Boolean);
    set(node, "className", several ? "title whole" : "title whole blank");
    set(node, "textContent", `layer ${i + 1}`);
    node.whole = i;
    node.disabled = !several;
    node.says = `All heads of layer ${i + 1}`;
    node.setAttribute("aria-label", node.says);
    if (several) node.setAttribute("aria-pressed", String(full));
    node.onclick = several ? () => this.act.layer(i, !full) : null;
  }

  tell(target) {
    const says = target.closest?.("button")?.says;
    if (says) this.act.point(says);
  }

  stand(target) {
    if (target.tagName !== "BUTTON") return;
    for (const button of this.box.querySelectorAll("button")) button.tabIndex = button === target ? 0 : -1;
  }

  key(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (event.key.startsWith("Arrow")) event.stopPropagation(); // not the presenter's here
    const rows = [...this.box.children].slice(1).map((line) => [...line.children].filter((b) => !b.disabled));
    const row = rows.findIndex((cells) => cells.includes(button));
    const to = walked(event.key, row, rows[row].indexOf(button), rows.length, rows[row].length);
    if (!to) return;
    event.preventDefault();
    rows[to[0]][to[1]].focus();
  }
}
