// All heads as small maps, a layer to a row, with the two maps of all layers together below them, and
// the legend of their roles, which is a filter too.

const SMALL = 72; // rows of a small map at most
const MANY = 6; // heads to a layer from which their names must be short

class Thumbnails {
  constructor(grid) {
    this.grid = grid;
    this.heads = make("div", { className: "small", role: "radiogroup", "aria-label": "Layer and head" });
    this.whole = make("div", { className: "whole", role: "radiogroup", "aria-label": "All layers together, and the last one" });
    this.roles = make("div", { className: "roles", role: "group", "aria-label": "Show only heads of one role" });
    this.box = make("div", { className: "side" }, this.heads, this.whole, this.roles);
    this.filters = [];
  }

  // Another model, another text, or roles that were not told before.
  settle() {
    const { head, count, words, root } = this.grid;
    root.style.setProperty("--heads", head.heads);
    for (const part of [this.heads, this.whole]) part.classList.toggle("crisp", words.length <= SMALL);
    this.all = Array.from({ length: count + 2 }, (_, map) => this.one(map));
    const many = head.heads > MANY;
    const children = [make("span")];
    for (let i = 1; i <= head.heads; i++) children.push(make("span", { textContent: many ? i : `head ${i}` }));
    for (let layer = 0; layer < head.layers; layer++) {
      const label = `All heads of layer ${layer + 1} as lines`;
      const textContent = many ? layer + 1 : `layer ${layer + 1}`;
      children.push(make("button", { type: "button", className: "layer", textContent, title: label, "aria-label": label, onclick: () => this.grid.keepLayer(layer) }));
      children.push(...this.all.slice(layer * head.heads, (layer + 1) * head.heads).map(({ button }) => button));
    }
    this.heads.replaceChildren(...children);
    this.whole.replaceChildren(...this.all.slice(count).map(({ button }) => button));
    this.legend();
    this.paint();
  }

  one(map) {
    const { head, count } = this.grid;
    const canvas = make("canvas");
    const role = head.roles[map];
    const letter = head.letters[map];
    const name = `${letter ? `${letter}: ` : ""}${this.grid.name(map)}`;
    const button = make("button", {
      type: "button", className: "head", role: "radio", title: name + (role ? `: ${role.role}` : ""), "aria-label": name + (role ? `: ${role.role}` : ""),
      onclick: () => this.grid.set({ map }), onkeydown: (event) => this.key(event, map),
    }, canvas);
    if (map >= count) button.append(this.grid.name(map));
    if (role) button.append(make("span", { className: `role${role.plays ? " plays" : ""}`, textContent: head.heads > MANY ? role.sign : role.short }));
    if (letter) button.append(make("span", { className: "letter", textContent: letter }));
    return { canvas, button, role };
  }

  paint() {
    const colours = this.grid.scale.map((hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)));
    this.all.forEach(({ canvas }, map) => {
      const { side, weights } = this.grid.maps.small(map, SMALL);
      const image = new ImageData(side, side);
      weights.forEach((weight, i) => {
        if (weight < 0) return;
        const at = this.grid.seen(weight) * (colours.length - 1);
        const low = Math.min(Math.floor(at), colours.length - 2);
        for (let c = 0; c < 3; c++) image.data[4 * i + c] = colours[low][c] + (at - low) * (colours[low + 1][c] - colours[low][c]);
        image.data[4 * i + 3] = 255;
      });
      canvas.width = canvas.height = side;
      canvas.getContext("2d").putImageData(image, 0, 0);
    });
  }

  legend() {
    const found = new Map();
    for (const { role } of this.all) if (role) found.set(role.role, { sign: role.sign, count: (found.get(role.role)?.count ?? 0) + 1 });
    const names = this.grid.head.names.filter((name) => found.has(name));
    if (!names.includes(this.grid.state.role)) this.grid.state.role = "";
    this.filters = names.map((name) => make(
      "button", { type: "button", name, onclick: () => this.grid.set({ role: this.grid.state.role === name ? "" : name }) },
      `${found.get(name).sign} ${name} `, make("b", { textContent: found.get(name).count }),
    ));
    this.roles.replaceChildren(...this.filters);
  }

  // What is chosen, kept and left out.
  show() {
    const { map, pins, role } = this.grid.state;
    this.all.forEach(({ button, role: mine }, i) => {
      const kept = pins.includes(i);
      button.setAttribute("aria-checked", String(i === map));
      button.tabIndex = i === map ? 0 : -1;
      button.classList.toggle("kept", kept);
      button.classList.toggle("off", Boolean(role) && mine?.role !== role);
      if (kept) button.style.setProperty("--tone", this.grid.shown.find((one) => one.map === i).tone);
    });
    for (const filter of this.filters) filter.setAttribute("aria-pressed", String(filter.name === role));
  }

  key(event, map) {
    const { head: { layers, heads }, count } = this.grid;
    if (event.key === "Enter" || event.key === " ") this.grid.keep(map);
    else if (event.key in ARROWS) {
      const [down, right] = ARROWS[event.key];
      let to = map;
      if (map >= count) to = down < 0 ? count - heads : count + ((map - count + Math.abs(right)) % 2);
      else if (down > 0 && map + heads >= count) to = count;
      else to = Math.max(Math.floor(map / heads) + down, 0) * heads + ((map % heads) + right + heads) % heads;
      this.grid.set({ map: Math.min(to, layers * heads + 1) });
      this.all[this.grid.state.map].button.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
