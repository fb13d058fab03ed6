// One cell in one sentence: what it is made from, with its numbers. A piece is a text, or an operand
// { text, name, r, c } that can be gone to; an exponent is raised.

const TERMS = 4; // written out; the rest become dots

const operand = (m, name, r, c) => ({ text: rounded(number(m, r, c), 3), name, r, c });
const dots = (count) => (count > TERMS ? [" + …"] : []);

function among(count, piece) {
  return Array.from({ length: Math.min(count, TERMS) }, (_, k) => (k ? [" + ", ...piece(k)] : piece(k))).flat();
}

const powers = (a, r) => {
  const row = Array.from({ length: a.columns }, (_, k) => number(a, r, k));
  return { row, total: row.reduce((t, x) => t + Math.exp(x), 0) };
};

// kind -> (step, sources, r, c, settings) -> pieces between the cell's name and its result.
const SAYS = {
  given: () => [],
  product: ({ of }, [a, b], r, c) => [...among(a.columns, (k) => [operand(a, of[0], r, k), " × ", operand(b, of[1], k, c)]), ...dots(a.columns)],
  agreement: ({ of }, [a, b], r, c) => [...among(a.columns, (k) => [operand(a, of[0], r, k), " × ", operand(b, of[1], c, k)]), ...dots(a.columns)],
  scaled: ({ of, by }, [a], r, c, { root }) => [operand(a, of[0], r, c), root ? ` ÷ √${by}` : ", not divided"],
  masked: ({ of }, [a], r, c, { mask }) => (mask && c > r ? ["hidden: it comes later, so ", operand(a, of[0], r, c), " becomes −∞"] : [operand(a, of[0], r, c), mask ? ", may be seen" : ", nothing is hidden"]),
  zeroed: ({ of }, [a], r, c) => (c > r ? ["it comes later, so ", operand(a, of[0], r, c), " becomes 0"] : [operand(a, of[0], r, c), ", may be seen"]),
  softmax: ({ of }, [a], r, c) => {
    const { total } = powers(a, r);
    const power = (k) => ["e", { ...operand(a, of[0], r, k), raised: true }];
    const sum = [...among(a.columns, power), ...dots(a.columns)];
    const result = Number.isFinite(total) && total > 0 ? [` = ${rounded(Math.exp(number(a, r, c)), 3)} ÷ ${rounded(total, 3)}`] : [];
    return [...power(c), " ÷ (", ...sum, ")", ...result];
  },
  shares: ({ of }, [a], r, c) => [operand(a, of[0], r, c), " ÷ (", ...among(a.columns, (k) => [operand(a, of[0], r, k)]), ...dots(a.columns), ")"],
  joined: ({ of }, [a], r, c) => [`channel ${(c % a.columns) + 1} of the context of head ${Math.floor(c / a.columns) + 1}`],
};
