// One matrix on a canvas: coloured cells, their numbers where there is room, words at its sides.

// Where the scale of a matrix begins and ends: from 0 to a round share for weights, else as far
// below 0 as above.
function reach(step, m) {
  let most = 0;
  for (const x of m.v) if (Number.isFinite(x)) most = Math.max(most, Math.abs(x));
  if (step.scale === "weight") return [0, [0.05, 0.1, 0.2, 0.5].find((share) => most <= share) ?? 1];
  return [-(most || 1), most || 1];
}

class Cells {
  constructor(step, labels) {
    this.step = step;
    this.rows = step.rows === "tokens" ? labels : null;
    this.columns = step.columns === "tokens" ? labels : null;
    this.canvas = make("canvas", { tabIndex: -1, role: "application", "aria-roledescription": "matrix" });
    this.inner = make("div", { className: "inner" }, this.canvas);
    this.scroller = make("div", { className: "scroller", tabIndex: -1 }, this.inner);
  }

  // Sizes of cells and margins for a matrix of this size, in pixels.
  measure(m, colours) {
    const { rem, font } = colours;
    const wide = m.columns <= 8 ? 2.9 : m.columns <= 16 ? 1.75 : m.columns <= 40 ? 0.8 : 0.3;
    const high = m.rows <= 8 ? 1.55 : m.rows <= 16 ? 1.3 : m.rows <= 40 ? 0.8 : 0.3;
    this.w = Math.round(wide * rem);
    this.h = Math.round(high * rem);
    this.digits = high < 0.8 || wide < 1.5 ? 0 : wide > 2.4 ? 3 : 2;
    const paper = this.canvas.getContext("2d");
    this.letters = `${Math.round((high < 1 || wide < 1 ? 0.68 : 0.74) * rem)}px ${font}`;
    this.figures = `${Math.round((high < 1.2 ? 0.62 : wide > 2.4 ? 0.74 : 0.62) * rem)}px ${font}`;
    paper.font = this.letters;
    const longest = (words, most) => Math.min(most * rem, Math.ceil(Math.max(...words.map((word) => paper.measureText(word).width)) + 0.5 * rem));
    this.left = this.rows ? longest(this.rows, 5) : m.rows <= 16 ? rem : 4;
    this.upright = Boolean(this.columns) && this.w < 1.5 * rem;
    this.top = this.upright ? longest(this.columns, 4.5) : this.w >= rem ? Math.round(1.15 * rem) : 4;
    this.width = this.left + m.columns * this.w + 4;
    this.height = this.top + m.rows * this.h + 4;
    const dots = devicePixelRatio || 1;
    this.canvas.width = Math.round(this.width * dots);
    this.canvas.height = Math.round(this.height * dots);
    this.canvas.style.cssText = `width: ${this.width}px; height: ${this.height}px`;
    this.m = m;
  }

  // Draw it; `lit` are the cells another one is made from, `used` those made from it, `at` the one looked at.
  paint(m, colours, { lit = [], used = [], at = null, touched = () => false, pale = false }) {
    const marks = JSON.stringify([lit, used, at, pale]);
    if (this.drawn?.m === m && this.drawn.colours === colours && this.drawn.marks === marks) return;
    this.drawn = { m, colours, marks };
    if (!this.m || this.m.rows !== m.rows || this.m.columns !== m.columns || this.drawnWith !== colours) this.measure(m, colours);
    this.drawnWith = colours;
    this.m = m;
    const paper = this.canvas.getContext("2d");
    const dots = devicePixelRatio || 1;
    paper.setTransform(dots, 0, 0, dots, 0, 0);
    paper.clearRect(0, 0, this.width, this.height);
    const [low, high] = reach(this.step, m);
    const stops = colours.scales[this.step.scale];
    const within = (r, c) => lit.some((box) => (box.r === null || box.r === r) && (box.c === null || box.c === c));
    paper.textAlign = "center";
    paper.textBaseline = "middle";
    paper.font = this.figures;
    for (let r = 0; r < m.rows; r++) {
      for (let c = 0; c < m.columns; c++) {
        const x = number(m, r, c);
        const [left, top] = [this.left + c * this.w, this.top + r * this.h];
        const dim = pale || (lit.length > 0 && !within(r, c));
        paper.globalAlpha = dim ? 0.3 : 1;
        const tint = Number.isFinite(x) ? between(stops, (x - low) / (high - low)) : null;
        paper.fillStyle = tint ? `rgb(${tint})` : colours.ground;
        paper.fillRect(left, top, this.w - (this.w > 8 ? 1 : 0), this.h - (this.h > 8 ? 1 : 0));
        if (this.digits) {
          const dark = tint && luminance(tint) < 0.55;
          paper.globalAlpha = dim ? 0.7 : 1;
          paper.fillStyle = !tint || dim ? colours.muted : dark ? LETTERS[0] : LETTERS[1];
          paper.fillText(brief(x, this.digits), left + this.w / 2, top + this.h / 2 + 0.5);
        } else if (!tint && this.w > 8) {
          paper.fillStyle = colours.muted;
          paper.fillText("·", left + this.w / 2, top + this.h / 2);
        }
        if (touched(r, c)) {
          paper.fillStyle = colours.accent;
          paper.fillRect(left, top + this.h - 4, this.w - 1, 3);
        }
      }
    }
    paper.globalAlpha = 1;
    this.words(paper, m, colours, at);
    paper.lineWidth = 2;
    for (const box of lit) this.outline(paper, m, box, colours[this.step.role] ?? colours.ink, []);
    for (const box of used) this.outline(paper, m, box, colours.muted, [4, 3]);
    if (at) this.outline(paper, m, at, colours.ink, []);
  }

  words(paper, m, colours, at) {
    paper.font = this.letters;
    const fit = (word, room) => {
      let text = word;
      while (text.length > 1 && paper.measureText(text).width > room) text = text.slice(0, text.length > 2 && text.endsWith("…") ? -2 : -1) + "…";
      return text;
    };
    const colour = (own) => (own ? colours.ink : colours.muted);
    paper.textAlign = "right";
    for (let r = 0; r < m.rows && (this.rows || m.rows <= 16); r++) {
      paper.fillStyle = colour(at?.r === r);
      paper.fillText(fit(this.rows?.[r] ?? String(r + 1), this.left - 6), this.left - 5, this.top + (r + 0.5) * this.h);
    }
    if (this.top < 6) return;
    for (let c = 0; c < m.columns; c++) {
      const word = this.columns?.[c] ?? String(c + 1);
      const x = this.left + (c + 0.5) * this.w;
      paper.fillStyle = colour(at?.c === c);
      if (this.upright) {
        paper.save();
        paper.translate(x, this.top - 4);
        paper.rotate(-Math.PI / 2);
        paper.textAlign = "left";
        paper.fillText(fit(word, this.top - 6), 0, 0);
        paper.restore();
      } else {
        paper.textAlign = "center";
        if (this.columns || this.w > 1.5 * colours.rem || c % 4 === 0) paper.fillText(fit(word, this.w - 3), x, this.top / 2);
      }
    }
  }

  outline(paper, m, { r, c }, colour, dashes) {
    const [top, rows] = r === null ? [0, m.rows] : [r, 1];
    const [left, columns] = c === null ? [0, m.columns] : [c, 1];
    paper.setLineDash(dashes);
    paper.strokeStyle = colour;
    paper.strokeRect(this.left + left * this.w, this.top + top * this.h, columns * this.w - 1, rows * this.h - 1);
    paper.setLineDash([]);
  }

  // The cell under a pointer, or null beside them.
  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const c = Math.floor((event.clientX - box.left - this.left) / this.w);
    const r = Math.floor((event.clientY - box.top - this.top) / this.h);
    return this.m && r >= 0 && c >= 0 && r < this.m.rows && c < this.m.columns ? { r, c } : null;
  }
}
