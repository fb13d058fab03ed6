// Heads as lines between tokens: on the left each token asks, on the right it is looked at. Pointing
// at a token keeps its lines alone; a click, or Enter, keeps it so.

const FAINTEST = 0.01; // a paler line could not be seen among the others
const MOST_KEPT = 12;
const DASHES = [[], [7, 4], [2, 3]]; // with five colours: fifteen heads that can be told apart

const share = (weight) => (weight < 0.0001 ? "< 0.0001" : Number(weight.toPrecision(3)).toString());
const other = { asks: "seen", seen: "asks" };

class Lines {
  constructor(grid) {
    this.grid = grid;
    this.pins = make("div", { className: "pins", role: "group", "aria-label": "Heads on show; press one to see it alone" });
    this.canvas = make("canvas");
    this.columns = {};
    for (const [side, name] of [["asks", "Tokens that ask"], ["seen", "Tokens that are looked at"]]) {
      this.columns[side] = make("div", { className: `tokens ${side}`, role: "listbox", "aria-label": name });
    }
    this.between = make("div", { className: "between" }, this.canvas);
    this.scroll = make("div", { className: "scroll", onscroll: () => this.strands() },
      make("div", { className: "columns" },
        make("p", { textContent: "asks" }), make("p"), make("p", { textContent: "is looked at" }),
        this.columns.asks, this.between, this.columns.seen));
    this.box = make("div", { className: "strands" }, this.pins, this.scroll);
    this.hover = null;
    this.here = { side: "asks", place: 0 };
    new ResizeObserver(() => this.strands()).observe(this.scroll);
  }

  // New tokens.
  settle(words) {
    this.rows = {};
    for (const [side, column] of Object.entries(this.columns)) {
      this.rows[side] = words.map((word, place) => {
        const weight = make("small");
        const row = make("div", { role: "option", title: word }, make("bdi", { textContent: word }), weight);
        const at = { side, place };
        row.onpointerenter = (event) => event.pointerType !== "touch" && this.point(at);
        row.onpointerleave = () => this.point(null);
        row.onclick = () => this.grid.pin(at);
        row.onfocus = () => this.point(at, true);
        row.onblur = () => this.point(null);
        row.onkeydown = (event) => this.key(event, at);
        return { row, weight };
      });
      column.replaceChildren(...this.rows[side].map(({ row }) => row));
    }
    this.here = { side: "asks", place: 0 };
    this.hover = null;
  }

  key(event, { side, place }) {
    const last = this.grid.words.length - 1;
    const to = {
      ArrowDown: [side, Math.min(place + 1, last)], ArrowUp: [side, Math.max(place - 1, 0)], Home: [side, 0], End: [side, last],
      ArrowLeft: ["asks", place], ArrowRight: ["seen", place],
    }[event.key];
    if (to) this.rows[to[0]][to[1]].row.focus();
    else if (event.key === "Enter" || event.key === " ") this.grid.pin({ side, place });
    else if (event.key === "Escape") this.grid.pin(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  point(at, focused = false) {
    this.hover = at;
    if (focused) this.here = at;
    this.paint();
    this.grid.say();
  }

  // The token whose lines alone are drawn, if there is one.
  focus() {
    return this.hover ?? this.grid.state.token;
  }

  show() {
    const { shown, state } = this.grid;
    const chips = shown.map(({ map, tone, dash }) => {
      const name = this.grid.name(map);
      const swatch = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      for (const [key, value] of Object.entries({ x2: "100%", y1: "50%", y2: "50%", stroke: tone, "stroke-width": 3, "stroke-dasharray": dash.join(" ") })) line.setAttribute(key, value);
      swatch.append(line);
      const alone = make("button", { type: "button", onclick: () => this.grid.isolate(map), "aria-pressed": String(state.alone === map) }, swatch, name);
      const kept = state.pins.includes(map);
      const keep = make("button", { type: "button", textContent: kept ? "×" : "+ keep", onclick: () => this.grid.keep(map), "aria-label": `${kept ? "Let go of" : "Keep"} ${name}` });
      return make("span", {}, alone, keep);
    });
    this.pins.replaceChildren(...chips);
    this.paint();
  }

  // Heads whose lines are drawn.
  drawn() {
    const { shown, state } = this.grid;
    const alone = shown.filter(({ map }) => map === state.alone);
    return alone.length ? alone : shown;
  }

  paint() {
    if (!this.rows || this.box.hidden) return;
    const { maps, state } = this.grid;
    const heads = this.drawn();
    const at = this.focus();
    for (const side of ["asks", "seen"]) {
      this.rows[side].forEach(({ row, weight }, place) => {
        const same = at && at.side === side && at.place === place;
        const partner = at && at.side !== side;
        const shares = partner ? heads.map(({ map }) => (side === "seen" ? maps.at(map, at.place, place) : maps.at(map, place, at.place))) : [];
        row.classList.toggle("lit", Boolean(same));
        row.classList.toggle("pinned", Boolean(state.token && state.token.side === side && state.token.place === place));
        row.classList.toggle("pale", Boolean(at && !same && !partner));
        row.setAttribute("aria-selected", String(Boolean(same)));
        row.tabIndex = this.here.side === side && this.here.place === place ? 0 : -1;
        const width = 100 / Math.max(1, shares.length);
        const stops = shares.map((weight, i) => {
          const colour = `color-mix(in srgb, ${heads[i].tone} ${70 * this.grid.seen(weight)}%, transparent)`;
          return `${colour} ${i * width}% ${(i + 1) * width}%`;
        });
        row.style.background = stops.length ? `linear-gradient(to right, ${stops.join(", ")})` : "";
        weight.textContent = shares.length === 1 && shares[0] >= 0.005 ? shares[0].toFixed(2).replace(/^0/, "") : "";
      });
    }
    this.strands();
  }

  // Lines that cross the part in sight.
  strands() {
    if (!this.rows || this.box.hidden || !this.scroll.clientHeight) return;
    const { maps, words } = this.grid;
    const whole = this.columns.asks.offsetHeight;
    const row = whole / words.length;
    const width = this.between.clientWidth;
    const height = Math.min(this.scroll.clientHeight, whole);
    const ratio = window.devicePixelRatio || 1;
    Object.assign(this.canvas, { width: width * ratio, height: height * ratio });
    this.canvas.style.height = `${height}px`;
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const above = Math.min(this.scroll.scrollTop, whole - height);
    const at = this.focus();
    const heads = this.drawn();
    heads.forEach(({ map, tone, dash }, i) => {
      const aside = 2 * (i - (heads.length - 1) / 2); // so that lines of several heads lie beside each other
      pen.strokeStyle = tone;
      pen.setLineDash(dash);
      const draw = (asks, seen) => {
        const weight = maps.at(map, asks, seen);
        const strength = this.grid.seen(weight);
        if (weight < (at ? FAINTEST / 10 : FAINTEST)) return;
        pen.globalAlpha = Math.min(1, 0.05 + strength);
        pen.lineWidth = 0.7 + 2.3 * strength;
        pen.beginPath();
        pen.moveTo(0, (asks + 0.5) * row - above + aside);
        pen.lineTo(width, (seen + 0.5) * row - above + aside);
        pen.stroke();
      };
      if (at?.side === "asks") for (let seen = 0; seen <= at.place; seen++) draw(at.place, seen);
      else if (at) for (let asks = at.place; asks < words.length; asks++) draw(asks, at.place);
      else {
        const first = Math.max(0, Math.floor(above / row) - 1);
        const end = (above + height) / row + 1;
        for (let asks = first; asks < words.length; asks++) {
          for (let seen = 0; seen <= Math.min(asks, end); seen++) draw(asks, seen);
        }
      }
    });
  }
}
