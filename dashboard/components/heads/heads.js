// The heads of a model on one text. All maps come once; layer, head, token and view change here.
// published.py puts figures.js, STYLE and the other files of this folder before this text: lines.js
// (the tokens and the lines between them), heatmap.js, thumbnails.js, maps.js (the numbers).

const states = new WeakMap(); // element -> its grid
const EARLIER_PARTS = 6; // of earlier messages that are kept
const VIEWS = { map: "Heatmap", lines: "Lines" };

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".headgrid");
  let grid = states.get(root);
  if (!grid) states.set(root, (grid = new HeadGrid(root)));
  Object.assign(grid, { setStateValue, setTriggerValue });
  grid.take(data);
  return () => {
    clearTimeout(grid.timer);
    window.Plotly?.purge(grid.heatmap.box);
    states.delete(root);
  };
}

class HeadGrid {
  constructor(root) {
    this.root = root;
    this.thumbnails = new Thumbnails(this);
    this.heatmap = new Heatmap(this);
    this.lines = new Lines(this);
    this.title = make("h4");
    this.evidence = make("p", { className: "evidence" });
    this.readout = make("p", { className: "readout", "aria-live": "polite" });
    this.bright = make("input", { type: "checkbox", onchange: () => this.set({ bright: this.bright.checked }, true) });
    this.keeper = make("button", { type: "button", onclick: () => this.keep(this.state.map) });
    this.tabs = Object.entries(VIEWS).map(([view, textContent]) => make("button", {
      type: "button", role: "radio", textContent, onclick: () => this.set({ view }), onkeydown: (event) => this.turn(event),
    }));
    root.replaceChildren(
      make("style", { textContent: STYLE }),
      this.thumbnails.box,
      make("div", { className: "large" },
        make("div", { className: "bar" }, this.title,
          make("label", {}, this.bright, "small weights stronger"), this.keeper,
          make("div", { className: "views", role: "radiogroup", "aria-label": "View" }, ...this.tabs)),
        this.evidence, this.readout,
        make("div", { className: "picture" }, this.heatmap.box, this.lines.box)),
    );
  }

  take(data) {
    const { head, parts } = assembled(data, EARLIER_PARTS);
    if (!parts) return this.setTriggerValue("lack", Date.now());
    const look = theme(this.root);
    const { parts: sent, state, ...told } = head;
    const said = JSON.stringify([told, look]);
    if (said === this.said) return; // only what the learner chose here has been written into the link
    const fresh = this.head?.ids.maps !== head.ids.maps;
    Object.assign(this, { said, head, look, words: head.words, count: head.layers * head.heads });
    this.scale = head.colours.scale.map((pair) => pair[Number(look.dark)]);
    this.tones = head.colours.lines.map((pair) => pair[Number(look.dark)]);
    this.state ??= state;
    if (fresh) {
      this.maps = new Maps(parts.maps, head.words.length);
      this.fit();
      this.heatmap.settle();
      this.lines.settle(this.words);
    }
    this.bright.checked = this.state.bright;
    this.thumbnails.settle();
    this.show(true);
  }

  // Another model may have fewer heads, another text fewer tokens.
  fit() {
    if (this.state.heads !== this.head.heads) Object.assign(this.state, { map: 0, pins: [], alone: -1, heads: this.head.heads });
    const { map, pins, alone, token } = this.state;
    const there = (one) => one >= 0 && one < this.count + 2;
    Object.assign(this.state, {
      map: there(map) ? map : 0, pins: pins.filter(there), alone: there(alone) ? alone : -1,
      token: token && token.place < this.words.length ? token : null,
    });
  }

  set(change, repaint = false) {
    Object.assign(this.state, change);
    if (repaint) this.thumbnails.paint();
    this.show(repaint);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.setStateValue("seen", structuredClone(this.state)), 400);
  }

  // Keep a head for the lines, or let go of it.
  keep(map) {
    const { pins, alone } = this.state;
    const kept = pins.includes(map);
    this.set({ pins: kept ? pins.filter((one) => one !== map) : [...pins, map].slice(-MOST_KEPT), alone: kept && alone === map ? -1 : alone });
  }

  keepLayer(layer) {
    const all = Array.from({ length: this.head.heads }, (_, head) => layer * this.head.heads + head);
    this.set({ pins: all.slice(0, MOST_KEPT), alone: -1, map: all[0], view: "lines" });
  }

  isolate(map) {
    this.set({ alone: this.state.alone === map ? -1 : map });
  }

  pin(at) {
    const { token } = this.state;
    const again = at && token && token.side === at.side && token.place === at.place;
    this.set({ token: again ? null : at });
  }

  turn(event) {
    if (!(event.key in ARROWS)) return;
    event.preventDefault();
    event.stopPropagation();
    this.set({ view: this.state.view === "map" ? "lines" : "map" });
    this.tabs.find((tab) => tab.tabIndex === 0).focus();
  }

  name(map) {
    const { heads, whole } = this.head;
    return map < this.count ? `layer ${Math.floor(map / heads) + 1}, head ${(map % heads) + 1}` : whole[map - this.count].name;
  }

  // How strongly a weight is drawn, from 0 to 1.
  seen(weight) {
    return this.state.bright ? Math.sqrt(weight) : weight;
  }

  show(anew = false) {
    const { map, pins, view } = this.state;
    const all = pins.includes(map) ? pins : [...pins, map];
    this.shown = all.map((one, i) => ({ map: one, tone: this.tones[i % this.tones.length], dash: DASHES[Math.floor(i / this.tones.length) % DASHES.length] }));
    this.thumbnails.show();
    this.tabs.forEach((tab, i) => {
      const on = Object.keys(VIEWS)[i] === view;
      tab.setAttribute("aria-checked", String(on));
      tab.tabIndex = on ? 0 : -1;
    });
    this.keeper.textContent = pins.includes(map) ? "Let go" : "Keep for lines";
    const title = this.name(map);
    this.title.textContent = title[0].toUpperCase() + title.slice(1);
    const { role } = this.thumbnails.all[map];
    if (map >= this.count) this.evidence.textContent = this.head.whole[map - this.count].says;
    else if (role) this.evidence.replaceChildren(make("b", { textContent: `${role.title}. ` }), role.says);
    else this.evidence.textContent = this.head.hint;
    this.heatmap.box.hidden = view !== "map";
    this.lines.box.hidden = view !== "lines";
    this.stale ||= anew;
    if (view === "lines") this.lines.show();
    else {
      this.heatmap.show(this.stale);
      this.stale = false;
    }
    this.say();
  }

  // The line above the picture: what is pointed at, or pinned.
  say() {
    const { view, token, map } = this.state;
    const cell = view === "map" ? this.heatmap.cell : null;
    const at = view === "lines" ? this.lines.focus() : token;
    const word = (place) => [make("bdi", { textContent: this.words[place] }), make("small", { textContent: ` ${place + 1}` })];
    this.readout.classList.toggle("rest", !cell && !at);
    if (cell) {
      const says = cell.column <= cell.row ? `with ${share(this.maps.at(map, cell.row, cell.column))} of its weight.` : "with nothing: that token comes later.";
      this.readout.replaceChildren(...word(cell.row), " looks at ", ...word(cell.column), ` ${says}`);
    } else if (at) {
      const heads = view === "lines" ? this.lines.drawn() : [{ map }];
      const parts = heads.slice(0, 3).flatMap(({ map: one }, i) => {
        const best = this.maps.partners(one, at.side, at.place).slice(0, heads.length > 1 ? 1 : 3);
        const named = best.flatMap(([place, weight], j) => [j ? ", " : "", ...word(place), ` with ${share(weight)}`]);
        return [i ? "; " : "", heads.length > 1 ? `${this.name(one)}: ` : "", ...named];
      });
      this.readout.replaceChildren(...word(at.place), at.side === "asks" ? " looks most at " : " is looked at most by ", ...parts, heads.length > 3 ? "; and so on" : ".");
    } else {
      this.readout.textContent = view === "map"
        ? "Point at a square: its row is the token that asks, its column the token that is looked at."
        : "Point at a token, and only its lines are left; a click pins it.";
    }
  }
}
