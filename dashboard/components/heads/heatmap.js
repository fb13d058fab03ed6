// One head as a Plotly heatmap. The figure's look comes from Python, its numbers from the maps here.

const ARROWS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
const ROOT_MARKS = [0, 0.01, 0.1, 0.5, 1]; // at the colour scale when small weights are drawn stronger
const LONGEST_WORD = 12;

class Heatmap {
  constructor(grid) {
    this.grid = grid;
    this.box = make("div", { className: "map", tabIndex: 0, role: "application" });
    this.box.onkeydown = (event) => this.key(event);
    this.box.onblur = () => this.cell && this.point(null);
    this.cell = null; // the square pointed at
    this.queue = Promise.resolve();
  }

  // Other tokens.
  settle() {
    this.cell = null;
  }

  // One drawing at a time; of those that wait only the newest counts.
  show(anew = false) {
    this.anew ||= anew;
    if (this.waiting) return;
    this.waiting = true;
    this.queue = this.queue.then(plotly).then((Plotly) => {
      this.waiting = false;
      return this.draw(Plotly);
    }).catch((error) => {
      this.waiting = false;
      this.grid.readout.textContent = `The heatmap could not be drawn: ${error.message}. Reload the page.`;
    });
  }

  async draw(Plotly) {
    const { state, words, maps } = this.grid;
    if (this.box.hidden || !this.box.clientWidth) return;
    if (this.anew) this.dress();
    if (this.anew || this.drawn !== state.map) this.trace = { ...this.trace, z: maps.square(state.map, (weight) => this.grid.seen(weight)) };
    this.anew = false;
    this.drawn = state.map;
    const frame = (x0, y0, x1, y1) => ({ type: "rect", x0, y0, x1, y1, line: { color: this.grid.look.ink, width: 1.5 } });
    const end = words.length - 0.5;
    const shapes = [];
    const { side, place } = state.token ?? {};
    if (side === "asks") shapes.push(frame(-0.5, place - 0.5, end, place + 0.5));
    if (side === "seen") shapes.push(frame(place - 0.5, -0.5, place + 0.5, end));
    if (this.cell?.keyed) shapes.push(frame(this.cell.column - 0.5, this.cell.row - 0.5, this.cell.column + 0.5, this.cell.row + 0.5));
    this.box.setAttribute("aria-label", `Heatmap of ${this.grid.name(state.map)}; arrow keys go from square to square, Enter pins the row, Escape lets go`);
    await Plotly.react(this.box, [this.trace], { ...this.layout, shapes }, { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false });
    if (this.wired) return;
    this.wired = true;
    this.box.on("plotly_hover", ({ points }) => this.point({ row: points[0].y, column: points[0].x }));
    this.box.on("plotly_unhover", () => this.cell && !this.cell.keyed && this.point(null));
    this.box.on("plotly_click", ({ points }) => this.grid.pin({ side: "asks", place: points[0].y }));
  }

  // The tokens at the axes where they have room.
  dress() {
    const { data, layout } = dressed(this.grid.head.figure, this.grid.look);
    const { words, look, state } = this.grid;
    const letters = words.map((word) => [...word]);
    const cut = letters.map((word) => (word.length > LONGEST_WORD ? `${word.slice(0, LONGEST_WORD - 1).join("")}…` : word.join("")));
    const plain = cut.map((word) => word.replace(/&/g, "&amp;").replace(/</g, "&lt;"));
    const room = { xaxis: (this.box.clientWidth - 170) / words.length, yaxis: (this.box.clientHeight - 80) / words.length };
    for (const [name, size] of Object.entries(room)) {
      const fits = size >= 9;
      const tickfont = { size: Math.min(look.size, Math.max(8, size - 1)) };
      Object.assign(layout[name], { tickvals: fits ? [...words.keys()] : [], ticktext: fits ? plain : [], tickfont, range: name === "xaxis" ? [-0.5, words.length - 0.5] : [words.length - 0.5, -0.5], autorange: false });
      if (name === "xaxis") layout[name].tickangle = words.length > 3 ? -60 : 0;
    }
    const marks = state.bright ? ROOT_MARKS : [0, 0.5, 1];
    Object.assign(data[0].colorbar, { tickmode: "array", tickvals: state.bright ? marks.map(Math.sqrt) : marks, ticktext: marks.map(String) });
    const gap = Math.min(room.xaxis, room.yaxis) > 6 ? 1 : 0;
    const { x, y, customdata, hovertemplate, ...trace } = data[0];
    this.trace = { ...trace, hoverinfo: "none", xgap: gap, ygap: gap };
    this.layout = { ...layout, height: this.box.clientHeight, autosize: true, hovermode: "closest" };
  }

  point(cell) {
    const framed = this.cell?.keyed || cell?.keyed;
    this.cell = cell;
    this.grid.say();
    if (framed) this.show();
  }

  key(event) {
    const { words, state } = this.grid;
    const last = words.length - 1;
    const inside = (place) => Math.min(Math.max(place, 0), last);
    if (event.key in ARROWS) {
      const { row, column } = this.cell ?? { row: state.token?.place ?? last, column: 0 };
      const [down, right] = this.cell ? ARROWS[event.key] : [0, 0]; // the first key only shows where one is
      this.point({ row: inside(row + down), column: inside(column + right), keyed: true });
    } else if (event.key === "Enter" || event.key === " ") this.grid.pin(this.cell ? { side: "asks", place: this.cell.row } : null);
    else if (event.key === "Escape") {
      this.grid.pin(null);
      this.point(null);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
