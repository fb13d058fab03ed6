// What every component that draws numbers as coloured cells shares: numbers as text, the theme's
// colours, and the colour between two stops. published.py puts this text before theirs.

const signed = (text) => text.replace("-", "−");
const rounded = (x, digits) => (Number.isNaN(x) ? "nan" : x === Infinity ? "∞" : x === -Infinity ? "−∞" : x === 0 ? "0" : signed(tidy(x, digits)));
const full = (x) => rounded(x, 6); // as many as 32 bits hold for sure

function tidy(x, digits) {
  const size = Math.abs(x);
  if (size >= 1e6 || size < 1e-4) return x.toExponential(Math.min(digits, 4) - 1).replace(/\.?0+e/, "e").replace("e+", "e");
  return String(Number(x.toPrecision(digits)));
}

// A number in a cell: as many digits as there is room for.
function brief(x, digits) {
  const room = digits > 2 ? 7 : 5;
  if (!Number.isFinite(x)) return rounded(x, digits);
  for (let n = digits; n > 0; n--) {
    const text = rounded(x, n);
    if (text.length <= room) return text;
  }
  return signed(x.toExponential(0)).replace("e+", "e");
}

// The theme's colours as canvas understands them.
function look(root, scales) {
  const probe = make("span");
  root.append(probe);
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const names = ["ink", "muted", "ground", "line", "accent", "query", "key", "value", "output"];
  const colours = Object.fromEntries(names.map((name) => [name, read(name)]));
  const style = getComputedStyle(root);
  probe.remove();
  const dark = luminance(rgb(colours.ground)) < 0.4;
  const pick = (list) => list.map((hex) => rgb(dark ? (DARK[hex] ?? hex) : hex));
  return {
    ...colours, font: style.getPropertyValue("--st-font") || "sans-serif", rem: parseFloat(getComputedStyle(document.documentElement).fontSize),
    scales: { weight: pick(scales.weight), signed: pick(scales.signed) },
  };
}

function rgb(text) {
  if (text.startsWith("#")) return text.match(/\w\w/g).map((two) => parseInt(two, 16));
  return text.match(/[\d.]+/g).slice(0, 3).map(Number);
}
const luminance = ([r, g, b]) => (0.299 * r + 0.587 * g + 0.114 * b) / 255;

function between(stops, share) {
  const at = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  return stops[low].map((x, i) => Math.round(x + (stops[low + 1][i] - x) * (at - low)));
}

const LETTERS = ["#ffffff", "#1b2230"]; // on dark and on light cells
