// Two small pictures of one token on its way through the blocks: lines and bars in an SVG.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 360;
const HEIGHT = 190;
const ROOM = { left: 38, right: 10, top: 12, bottom: 34 };

function shape(tag, attributes, text = "") {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

// The next of 1, 2, 5, 10, 20 ... that is not smaller.
function nice(x) {
  const power = 10 ** Math.floor(Math.log10(Math.max(x, 1e-9)));
  return power * [1, 2, 5, 10].find((step) => step * power >= x * 0.999);
}

// lines: {name, values, dashed}; bars: {name, values, tone} with a value for each block.
function curves(box, { depths, top, lines, bars = [], says }) {
  const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  svg.append(shape("title", {}, says));
  const x = (depth) => ROOM.left + ((depth + 0.5) * (WIDTH - ROOM.left - ROOM.right)) / depths;
  const y = (value) => HEIGHT - ROOM.bottom - (Math.min(value, top) * (HEIGHT - ROOM.top - ROOM.bottom)) / top;
  for (const share of [0, 0.5, 1]) {
    const at = y(share * top);
    svg.append(shape("line", { class: "rule", x1: ROOM.left, x2: WIDTH - ROOM.right, y1: at, y2: at }));
    svg.append(shape("text", { x: ROOM.left - 6, y: at + 4, "text-anchor": "end" }, figure(share * top)));
  }
  const every = Math.ceil(depths / 13);
  for (let depth = 0; depth < depths; depth += every) svg.append(shape("text", { x: x(depth), y: HEIGHT - ROOM.bottom + 15, "text-anchor": "middle" }, String(depth)));
  svg.append(shape("text", { x: (WIDTH + ROOM.left) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, "blocks behind it"));
  const wide = (WIDTH - ROOM.left - ROOM.right) / depths;
  bars.forEach(({ name, values, tone }, k) => values.forEach((value, i) => {
    const half = wide * 0.32;
    const bar = shape("rect", { x: x(i + 1) + (k - 1) * half, width: half, y: y(value), height: Math.max(y(0) - y(value), 0), fill: `var(--${tone})` });
    bar.append(shape("title", {}, `${name} of block ${i + 1}: ${value}`));
    svg.append(bar);
  }));
  for (const { name, values, dashed } of lines) {
    svg.append(shape("polyline", { class: dashed ? "line dashed" : "line", points: values.map((value, depth) => `${x(depth)},${y(value)}`).join(" ") }));
    values.forEach((value, depth) => {
      const dot = shape("circle", { class: dashed ? "dot dashed" : "dot", cx: x(depth), cy: y(value), r: 3 });
      dot.append(shape("title", {}, `${name}, ${depth ? `after block ${depth}` : "before block 1"}: ${value}`));
      svg.append(dot);
    });
  }
  box.replaceChildren(svg);
}
