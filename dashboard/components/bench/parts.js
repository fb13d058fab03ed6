// The pieces that bench.js puts on the page. Text only ever goes in as textContent.

const ROWS = 12;

const exact = (x, digits = 3) => (x === 0 ? "0" : Number(x.toPrecision(digits)).toString().replace("-", "−"));
const percent = (p) => (p === 0 ? "0 %" : p < 1e-6 ? "< 0.0001 %" : `${(100 * p).toPrecision(p < 0.0995 ? 2 : 3)} %`);
const thousands = (n) => n.toLocaleString("en");

// The dials in the order of the chain. `off` is the value that changes nothing.
const DIALS = [
  { name: "repetition_penalty", label: "Repetition penalty", min: 1, max: 2, step: 0.05, off: 1, says: (x) => (x === 1 ? "off" : x.toFixed(2)) },
  { name: "top_k", label: "Top-k", min: 0, max: 100, step: 1, off: 0, says: (k) => (k ? thousands(k) : "all") },
  { name: "temperature", label: "Temperature", min: 0, max: 5, step: 0.05, off: 1, says: (x) => x.toFixed(2) },
  { name: "top_p", label: "Top-p", min: 0.01, max: 1, step: 0.01, off: 1, says: (x) => (x === 1 ? "off" : x.toFixed(2)) },
  { name: "min_p", label: "Min-p", min: 0, max: 1, step: 0.01, off: 0, says: (x) => (x === 0 ? "off" : x.toFixed(2)) },
];

// Top-k moves along a logarithm, so that 1, 10 and 10,000 are all within reach; the right end is all.
const slid = (dial, value, size) => (dial.name !== "top_k" ? value : !value || value >= size ? 100 : (100 * Math.log(value)) / Math.log(size));
const meant = (dial, place, size) => (dial.name !== "top_k" ? place : place >= 100 ? 0 : Math.round(size ** (place / 100)));

function sliders(turned, reset) {
  const inputs = DIALS.map((dial) => {
    const input = make("input", { type: "range", id: `dial-${dial.name}`, min: dial.min, max: dial.max, step: dial.step });
    const output = make("output", { for: input.id });
    input.oninput = () => turned(dial, Number(input.value));
    const row = make("div", { className: "dial" }, make("label", { htmlFor: input.id, textContent: dial.label }), output, input);
    return { dial, input, output, row };
  });
  const button = make("button", { type: "button", className: "plain", textContent: "All off", onclick: reset });
  const show = (dials, size) => {
    for (const { dial, input, output, row } of inputs) {
      const value = dials[dial.name];
      const place = slid(dial, value, size);
      if (meant(dial, Number(input.value), size) !== value) input.value = place;
      input.setAttribute("aria-valuetext", dial.says(value));
      output.textContent = dial.says(value);
      row.classList.toggle("at-rest", value === dial.off);
    }
  };
  const box = make("div", { className: "dials", role: "group", "aria-label": "Settings, in the order in which they act" }, ...inputs.map((i) => i.row), button);
  return { box, show };
}

// Arrow keys move along a row of buttons of which one is in the way of the Tab key.
function roving(box, back, on) {
  box.onkeydown = (event) => {
    const all = [...box.querySelectorAll("button")];
    const here = all.indexOf(event.target);
    const ways = { [back]: here - 1, [on]: here + 1, Home: 0, End: all.length - 1 };
    if (here < 0 || !(event.key in ways)) return;
    event.preventDefault();
    all[Math.min(Math.max(ways[event.key], 0), all.length - 1)].focus();
  };
  box.addEventListener("focusin", (event) => {
    for (const button of box.querySelectorAll("button")) button.tabIndex = button === event.target ? 0 : -1;
  });
}

// A row for each of the likeliest tokens, made once; `show` only changes what it says.
function bars(pick, peek) {
  const rows = Array.from({ length: ROWS }, () => {
    const parts = { name: make("bdi"), before: make("i", { className: "before" }), after: make("i", { className: "after" }) };
    parts.drawn = make("i", { className: "drawn" });
    parts.track = make("span", { className: "track" }, parts.before, parts.after, parts.drawn);
    parts.share = make("b");
    parts.note = make("small");
    parts.button = make("button", { type: "button", className: "row" }, parts.name, parts.track, parts.share, parts.note);
    parts.button.onclick = () => pick(parts.id);
    parts.button.onpointerenter = parts.button.onfocus = () => peek(parts.id);
    parts.button.onpointerleave = parts.button.onblur = () => peek(null);
    return parts;
  });
  const rest = make("div", { className: "row rest" }, make("bdi"), make("span", { className: "track" }), make("b"), make("small"));
  const list = make("div", { className: "rows", role: "group", "aria-label": "The likeliest tokens" }, ...rows.map((r) => r.button));
  roving(list, "ArrowUp", "ArrowDown");
  const scale = make("span", { className: "scale" });
  const legend = make("p", { className: "legend" }, make("i", { className: "before" }), " the model itself ",
    make("i", { className: "after" }), " with your settings ", make("i", { className: "drawn" }), " drawn ", scale);
  return { rows, rest, scale, box: make("div", { className: "bars" }, legend, list, rest) };
}

// The tokens side by side from 0 to 1, the number that falls on them, and all numbers so far.
function line(again, many, clear) {
  const strip = make("div", { className: "strip", "aria-hidden": "true" });
  const marker = make("div", { className: "marker", "aria-hidden": "true" });
  const NS = "http://www.w3.org/2000/svg";
  const rug = document.createElementNS(NS, "svg");
  rug.setAttribute("viewBox", "0 0 1000 8");
  rug.setAttribute("preserveAspectRatio", "none");
  rug.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(NS, "path");
  rug.append(path);
  const says = make("p", { className: "says", "aria-live": "polite" });
  const buttons = [["Draw again", again], ["Draw 1,000", many], ["Begin again", clear]].map(
    ([textContent, onclick]) => make("button", { type: "button", className: "plain", textContent, onclick }),
  );
  const box = make("div", { className: "line" }, make("div", { className: "throw" }, marker, strip, rug), says, make("div", { className: "buttons" }, ...buttons));
  return { box, strip, marker, path, says, buttons };
}

// The text: what was typed, then a button for each token, and one for the token that would follow.
function ribbon(look) {
  const box = make("div", { className: "ribbon", role: "group", "aria-label": "The text; each token shows the distribution it was drawn from" });
  roving(box, "ArrowLeft", "ArrowRight");
  const show = ({ prompt, written, place, ended }) => {
    const chip = ([name, , p, given], i) => make("button", {
      type: "button", className: `token${given ? " given" : ""}`, textContent: name, tabIndex: i === place ? 0 : -1,
      title: given ? "Stands fixed: chosen, or written before the place you look at" : `Drawn with a probability of ${percent(p)}`,
      onclick: () => look(i), "aria-current": String(i === place),
    });
    const last = make("button", {
      type: "button", className: "token end", textContent: ended ? "end of text" : "…", tabIndex: written.length === place ? 0 : -1,
      title: ended ? "Here the model ended its text" : "What would follow", onclick: () => look(written.length), "aria-current": String(written.length === place),
    });
    const focused = box.contains(box.getRootNode().activeElement);
    box.replaceChildren(make("span", { className: "prompt", textContent: prompt }), ...written.map(chip), last);
    if (focused) box.querySelector('[aria-current="true"]').focus({ preventScroll: true });
  };
  return { box, show };
}
