// A text, its pieces in several lanes, rows of an embedding table: what is pointed at in one of them
// lights in all. Text only ever goes in as textContent; published.py puts STYLE before this text.

const kept = new WeakMap(); // element -> what is drawn in it
const INK = "var(--ink)";
const LETTERS = [INK, INK, INK, "light-dark(#1b2230, #11151d)", "var(--ground)"]; // on paler and darker cells
const PAUSE = 700; // milliseconds without typing after which the link follows

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".tokens");
  let view = kept.get(root);
  if (!view) kept.set(root, (view = new View(root)));
  view.setStateValue = setStateValue;
  view.take(JSON.parse(new TextDecoder().decode(data)));
  return () => clearTimeout(view.timer);
}

class View {
  constructor(root) {
    this.root = root;
    this.pinned = null;
    this.area = make("textarea", { id: "typed", spellcheck: false, autocapitalize: "off", oninput: () => this.typed() });
    this.label = make("label", { htmlFor: "typed" });
    this.full = make("p", { "aria-live": "polite" });
    this.box = make("div", { className: "box" }, this.label, this.area, this.full);
    this.text = make("div", { className: "text", dir: "auto" });
    this.more = make("p", { className: "muted" });
    this.about = make("p", { className: "about" });
    this.lanes = make("div", { className: "lanes" });
    this.title = make("p", { className: "muted" });
    this.rows = make("div", { className: "rows", role: "group" });
    this.table = make("div", { className: "table" }, this.title, this.rows);
    root.replaceChildren(make("style", { textContent: STYLE }), this.box, this.text, this.more, this.about, this.lanes, this.table);
    root.addEventListener("pointerover", (event) => this.point(place(event.target) ?? this.pinned));
    root.addEventListener("pointerleave", () => this.point(this.pinned));
    root.addEventListener("focusin", (event) => this.point((this.pinned = place(event.target))));
    root.addEventListener("focusout", () => this.point((this.pinned = null)));
    root.addEventListener("keydown", (event) => this.key(event));
  }

  typed() {
    this.tell(false);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell(true), PAUSE);
  }

  tell(rest) {
    const text = this.area.value;
    const whole = text.toWellFormed ? text.toWellFormed() : text.replace(/[\ud800-\udfff]/gu, "\ufffd");
    this.setStateValue("typed", { text: whole, version: this.head.box.version, rest });
    this.room();
  }

  room() {
    const { room } = this.head.box;
    set(this.full, "textContent", this.area.value.length >= room ? `The box is full: it holds ${room.toLocaleString("en")} characters, and what came after them was left out.` : "");
  }

  take(head) {
    const first = this.head?.box?.version !== head.box?.version;
    this.head = head;
    this.box.hidden = !head.box;
    if (head.box) {
      set(this.label, "textContent", head.box.label);
      set(this.area, "maxLength", head.box.room);
      if (first) set(this.area, "value", head.box.text);
      this.room();
    }
    this.drawText();
    this.drawLanes();
    this.drawTable();
    this.point((this.pinned &&= place(this.root.getRootNode().activeElement)));
  }

  // The text falls apart wherever a piece of the focused lane begins or ends.
  drawText() {
    const { signs, lanes, focus, more } = this.head;
    const pieces = lanes[focus].chips.map(([, start, end], i) => ({ start, end, i })).filter((p) => p.end > p.start);
    const spans = [];
    let at = 0;
    while (pieces.length && at < signs.length) {
      const here = pieces.filter((p) => p.start <= at && p.end > at);
      const next = Math.min(signs.length, ...pieces.filter((p) => p.start > at).map((p) => p.start).slice(0, 1), ...here.map((p) => p.end));
      spans.push({ start: at, end: next, here });
      while (pieces.length && pieces[0].end <= next) pieces.shift();
      at = next;
    }
    if (at < signs.length) spans.push({ start: at, end: signs.length, here: [] });
    const nodes = fit(this.text, spans.length, () => make("span"));
    spans.forEach(({ start, end, here }, i) => {
      const node = nodes[i];
      set(node, "textContent", signs.slice(start, end).join("").replaceAll("␣", "␣\u200b").replaceAll("↵", "↵\n"));
      set(node, "className", here.length ? (here.length > 1 ? "parts" : "") : "none");
      node.style.setProperty("--tint", here.length ? `var(--token-${here[0].i % 7})` : "none");
      node.place = { start, end };
    });
    set(this.more, "textContent", more ? `These are the first ${signs.length.toLocaleString("en")} characters; ${more.toLocaleString("en")} more are counted, not drawn.` : "");
    this.more.hidden = !more;
  }

  drawLanes() {
    const nodes = fit(this.lanes, this.head.lanes.length, (i) => {
      const head = make("p", {}, make("b"), make("span", { className: "facts" }));
      return make("div", { className: "lane" }, head, make("div", { className: "chips", role: "group" }), make("span", { className: "more" }));
    });
    this.head.lanes.forEach(({ name, facts, chips, more }, i) => {
      const [head, list, rest] = nodes[i].children;
      set(nodes[i], "className", i === this.head.focus && this.head.lanes.length > 1 ? "lane focus" : "lane");
      set(head.children[0], "textContent", name);
      set(head.children[1], "textContent", facts);
      list.setAttribute("aria-label", name);
      const buttons = fit(list, chips.length, () => make("button", { type: "button", tabIndex: -1 }, make("bdi"), make("small")));
      chips.forEach(([written, start, end, id, note, mark], j) => {
        const chip = buttons[j];
        set(chip, "className", `chip ${mark}`);
        chip.style.setProperty("--tint", `var(--token-${j % 7})`);
        set(chip.children[0], "textContent", written || "(empty)");
        set(chip.children[1], "textContent", id === null ? "" : String(id));
        chip.children[1].hidden = id === null;
        chip.place = { start, end, lane: i, chip: j };
        chip.says = `${written || "empty"}${id === null ? "" : `, id ${id}`}${note ? `, ${note}` : ""}`;
        chip.setAttribute("aria-label", chip.says);
      });
      if (buttons.length && ![...buttons].some((b) => b.tabIndex === 0)) buttons[0].tabIndex = 0;
      set(rest, "textContent", more ? `and ${more.toLocaleString("en")} more` : "");
    });
  }

  drawTable() {
    const { table } = this.head;
    this.table.hidden = !table;
    if (!table) return;
    set(this.title, "textContent", table.title);
    this.rows.setAttribute("aria-label", table.title);
    const nodes = fit(this.rows, table.rows.length, () => make("button", { type: "button", className: "row", tabIndex: -1 }, make("small"), make("bdi"), make("span", { className: "cells" })));
    table.rows.forEach(([id, written, numbers], i) => {
      const [small, name, cells] = nodes[i].children;
      set(small, "textContent", String(id));
      set(name, "textContent", written);
      const drawn = fit(cells, numbers.length, () => make("i"));
      numbers.forEach((x, k) => {
        const level = Math.round(4 + 4 * Math.min(1, Math.max(-1, x / table.reach)));
        set(drawn[k], "textContent", x.toFixed(2).replace(/^-0\.00$/, "0.00").replace("-", "−"));
        drawn[k].style.setProperty("--cell", `var(--diverging-${level})`);
        drawn[k].style.setProperty("--on", LETTERS[Math.abs(level - 4)]);
        set(drawn[k], "title", `channel ${k + 1}: ${x}`);
      });
      nodes[i].place = { id };
      nodes[i].setAttribute("aria-label", `Row ${id}, ${written}`);
    });
    if (nodes.length && ![...nodes].some((b) => b.tabIndex === 0)) nodes[0].tabIndex = 0;
  }

  // Light what is pointed at: a stretch of the text, or all places of one row's token.
  point(at) {
    const { lanes, table, focus } = this.head;
    this.root.classList.toggle("pointing", Boolean(at));
    const own = table ? lanes[table.lane].chips : [];
    const stretches = !at ? [] : "id" in at ? own.filter((c) => c[3] === at.id).map(([, start, end]) => ({ start, end })) : [at];
    const hit = (p) => stretches.some((s) => (p.start < s.end && p.end > s.start) || (p.start === p.end && p.start > s.start && p.start < s.end) || (p.start === s.start && p.end === s.end));
    // A chip lights itself alone in its lane, even if it shares its character with others.
    const lit = (node) => {
      const p = node.place;
      if (!at) return false;
      return p.lane !== undefined && p.lane === at.lane ? p.chip === at.chip : hit(p);
    };
    for (const node of this.text.children) node.classList.toggle("lit", lit(node));
    const ids = new Set();
    let said = "";
    [...this.lanes.children].forEach((lane, i) => {
      for (const chip of lane.children[1].children) {
        const now = "id" in (at ?? {}) && table && i === table.lane ? lanes[i].chips[chip.place.chip][3] === at.id : lit(chip);
        chip.classList.toggle("lit", now);
        if (!now) continue;
        if (table && i === table.lane) ids.add(lanes[i].chips[chip.place.chip][3]);
        if (!said && (at.lane ?? focus) === i) said = chip.says;
      }
    });
    for (const row of this.rows.children) row.classList.toggle("lit", ids.has(row.place.id));
    if (at && !("id" in at)) {
      const rows = [...this.rows.children].filter((row) => row.classList.contains("lit"));
      this.bring(rows.at(-1));
      this.bring(rows[0]);
    }
    set(this.about, "textContent", said || (at ? "" : "Point at a piece, or reach it with Tab and the arrow keys."));
  }

  bring(row) {
    if (!row) return;
    const top = row.offsetTop - this.rows.offsetTop;
    if (top < this.rows.scrollTop) this.rows.scrollTop = top;
    else if (top + row.offsetHeight > this.rows.scrollTop + this.rows.clientHeight) this.rows.scrollTop = top + row.offsetHeight - this.rows.clientHeight;
  }

  // Arrow keys walk along a lane or down the rows; one node of each is in the way of the Tab key.
  key(event) {
    const list = event.target.closest(".chips, .rows");
    if (!list) return;
    if (event.key.startsWith("Arrow")) event.stopPropagation(); // not the presenter's here
    const all = [...list.children];
    const here = all.indexOf(event.target);
    const to = { ArrowLeft: here - 1, ArrowUp: here - 1, ArrowRight: here + 1, ArrowDown: here + 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || here < 0) return;
    event.preventDefault();
    const next = all[Math.min(Math.max(to, 0), all.length - 1)];
    for (const node of all) node.tabIndex = node === next ? 0 : -1;
    next.focus();
  }
}

const place = (node) => node?.closest?.(".text span, .chip, .row")?.place ?? null;
