// The drawing itself: parts as buttons with a thumbnail, the lines between them, and the order in
// which the arrow keys walk them.

const SVG = "http://www.w3.org/2000/svg";
const COLUMNS = { // of the opened block: column and row of the grid
  norm1: [2, 2], queries: [3, 1], keys: [3, 2], values: [3, 3], scores: [4, 1], masked: [5, 1], weights: [6, 1], context: [7, 2], projected: [8, 2],
  sum1: [9, 4], norm2: [10, 2], widened: [11, 2], activated: [12, 2], narrowed: [13, 2], sum2: [14, 4],
};
const COLOURS = { T: 0, C: 1, H: 2, D: 3, V: 4 };

const count = (n) => n.toLocaleString("en");

// The size of a tensor: letters and, below them, numbers.
function shape(part, letters) {
  const all = part.shape.split(" ").map((name) => {
    const letter = name.at(-1);
    const times = Number(name.slice(0, -1)) || 1;
    return { name, letter, size: times * letters[letter][0], says: `${letter} = ${count(letters[letter][0])} ${letters[letter][1]}` };
  });
  const words = all.flatMap(({ name, letter, says }, i) => [i ? " × " : "", make("i", { className: `l l-${letter}`, textContent: name, title: says })]);
  return { words, numbers: all.map(({ size }) => count(size)).join(" × ") };
}

// A part of the drawing; what it looks like is said in `dress`.
function node(part, act) {
  const title = make("b", { textContent: part.title });
  const picture = make("canvas", { className: "thumb", "aria-hidden": "true" });
  const size = make("span", { className: "shape" });
  const learned = make("small", { className: "learned" });
  const made = make("button", { type: "button", className: `part kind-${part.kind}`, tabIndex: -1 }, title, picture, size, learned);
  made.dataset.part = part.name;
  made.onclick = () => act(part.name);
  return made;
}

function dress(made, part, m, colours) {
  const { letters } = m.head;
  const [title, picture, size, learned] = made.children;
  const { words, numbers } = shape(part, letters);
  title.style.color = part.role === "ink" ? "" : `var(--${part.role})`;
  size.replaceChildren(make("span", {}, ...words), make("span", { className: "numbers", textContent: numbers }));
  learned.textContent = part.parameters ? `+${short(part.parameters)}` : "";
  learned.title = part.parameters ? `${count(part.parameters)} parameters` : "";
  made.setAttribute("aria-label", `${part.title}: ${numbers.replaceAll("×", "by")}${part.parameters ? `, ${count(part.parameters)} parameters` : ""}`);
  if (picture.tagName === "CANVAS") thumbnail(picture, m, part, colours);
}

// A count of parameters with three digits: 65.8k.
function short(n) {
  for (const [size, word] of [[1e9, "B"], [1e6, "M"], [1e3, "k"]]) if (n >= size) return `${Number((n / size).toPrecision(3))}${word}`;
  return String(n);
}

// Lines between parts that follow from each other, drawn behind them. An edge is [from, to, class].
function wires(svg, box, nodes, edges) {
  const origin = box.getBoundingClientRect();
  svg.setAttribute("width", box.scrollWidth);
  svg.setAttribute("height", box.scrollHeight);
  const at = (name) => {
    const found = nodes.get(name);
    const rect = (found?.querySelector(".thumb, .list") ?? found)?.getBoundingClientRect();
    return rect && { left: rect.left - origin.left + box.scrollLeft, right: rect.right - origin.left + box.scrollLeft, x: (rect.left + rect.right) / 2 - origin.left + box.scrollLeft, y: (rect.top + rect.bottom) / 2 - origin.top, top: rect.top - origin.top, bottom: rect.bottom - origin.top };
  };
  const paths = edges.map(([from, to, kind]) => {
    const [a, b] = [at(from), at(to)];
    if (!a || !b) return "";
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", kind);
    path.setAttribute("d", line(a, b, kind));
    path.dataset.to = to;
    path.dataset.from = from;
    return path;
  });
  svg.replaceChildren(...paths.filter(Boolean));
}

function line(a, b, kind) {
  const bend = 8;
  if (Math.abs(a.y - b.y) < 3) return `M${a.right},${a.y} H${b.left}`;
  if (kind === "up") return `M${b.left - 2 * bend - 4},${a.y} q${bend},0 ${bend},${-bend} V${b.y + bend} q0,${-bend} ${bend},${-bend} H${b.left}`;
  if (kind === "down") return `M${a.right},${a.y} H${b.x - bend} q${bend},0 ${bend},${bend} V${b.top - 2 * bend}`;
  const middle = (a.right + b.left) / 2;
  return `M${a.right},${a.y} C${middle},${a.y} ${middle},${b.y} ${b.left},${b.y}`;
}
