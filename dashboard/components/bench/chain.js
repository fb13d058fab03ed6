// The chain of llm_core/sampling (chain.py, draws.py) once more, so that a slider needs no server.
// Numbers of the model are float32 there and here; a test holds both equal over whole vocabularies.
// Every filter keeps the first so many of the tokens ordered by their logits, so a link is a count.

const COLDEST = 1e-6;
const ROUNDING = 1e-12;
const MOST_IDS = 2 ** 20;
const f32 = Math.fround;

// Float32Array (V,) with the logits of seen ids nearer to never, each once.
export function penalise(logits, seen, penalty) {
  const out = logits.slice();
  const by = f32(penalty);
  if (by !== 1) for (const id of new Set(seen)) out[id] = logits[id] < 0 ? logits[id] * by : logits[id] / by;
  return out;
}

// Ids (V,), the largest logit first, equal ones by id. One native sort of numbers that hold both.
export function ranking(logits) {
  const bits = new Uint32Array(Float32Array.from(logits, (x) => x + 0).buffer); // -0 becomes 0
  const keys = new Float64Array(logits.length);
  for (let id = 0; id < keys.length; id++) {
    const rising = bits[id] >>> 31 ? ~bits[id] >>> 0 : (bits[id] | 0x80000000) >>> 0;
    keys[id] = (0xffffffff - rising) * MOST_IDS + id;
  }
  keys.sort();
  return Uint32Array.from(keys, (key) => key % MOST_IDS);
}

// Softmax of numbers that begin with the largest; the second value is the sum it was divided by.
function shares(scaled, count) {
  const weights = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += weights[i] = Math.exp(scaled[i] - scaled[0]);
  for (let i = 0; i < count; i++) weights[i] /= sum;
  return [weights, sum];
}

// What the model itself believes: Float64Array (V,) by id.
export function softmax(logits) {
  let top = -Infinity;
  for (const logit of logits) top = Math.max(top, logit);
  const out = new Float64Array(logits.length);
  let sum = 0;
  for (let id = 0; id < out.length; id++) sum += out[id] = Math.exp(logits[id] - top);
  for (let id = 0; id < out.length; id++) out[id] /= sum;
  return out;
}

export function entropy(probabilities) {
  let nats = 0;
  for (const p of probabilities) if (p > 0) nats -= p * Math.log(p);
  return nats;
}

// From penalised logits (V,) and their ranking to probabilities. All arrays of the result go by
// rank, the likeliest token first; `left` says how many tokens each link leaves.
export function chain(penalised, ranked, { temperature, top_k, top_p, min_p }) {
  const size = ranked.length;
  const at = (rank) => penalised[ranked[rank]];
  const alike = (count) => { // whatever equals the last one stays, too
    let end = count;
    while (end < size && at(end) === at(count - 1)) end++;
    return end;
  };
  const kept = top_k >= 1 ? alike(Math.min(top_k, size)) : size;
  const cold = temperature < COLDEST;
  const warm = cold ? alike(1) : kept;
  const by = f32(temperature);
  const scaled = new Float32Array(warm);
  for (let rank = 0; rank < warm; rank++) scaled[rank] = cold ? at(rank) : at(rank) / by;
  const order = inOrder(ranked, scaled);
  const [before, sum] = shares(scaled, warm);
  const reached = new Float64Array(warm); // what the likelier ones hold together
  for (let rank = 1; rank < warm; rank++) reached[rank] = reached[rank - 1] + before[rank - 1];
  let nucleus = warm;
  if (top_p < 1) {
    nucleus = 1;
    while (nucleus < warm && reached[nucleus] < top_p - ROUNDING) nucleus++;
  }
  let likely = nucleus;
  if (min_p > 0) while (likely > 1 && !(Math.exp(scaled[likely - 1] - scaled[0]) >= min_p)) likely--;
  const [probabilities, last] = shares(scaled, likely);
  const ends = new Float64Array(likely);
  let end = 0;
  for (let rank = 0; rank < likely; rank++) ends[rank] = end += probabilities[rank];
  ends[likely - 1] = 1;
  const left = { top_k: kept, temperature: warm, top_p: nucleus, min_p: likely };
  return { order, scaled, before, reached, sum, left, probabilities, last, ends };
}

// Dividing can make two logits equal; equal ones stand in the order of their ids.
function inOrder(ranked, scaled) {
  let order = ranked;
  for (let from = 0, to; from < scaled.length; from = to) {
    for (to = from + 1; to < scaled.length && scaled[to] === scaled[from]; ) to++;
    if (to - from < 2) continue;
    if (order === ranked) order = ranked.slice();
    order.subarray(from, to).sort();
  }
  return order;
}

// The rank on whose stretch of [0, 1) a number falls.
export function fall(ends, number) {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle] > number) high = middle;
    else low = middle + 1;
  }
  return low;
}
