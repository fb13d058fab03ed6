// What one head writes to one token: by whom it looks at, and which words that speaks for.

const ROWS = 8;

// The weights of one head at the place whose row is number `p` of `places`: a row is as long as its
// place is far into the text, and the rows of all heads of a place stand together.
function offsets(places, heads) {
  let from = 0;
  return places.map((place) => {
    const here = from;
    from += heads * (place + 1);
    return here;
  });
}

// Attention weights and what is handed over, which is weight times reach; largest piece first.
function pieces(weights, reach) {
  const all = Array.from(weights, (weight, s) => ({ s, weight, norm: weight * reach[s] }));
  return all.sort((a, b) => b.norm - a.norm || b.weight - a.weight || a.s - b.s);
}

class Writing {
  constructor(root) {
    this.text = make("div", { className: "text", role: "group", "aria-label": "The token that is written to" });
    this.grid = new Grid({ press: () => {}, layer: () => {}, point: (says) => this.point(says) });
    this.grid.box.addEventListener("click", (event) => {
      const at = event.target.closest("button")?.spot;
      if (at) this.go({ layer: at.i, head: at.j });
    });
    this.about = make("p", { className: "about" });
    this.rows = make("div", { className: "pieces" });
    this.up = make("div", { className: "pushed" });
    this.down = make("div", { className: "pushed" });
    this.title = make("p", { className: "where", "aria-live": "polite" });
    const left = make("div", { className: "side" }, this.grid.box, this.grid.scale, this.about);
    const lists = make("div", { className: "lists" }, make("div", {}, make("p", { className: "muted", textContent: "Makes likelier" }), this.up), make("div", {}, make("p", { className: "muted", textContent: "Makes less likely" }), this.down));
    root.replaceChildren(make("style", { textContent: STYLE }), this.text, make("div", { className: "work" }, left, make("div", { className: "side" }, this.title, this.rows, lists)));
    this.root = root;
    this.text.addEventListener("click", (event) => {
      const place = event.target.closest("button")?.place;
      if (place !== undefined) this.go({ place });
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key.startsWith("Arrow")) event.stopPropagation();
      const all = [...this.text.children];
      const to = walked(event.key.replace("Up", "Left").replace("Down", "Right"), 0, all.indexOf(event.target), 1, all.length);
      if (!to) return;
      event.preventDefault();
      all[to[1]].focus();
      this.go({ place: to[1] });
    });
  }

  take(head, numbers) {
    const fresh = this.head?.version !== head.version;
    this.head = head;
    this.numbers = numbers;
    this.rowsFrom = offsets(head.places, head.layers * head.heads);
    if (fresh) this.at = { ...head.at };
    const chips = fit(this.text, head.words.length, () => make("button", { type: "button" }));
    head.words.forEach((word, i) => {
      set(chips[i], "textContent", word);
      chips[i].place = i;
      chips[i].setAttribute("aria-label", `Token ${i + 1}: ${word}`);
    });
    this.show();
    if (fresh) this.bring(chips[this.at.place]);
  }

  // Scroll the text, and nothing else, to a token.
  bring(chip) {
    const top = chip.offsetTop - this.text.offsetTop;
    const [from, to] = [this.text.scrollTop, this.text.scrollTop + this.text.clientHeight];
    if (top < from || top + chip.offsetHeight > to) this.text.scrollTop = top - this.text.clientHeight + 2 * chip.offsetHeight;
  }

  go(change) {
    this.at = { ...this.at, ...change };
    this.show();
    clearTimeout(this.timer);
    const missing = !this.head.places.includes(this.at.place);
    this.timer = setTimeout(() => this.setStateValue("standing", { version: this.head.version, ...this.at }), missing ? 0 : 400);
  }

  point(says) {
    set(this.about, "textContent", says ?? this.head.says);
  }

  show() {
    const { layers, heads, words, places, names, tops } = this.head;
    const { layer, head, place } = this.at;
    [...this.text.children].forEach((chip, i) => {
      chip.setAttribute("aria-pressed", String(i === place));
      chip.tabIndex = i === place ? 0 : -1;
      chip.classList.toggle("later", i > place);
    });
    const p = places.indexOf(place);
    this.root.toggleAttribute("aria-busy", p < 0);
    if (p < 0) return; // the row of this token is on its way
    const { weights, reach, wrote, ids, pushes } = this.numbers;
    const count = layers * heads;
    const h = layer * heads + head;
    const values = Array.from({ length: layers }, (_, i) => Array.from(wrote.subarray(p * count + i * heads, p * count + (i + 1) * heads)));
    this.grid.show({ layers, heads, values, unit: "(length)", signed: false, several: false }, new Set([spot(layer, head)]));
    this.point(null);
    const from = this.rowsFrom[p] + h * (place + 1);
    const sorted = pieces(weights.subarray(from, from + place + 1), reach.subarray(h * words.length, h * words.length + place + 1));
    const most = Math.max(...sorted.map((piece) => piece.norm), 1e-9);
    set(this.title, "textContent", `Layer ${layer + 1}, head ${head + 1}, to token ${place + 1}, “${words[place]}”`);
    this.showPieces(sorted, most, words);
    const begin = (p * count + h) * 2 * tops;
    this.list(this.up, ids.subarray(begin, begin + tops), pushes.subarray(begin, begin + tops), names, Math.max(Math.abs(pushes[begin]), Math.abs(pushes[begin + tops])));
    this.list(this.down, ids.subarray(begin + tops, begin + 2 * tops), pushes.subarray(begin + tops, begin + 2 * tops), names, Math.max(Math.abs(pushes[begin]), Math.abs(pushes[begin + tops])));
  }

  showPieces(sorted, most, words) {
    const lines = fit(this.rows, ROWS + 2, () => make("div", { className: "piece" }, make("bdi"), make("span", { className: "track looks" }, make("i")), make("b"), make("span", { className: "track gives" }, make("i")), make("b")));
    const say = (line, name, weight, norm, whole) => {
      const [word, looks, share, gives, long] = line.children;
      set(word, "textContent", name);
      looks.firstChild.style.width = `${100 * Math.min(weight, 1)}%`;
      gives.firstChild.style.width = `${(100 * norm) / most}%`;
      gives.hidden = !whole;
      set(share, "textContent", `${figure(100 * weight)} %`);
      set(share, "title", String(weight));
      set(long, "textContent", whole ? figure(norm) : "");
      set(long, "title", whole ? String(norm) : "");
    };
    [...lines[0].children].forEach((node, i) => set(node, "textContent", ["looked at", "where it looks", "", "what it hands over (most first)", ""][i]));
    lines[0].className = "piece heading";
    for (let i = 0; i < ROWS; i++) {
      const line = lines[i + 1];
      line.classList.toggle("none", i >= sorted.length);
      if (i < sorted.length) say(line, `${sorted[i].s + 1} ${words[sorted[i].s]}`, sorted[i].weight, sorted[i].norm, true);
    }
    const rest = sorted.slice(ROWS);
    lines[ROWS + 1].classList.toggle("none", !rest.length);
    lines[ROWS + 1].classList.add("rest");
    say(lines[ROWS + 1], `${rest.length} more`, rest.reduce((sum, piece) => sum + piece.weight, 0), 0, false);
  }

  list(box, ids, pushes, names, most) {
    const lines = fit(box, ids.length, () => make("div", { className: "push" }, make("bdi"), make("span", { className: "track" }, make("i")), make("b")));
    for (let i = 0; i < ids.length; i++) {
      const [word, track, value] = lines[i].children;
      set(word, "textContent", names[ids[i]] ?? String(ids[i]));
      track.firstChild.style.width = `${(100 * Math.abs(pushes[i])) / Math.max(most, 1e-9)}%`;
      lines[i].classList.toggle("against", pushes[i] < 0);
      set(value, "textContent", `${pushes[i] > 0 ? "+" : ""}${figure(pushes[i])}`);
      set(value, "title", `${pushes[i]}`);
    }
  }
}
