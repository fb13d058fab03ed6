// The arithmetic of attention, matrix by matrix: what each number is made from, and how.
//
// A flow is a list of matrices in the order of the computation, each with the `kind` of step that
// makes it and the names it is made `of`. A matrix has a frame for each head where heads differ.
// The numbers on a fresh stage are Python's; this runs when the learner changes one, and a test
// holds it equal to llm_core.attention.

function matrix(rows, columns, at) {
  const v = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) v[r * columns + c] = at(r, c);
  return { rows, columns, v };
}

const number = (m, r, c) => m.v[r * m.columns + c];

function sum(count, term) {
  let total = 0;
  for (let k = 0; k < count; k++) total += term(k);
  return total;
}

// kind -> make: the matrices it is made of -> the matrix.
//         from: cell -> the cells it is made from; `of` counts the sources, null is a whole row or column.
//         into: a cell of source `of` -> the cells that are made from it.
const KINDS = {
  product: {
    make: ([a, b]) => matrix(a.rows, b.columns, (r, c) => sum(a.columns, (k) => number(a, r, k) * number(b, k, c))),
    from: (r, c) => [{ of: 0, r, c: null }, { of: 1, r: null, c }],
    into: (of, r, c) => (of ? { r: null, c } : { r, c: null }),
  },
  agreement: {
    make: ([a, b]) => matrix(a.rows, b.rows, (r, c) => sum(a.columns, (k) => number(a, r, k) * number(b, c, k))),
    from: (r, c) => [{ of: 0, r, c: null }, { of: 1, r: c, c: null }],
    into: (of, r) => (of ? { r: null, c: r } : { r, c: null }),
  },
  scaled: {
    make: ([a], { by, root }) => matrix(a.rows, a.columns, (r, c) => (root ? number(a, r, c) / Math.sqrt(by) : number(a, r, c))),
  },
  masked: {
    make: ([a], { mask }) => matrix(a.rows, a.columns, (r, c) => (mask && c > r ? -Infinity : number(a, r, c))),
  },
  zeroed: {
    make: ([a]) => matrix(a.rows, a.columns, (r, c) => (c > r ? 0 : number(a, r, c))),
  },
  softmax: {
    make: ([a]) => {
      const largest = Array.from({ length: a.rows }, (_, r) => a.v.subarray(r * a.columns, (r + 1) * a.columns).reduce((x, y) => Math.max(x, y), -Infinity));
      const powers = matrix(a.rows, a.columns, (r, c) => Math.exp(number(a, r, c) - largest[r]));
      return KINDS.shares.make([powers]);
    },
    from: (r) => [{ of: 0, r, c: null }],
    into: (of, r) => ({ r, c: null }),
  },
  shares: {
    make: ([a]) => {
      const totals = Array.from({ length: a.rows }, (_, r) => sum(a.columns, (k) => number(a, r, k)));
      return matrix(a.rows, a.columns, (r, c) => number(a, r, c) / totals[r]);
    },
    from: (r) => [{ of: 0, r, c: null }],
    into: (of, r) => ({ r, c: null }),
  },
  joined: {}, // the heads' contexts side by side; `follow` has all heads at hand
};

for (const kind of ["scaled", "masked", "zeroed"]) {
  KINDS[kind].from = (r, c) => [{ of: 0, r, c }];
  KINDS[kind].into = (of, r, c) => ({ r, c });
}

// All matrices of a flow, name -> frames, from those that are given.
export function follow(flow, given, switches) {
  const made = new Map();
  for (const step of flow) {
    if (step.kind === "given") {
      made.set(step.name, given.get(step.name));
      continue;
    }
    const sources = step.of.map((name) => made.get(name));
    if (step.kind === "joined") {
      const [heads] = sources;
      const width = heads[0].columns;
      made.set(step.name, [matrix(heads[0].rows, width * heads.length, (r, c) => number(heads[Math.floor(c / width)], r, c % width))]);
      continue;
    }
    const frames = Math.max(...sources.map((source) => source.length));
    const settings = { by: step.by, ...switches };
    made.set(step.name, Array.from({ length: frames }, (_, i) => KINDS[step.kind].make(sources.map((s) => s[Math.min(i, s.length - 1)]), settings)));
  }
  return made;
}
