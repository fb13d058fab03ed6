// One tensor as a heat map, rows tokens; small ones in the drawing, a large one with a cell that can
// be walked to; and the factors of one sum as three strips.

function tint(colours, part, x) {
  if (!Number.isFinite(x)) return null;
  const share = part.kind === "softmax" || part.kind === "chance";
  const stops = colours.scales[share ? "weight" : "signed"];
  return between(stops, share ? x / part.reach : (x / part.reach + 1) / 2);
}

// A picture with one dot for each of these cells.
function dotted(canvas, rows, columns, colour) {
  canvas.width = columns;
  canvas.height = rows;
  const paper = canvas.getContext("2d");
  const dots = paper.createImageData(columns, rows);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const found = colour(r, c);
      if (found) dots.data.set([...found, 255], 4 * (r * columns + c));
    }
  }
  paper.putImageData(dots, 0, 0);
  return canvas;
}

// As much of a tensor as a thumbnail can show: up to 16 rows and 28 columns of it, evenly apart.
function thumbnail(canvas, m, part, colours) {
  const [, rows, columns] = part.size;
  const [high, wide] = [Math.min(rows, 16), Math.min(columns, 28)];
  dotted(canvas, high, wide, (r, c) => tint(colours, part, m.at(part.name, 0, Math.floor((r * rows) / high), Math.floor((c * columns) / wide))));
}

class Heatmap {
  constructor(change) {
    this.change = change; // told which cell is pointed at, and whether it was chosen
    this.canvas = make("canvas", { tabIndex: 0, role: "application", "aria-roledescription": "heat map" });
    this.box = make("div", { className: "map" }, this.canvas);
    this.canvas.onpointermove = (event) => this.change(this.under(event), false);
    this.canvas.onpointerleave = () => this.change(null, false);
    this.canvas.onclick = (event) => this.change(this.under(event), true);
  }

  // Draw one frame of a part. `labels` are words for rows and, where they have some, for columns.
  paint(m, part, h, colours, labels, cell) {
    const [, rows, columns] = part.size;
    const { rem } = colours;
    const dots = devicePixelRatio || 1;
    const paper = this.canvas.getContext("2d");
    const letters = `${0.75 * rem}px ${colours.font}`;
    paper.font = letters;
    this.left = Math.min(Math.ceil(Math.max(...labels.rows.map((word) => paper.measureText(word).width)) + 0.6 * rem), 6 * rem);
    this.top = (labels.columns ? 3.9 : 1.2) * rem;
    const room = this.box.clientWidth - this.left - 2;
    this.w = Math.min(Math.max(room / columns, 1), 2 * rem);
    if (columns <= 4) this.w = 5 * rem;
    this.h = (rows <= 16 ? 1 : rows <= 32 ? 0.7 : 0.45) * rem;
    const [width, height] = [this.left + columns * this.w + 2, this.top + rows * this.h + 2];
    const key = `${m.head.origin}|${m.state.block}|${part.name}|${h}|${colours.ground}`;
    if (this.key !== key) {
      this.key = key;
      this.picture = dotted(this.picture ?? make("canvas"), rows, columns, (r, c) => tint(colours, part, m.at(part.name, h, r, c)));
    }
    Object.assign(this, { rows, columns });
    this.canvas.width = Math.round(width * dots);
    this.canvas.height = Math.round(height * dots);
    this.canvas.style.cssText = `width: ${width}px; height: ${height}px`;
    paper.setTransform(dots, 0, 0, dots, 0, 0);
    paper.imageSmoothingEnabled = false;
    paper.drawImage(this.picture, this.left, this.top, columns * this.w, rows * this.h);
    paper.font = letters;
    paper.textBaseline = "middle";
    this.words(paper, labels, cell, colours);
    if (!cell) return;
    paper.strokeStyle = colours.muted;
    paper.lineWidth = 1;
    paper.strokeRect(this.left - 0.5, this.top + cell.r * this.h - 0.5, columns * this.w + 1, this.h + 1);
    paper.strokeStyle = colours.ink;
    paper.lineWidth = 2;
    const wide = Math.max(this.w, 5);
    paper.strokeRect(this.left + (cell.c + 0.5) * this.w - wide / 2 - 1, this.top + cell.r * this.h - 1, wide + 2, this.h + 2);
  }

  words(paper, labels, cell, colours) {
    const every = Math.ceil((0.8 * colours.rem) / this.h);
    paper.textAlign = "right";
    labels.rows.forEach((word, r) => {
      const own = cell?.r === r;
      if ((labels.rows.length - 1 - r) % every && !own) return; // the last one is always named
      if (!own && cell && Math.abs(cell.r - r) < every) return;
      paper.fillStyle = own ? colours.ink : colours.muted;
      paper.fillText(this.cut(paper, word, this.left - 6), this.left - 6, this.top + (r + 0.5) * this.h);
    });
    const apart = labels.columns ? Math.ceil((0.85 * colours.rem) / this.w) : Math.max(2 ** Math.ceil(Math.log2((2.6 * colours.rem) / this.w)), 1);
    for (let c = 0; c < this.columns; c++) {
      const own = cell?.c === c;
      if (c % apart && !own) continue;
      if (!own && cell && Math.abs(cell.c - c) < apart) continue;
      const x = this.left + (c + 0.5) * this.w;
      paper.fillStyle = own ? colours.ink : colours.muted;
      if (labels.columns) {
        paper.save();
        paper.translate(x, this.top - 5);
        paper.rotate(-Math.PI / 2);
        paper.textAlign = "left";
        paper.fillText(this.cut(paper, labels.columns[c], this.top - 6), 0, 0);
        paper.restore();
      } else {
        paper.textAlign = "center";
        paper.fillText(String(c + 1), Math.max(x, this.left + 4), this.top / 2);
      }
    }
  }

  cut(paper, word, room) {
    let text = word;
    while (text.length > 1 && paper.measureText(text).width > room) text = `${text.slice(0, text.endsWith("…") ? -2 : -1)}…`;
    return text;
  }

  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const c = Math.floor((event.clientX - box.left - this.left) / this.w);
    const r = Math.floor((event.clientY - box.top - this.top) / this.h);
    return r >= 0 && c >= 0 && r < this.rows && c < this.columns ? { r, c } : null;
  }
}

// The rows of numbers that one cell is made from, one below the other; a place in them is pointed at.
class Strips {
  constructor() {
    this.canvas = make("canvas", { tabIndex: 0, role: "application", "aria-roledescription": "strips", "aria-label": "The numbers around this one; left and right arrows go from one to the next" });
    this.said = make("p", { "aria-live": "polite" });
    this.box = make("div", { className: "strips" }, this.canvas, this.said);
    this.canvas.onpointermove = (event) => this.point(Math.floor((event.clientX - this.canvas.getBoundingClientRect().left - this.left) / this.w));
    this.canvas.onkeydown = (event) => {
      const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!way) return;
      event.preventDefault();
      event.stopPropagation();
      this.point(this.k + way);
    };
  }

  show(strips, colours) {
    this.box.classList.toggle("none", !strips);
    if (!strips) return;
    const count = strips.rows[0][1].length;
    const same = this.strips?.rows[0][1].length === count && strips.at === undefined;
    Object.assign(this, { strips, colours, count, k: strips.at ?? (same ? this.k : 0) });
    this.paint();
  }

  point(k) {
    this.k = Math.min(Math.max(k, 0), this.count - 1);
    this.paint();
  }

  paint() {
    const { strips: { rows, says }, colours, count } = this;
    const { rem } = colours;
    const dots = devicePixelRatio || 1;
    this.left = 6 * rem;
    const line = 0.95 * rem;
    const wide = this.box.clientWidth;
    this.w = Math.min(Math.max((wide - this.left - 2) / count, 0.2), 3 * rem);
    this.canvas.width = Math.round(wide * dots);
    this.canvas.height = Math.round((3 * line + 4) * dots);
    this.canvas.style.cssText = `width: ${wide}px; height: ${3 * line + 4}px`;
    const paper = this.canvas.getContext("2d");
    paper.setTransform(dots, 0, 0, dots, 0, 0);
    paper.imageSmoothingEnabled = false;
    paper.font = `${0.75 * rem}px ${colours.font}`;
    paper.textAlign = "right";
    paper.textBaseline = "middle";
    rows.forEach(([name, row], i) => {
      paper.fillStyle = colours.muted;
      paper.fillText(name, this.left - 8, (i + 0.5) * line);
      const reach = row.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 1e-12);
      const picture = dotted(make("canvas"), 1, count, (r, c) => (Number.isFinite(row[c]) ? between(colours.scales.signed, (row[c] / reach + 1) / 2) : null));
      paper.drawImage(picture, this.left, i * line + 1, count * this.w, line - 2);
    });
    const mark = Math.max(this.w, 4);
    paper.strokeStyle = colours.ink;
    paper.lineWidth = 1.5;
    paper.strokeRect(this.left + (this.k + 0.5) * this.w - mark / 2, 0.75, mark, rows.length * line);
    this.said.textContent = says(this.k);
  }
}
