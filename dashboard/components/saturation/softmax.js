// What llm_core/attention/scaling.py computes for one row of scores; a test holds both equal.

function saturation(scores, factor) {
  const scaled = Array.from(scores, (score) => score * factor);
  const top = Math.max(...scaled);
  const raised = scaled.map((score) => Math.exp(score - top));
  const sum = raised.reduce((a, b) => a + b, 0);
  const weights = raised.map((x) => x / sum);
  const squares = weights.reduce((a, w) => a + w * w, 0);
  const cubes = weights.reduce((a, w) => a + w * w * w, 0);
  return {
    scaled,
    weights,
    largest: Math.max(...weights),
    bits: weights.reduce((a, w) => (w > 0 ? a - w * Math.log2(w) : a), 0),
    slope: Math.sqrt(Math.max(0, squares - 2 * cubes + squares * squares)), // length of diag(w) - w w'
  };
}
