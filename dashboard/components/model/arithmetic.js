// One number of one part, written out with the numbers it is made from. All operands are Python's;
// the value computed here is only compared with the tensor's, by a test.
//
// kind -> (m, part, h, r, c) -> { pieces, value, strips }: pieces are texts and operands (numbers
// that can be gone to); strips are the rows of numbers around it, with what is said of each place.
// `m` gives numbers: m.at(name, h, r, c), m.beside(name, key), m.row(part, c), m.letters.

const WRITTEN = 3; // products of a sum; the rest become dots

const three = (x) => rounded(x, 3);
const bracketed = (x) => (x < 0 ? `(${three(x)})` : three(x));

function going(m, name, h, r, c) {
  const value = m.at(name, h, r, c);
  return { text: three(value), value, name, h, r, c };
}

// A sum of products of which all factors are known.
function products(a, b, more = []) {
  const pieces = [];
  for (let k = 0; k < Math.min(a.length, WRITTEN); k++) pieces.push(k ? " + " : "", a[k], " × ", b[k]);
  if (a.length > WRITTEN) pieces.push(` + … (${(a.length - WRITTEN).toLocaleString("en")} more)`);
  return [...pieces, ...more];
}

const plain = (value) => ({ text: bracketed(value), value });
const rowOf = (m, name, h, r, from, count) => Array.from({ length: count }, (_, k) => m.at(name, h, r, from + k));
const total = (a, b) => a.reduce((sum, x, k) => sum + x * b[k], 0);

// Two rows of factors and their products, one of which is pointed at.
function multiplied(a, b, [one, other], bias) {
  const made = a.map((x, k) => x * b[k]);
  const sum = made.reduce((x, y) => x + y, 0);
  const all = `all ${a.length.toLocaleString("en")} sum to ${three(sum)}${bias === undefined ? "" : `, with the bias ${three(sum + bias)}`}`;
  return { rows: [[one, a], [`× ${other}`, b], ["= product", made]], says: (k) => `Product ${k + 1}: ${bracketed(a[k])} × ${bracketed(b[k])} = ${three(made[k])}; ${all}.` };
}

// The whole row of the part, below the rows it is made from, place by place.
function around(m, part, h, r, c, names, says) {
  const rows = [...part.of, part.name].map((name, i) => [names[i], rowOf(m, name, h, r, 0, part.size[2])]);
  return { rows, at: c, says: (k) => `Number ${k + 1}: ${says(...rows.map(([, row]) => row[k]))}.` };
}
const table = (m, part, r, c) => ({ rows: [["row", rowOf(m, part.name, 0, r, 0, part.size[2])]], at: c, says: (k) => `Number ${k + 1}: ${three(m.at(part.name, 0, r, k))}.` });
const turned = (x, y) => `${three(x)} becomes ${three(y)}`;

function linear(m, part, h, r, c) {
  const [source] = part.of;
  const width = m.part(source).size[2];
  const known = m.row(part, c); // all weights of this number, once they have come
  const first = m.beside(part.name, "first");
  const bias = m.beside(part.name, "bias")?.[c];
  const a = rowOf(m, source, 0, r, 0, width);
  const few = Math.min(WRITTEN, width);
  const b = known ?? first.subarray(c * few, (c + 1) * few);
  const pieces = products(a.slice(0, WRITTEN).map((_, k) => going(m, source, 0, r, k)), [...b].slice(0, WRITTEN).map(plain));
  if (width > WRITTEN) pieces.push(` + … (${(width - WRITTEN).toLocaleString("en")} more)`);
  if (bias !== undefined) pieces.push(" + bias ", plain(bias));
  return { pieces, value: known ? total(a, known) + (bias ?? 0) : undefined, strips: known && multiplied(a, [...known], ["x", "W"], bias) };
}

export const KINDS = {
  ids: (m, part, h, r) => ({ pieces: [`“${m.words[r]}” has the id`], value: m.ids[r] }),
  row: (m, part, h, r, c) => ({ pieces: [`row ${m.ids[r].toLocaleString("en")} of the table, number ${c + 1}`], value: m.at(part.name, h, r, c), strips: table(m, part, r, c) }),
  place: (m, part, h, r, c) => ({ pieces: [`row ${r + 1} of the table, number ${c + 1}`], value: m.at(part.name, h, r, c), strips: table(m, part, r, c) }),
  sum: (m, part, h, r, c) => {
    const [a, b] = part.of.map((name) => going(m, name, 0, r, c));
    return { pieces: [a, " + ", { ...b, text: bracketed(b.value) }], value: a.value + b.value, strips: around(m, part, 0, r, c, ["x", "+ added", "= sum"], (x, y, z) => `${three(x)} + ${bracketed(y)} = ${three(z)}`) };
  },
  block: (m, part, h, r, c) => {
    const before = going(m, part.of[0], 0, r, c);
    const added = m.at(part.name, 0, r, c) - before.value;
    return { pieces: [before, " came in, and the block has added ", plain(added)], value: before.value + added, strips: around(m, part, 0, r, c, ["came in", "leaves"], turned) };
  },
  norm: (m, part, h, r, c) => {
    const x = going(m, part.of[0], 0, r, c);
    const of = (key) => m.beside(part.name, key);
    const [mean, variance, scale, shift, eps] = [of("mean")[r], of("variance")[r], of("scale")[c], of("shift")[c], of("eps")[0]];
    return {
      pieces: ["(", x, " − ", plain(mean), ") ÷ √(", plain(variance), ` + ${three(eps)}) × `, plain(scale), " + ", plain(shift)],
      value: ((x.value - mean) / Math.sqrt(variance + eps)) * scale + shift,
      strips: around(m, part, 0, r, c, ["x", "normalised"], turned),
    };
  },
  linear,
  logit: linear,
  score: (m, part, h, r, c) => {
    const width = m.letters.D[0];
    const [queries, keys] = part.of;
    const [a, b] = [rowOf(m, queries, 0, r, h * width, width), rowOf(m, keys, 0, c, h * width, width)];
    const go = (name, row) => (_, k) => ({ ...going(m, name, 0, row, h * width + k), text: bracketed(m.at(name, 0, row, h * width + k)) });
    return { pieces: products(a.map(go(queries, r)), b.map(go(keys, c))), value: total(a, b), strips: multiplied(a, b, ["query", "key"]) };
  },
  masked: (m, part, h, r, c) => {
    const score = going(m, part.of[0], h, r, c);
    if (c > r) return { pieces: ["it comes later, so ", score, " becomes"], value: -Infinity, strips: around(m, part, h, r, c, ["score", "scaled"], turned) };
    return { pieces: [score, ` ÷ √${m.letters.D[0]}`], value: score.value / Math.sqrt(m.letters.D[0]), strips: around(m, part, h, r, c, ["score", "scaled"], turned) };
  },
  softmax: (m, part, h, r, c) => {
    const [source] = part.of;
    const row = rowOf(m, source, h, r, 0, m.letters.T[0]).map(Math.exp);
    const sum = row.reduce((x, y) => x + y, 0);
    return { pieces: ["e", { ...going(m, source, h, r, c), raised: true }, ` ÷ sum of the row = ${three(row[c])} ÷ ${three(sum)}`], value: row[c] / sum, strips: around(m, part, h, r, c, ["score", "share"], turned) };
  },
  mix: (m, part, h, r, c) => {
    const [weights, values] = part.of;
    const head = Math.floor(c / m.letters.D[0]);
    const tokens = r + 1; // later ones have no weight
    const a = rowOf(m, weights, head, r, 0, tokens);
    const b = Array.from({ length: tokens }, (_, s) => m.at(values, 0, s, c));
    const pieces = products(a.map((_, s) => going(m, weights, head, r, s)), b.map((x, s) => ({ ...going(m, values, 0, s, c), text: bracketed(x) })));
    return { pieces: [`head ${head + 1}: `, ...pieces], value: total(a, b), strips: multiplied(a, b, ["weight", "value"]) };
  },
  gelu: (m, part, h, r, c) => {
    const x = going(m, part.of[0], 0, r, c);
    const inner = Math.sqrt(2 / Math.PI) * (x.value + 0.044715 * x.value ** 3);
    return { pieces: ["½ · ", x, " · (1 + tanh(√(2/π) · (x + 0.044715 x³)))", ` = ${three(x.value)} × ${three(0.5 * (1 + Math.tanh(inner)))}`], value: 0.5 * x.value * (1 + Math.tanh(inner)), strips: around(m, part, 0, r, c, ["goes in", "comes out"], turned) };
  },
  chance: (m, part, h, r, c) => {
    const logit = going(m, part.of[0], 0, r, c);
    const sum = Math.exp(m.beside(part.name, "logarithm")[r]);
    return { pieces: ["e", { ...logit, raised: true }, ` ÷ sum over all ${m.letters.V[0].toLocaleString("en")} tokens = ${three(Math.exp(logit.value))} ÷ ${three(sum)}`], value: Math.exp(logit.value) / sum, strips: around(m, part, 0, r, c, ["logit", "probability"], turned) };
  },
};
