// Greedy writing, step by step. What is drawn depends on the step alone, so it runs backwards too.
// published.py puts STYLE before this text; text only ever goes in as textContent.

const kept = new WeakMap(); // element -> what is drawn in it
const PAUSE = 400; // milliseconds at rest after which the link follows
const BEAT = 700; // milliseconds of a step while it plays
const PHASES = 3; // read, score, append
const ROWS = 16; // rows of logits drawn at most

const percent = (p) => (p < 0.0005 ? "< 0.1 %" : `${(100 * p).toFixed(1)} %`);
const whole = (n) => n.toLocaleString("en");

// Which token is being written, in which phase, and what the model sees.
function moment(step, { tokens, prompt, context }) {
  const done = step >= PHASES * tokens.length;
  const number = done ? tokens.length - 1 : Math.floor(step / PHASES);
  const phase = done ? PHASES : step % PHASES;
  const length = prompt + number; // of the text when this token is asked for
  return { done, number, phase, length, from: Math.max(length - context, 0), there: length + (phase >= 2 ? 1 : 0) };
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".greedy");
  let view = kept.get(root);
  if (!view) kept.set(root, (view = new Greedy(root)));
  view.setStateValue = setStateValue;
  view.take(unpacked(data).head);
  return () => {
    clearTimeout(view.timer);
    view.stop();
  };
}

class Greedy {
  constructor(root) {
    const button = (says, act) => make("button", { type: "button", textContent: says, onclick: act });
    this.back = button("Back", () => this.go(this.step - 1));
    this.play = button("Play", () => (this.beat ? this.stop() : this.start()));
    this.next = button("Step", () => this.go(this.step + 1));
    this.token = button("Next token", () => this.go(PHASES * (Math.floor(this.step / PHASES) + 1)));
    this.slider = make("input", { type: "range", min: 0, step: 1, "aria-label": "Step" });
    this.slider.oninput = () => this.go(Number(this.slider.value));
    this.count = make("b");
    this.about = make("p", { className: "about", "aria-live": "polite" });
    this.chips = make("div", { className: "chips", tabIndex: 0, role: "group", "aria-label": "The text so far" });
    this.ids = make("div", { className: "box" });
    this.rows = make("div", { className: "rows", role: "img" });
    this.logits = make("div", { className: "box" }, make("p"), this.rows);
    this.best = make("div", { className: "best" });
    root.replaceChildren(make("style", { textContent: STYLE }),
      make("div", { className: "bar" }, this.back, this.play, this.next, this.token, this.slider, this.count), this.about, this.chips,
      make("div", { className: "flow" }, this.ids, this.logits, this.best));
    root.addEventListener("keydown", (event) => {
      if (event.key.startsWith("Arrow")) event.stopPropagation(); // not the presenter's here
    });
  }

  take(head) {
    const fresh = this.head?.shown !== head.shown;
    this.head = head;
    this.last = head.last;
    this.slider.max = PHASES * head.tokens.length;
    if (fresh) {
      this.stop();
      this.step = head.choice;
    }
    this.step = Math.min(Math.max(this.step, 0), this.last);
    const made = fit(this.chips, head.words.length, () => make("span", {}, make("bdi"), make("small"), make("small")));
    head.words.forEach((word, i) => {
      set(made[i].children[0], "textContent", word);
      set(made[i].children[1], "textContent", String(head.ids[i]));
    });
    this.draw();
  }

  start() {
    if (this.step >= this.last) this.step = 0;
    this.beat = setInterval(() => {
      this.go(this.step + 1);
      if (this.step >= this.last) this.stop();
    }, still() ? 2 * BEAT : BEAT);
    this.draw();
  }

  stop() {
    clearInterval(this.beat);
    this.beat = null;
    set(this.play, "textContent", "Play");
  }

  go(step) {
    this.step = Math.min(Math.max(step, 0), this.last);
    this.draw();
    clearTimeout(this.timer);
    const chosen = { shown: this.head.shown, choice: this.step };
    this.timer = setTimeout(() => this.setStateValue("chosen", chosen), PAUSE);
  }

  draw() {
    const { head, step, last } = this;
    const now = moment(step, head);
    const seen = now.length - now.from;
    set(this.play, "textContent", this.beat ? "Pause" : "Play");
    this.back.disabled = step === 0;
    this.next.disabled = step === last;
    this.token.disabled = step === last;
    this.slider.value = step;
    set(this.count, "textContent", `token ${now.number + 1} of ${head.tokens.length}`);
    this.slider.setAttribute("aria-valuetext", this.count.textContent);
    [...this.chips.children].forEach((chip, i) => {
      const place = i - now.from;
      const fresh = i >= head.prompt;
      const state = i >= now.there ? "later" : i < now.from ? "gone" : i < now.length ? "seen" : "new";
      set(chip, "className", `chip ${state}${fresh ? " fresh" : ""}`);
      set(chip.children[2], "textContent", state === "seen" ? `place ${place}` : state === "gone" ? "out" : " ");
    });
    const end = this.chips.children[Math.min(now.there, head.words.length) - 1];
    if (end) this.chips.scrollTop = end.offsetTop - this.chips.offsetTop - this.chips.clientHeight / 2;
    this.ids.replaceChildren(make("p", {}, make("b", { textContent: `1 × ${seen} id${seen === 1 ? "" : "s"}` }), seen === 1 ? " goes in" : " go in"), make("p", { className: "muted", textContent: seen < now.length ? `The window holds ${head.context}: the first ${now.from} of ${now.length} are out of sight.` : `The window has room for ${head.context}.` }));
    const shown = now.phase >= 1;
    this.logits.classList.toggle("waits", !shown);
    this.logits.firstChild.replaceChildren(make("b", { textContent: `${seen} × ${whole(head.vocabulary)} logits` }), " come out");
    const rows = Math.min(seen, ROWS);
    fit(this.rows, rows, () => make("i"));
    [...this.rows.children].forEach((row, i) => set(row, "className", i === rows - 1 ? "used" : ""));
    this.rows.setAttribute("aria-label", `A row of logits for each of ${seen} tokens; only the last row is used`);
    this.scores(now, shown);
    this.say(now, seen);
  }

  scores(now, shown) {
    const { best } = this.head.tokens[now.number];
    const top = best[0][2];
    const low = best.at(-1)[2] - 0.15 * (top - best.at(-1)[2] || 1);
    const rows = best.map(([word, id, logit, p], k) => {
      const track = make("span", { className: "track" }, make("i"));
      track.firstChild.style.width = `${(100 * (logit - low)) / (top - low || 1)}%`;
      const row = make("div", { className: `score${k === 0 && now.phase >= 2 ? " won" : ""}`, title: `id ${id}: logit ${logit}, probability ${p}` },
        make("bdi", { textContent: word }), track, make("small", { textContent: logit.toFixed(2).replace("-", "−") }), make("small", { textContent: percent(p) }));
      return row;
    });
    this.best.classList.toggle("waits", !shown);
    this.best.replaceChildren(make("div", { className: "score heading" }, make("span", { textContent: "last row, its five largest" }), make("span"), make("small", { textContent: "logit" }), make("small", { textContent: "softmax" })), ...rows);
  }

  say(now, seen) {
    const { words, last, tokens, stops } = this.head;
    const quoted = (word) => make("bdi", { textContent: `“${word}”` });
    const chosen = words[now.length];
    const asked = last < PHASES * tokens.length && this.step === last; // the rest is still to be guessed
    const says = now.done ? [`${tokens.length} tokens are written${stops ? ": the last one is the end of the text, so the loop stops" : ""}.`]
      : [
        [now.from && now.number === 0 ? `Read: the text is longer than the window, so the model sees the last ${seen} ids only.`
          : now.from ? `Read: the window has slid, so each of the ${seen} tokens in it stands one place further to the left than before.` 
          : `Read: the model sees ${seen} ids, the whole text so far.`],
        [`Score: of ${seen} rows of logits only the last one counts. The others say what follows earlier tokens, and that is known.`],
        ["Append: the largest logit is ", quoted(chosen), `, id ${this.head.ids[now.length]}. It joins the text, ${asked ? "and what does the model read next? Guess below." : "and all begins anew."}`],
      ][now.phase];
    this.about.replaceChildren(...says);
  }
}
