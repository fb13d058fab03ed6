// Hosts one Plotly figure. published.py puts figures.js before this text.

const kept = new WeakMap(); // element -> what is drawn on it

// Dragging zooms where the figure says so; a finger that drags wants to scroll the page.
function dragging(box, layout) {
  if (layout.dragmode === "zoom" && matchMedia("(pointer: coarse)").matches) layout.dragmode = false;
  box.classList.toggle("zooms", layout.dragmode === "zoom");
}

// The places that a figure names on its x axis suit the whole of it; inside a zoom Plotly finds its own.
function places(Plotly, box, whole) {
  if (!whole?.range || !whole.tickvals) return;
  const [left, right] = box.layout.xaxis.range;
  const mode = left === whole.range[0] && right === whole.range[1] ? "array" : "auto";
  if (mode !== (box.layout.xaxis.tickmode ?? "array")) Plotly.relayout(box, { "xaxis.tickmode": mode });
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const box = parentElement.querySelector(".plot");
  const message = JSON.parse(new TextDecoder().decode(data));
  const state = kept.get(box) ?? { queue: Promise.resolve() };
  kept.set(box, state);
  box.style.height = `${message.height}px`;
  box.setAttribute("role", "img");
  if (message.alt) box.setAttribute("aria-label", message.alt);

  const draw = async () => {
    const Plotly = await plotly();
    if (message.figure) state.figure = message.figure;
    if (!state.figure) {
      if (performance.now() - (state.asked ?? -Infinity) > 1500) {
        state.asked = performance.now();
        setTriggerValue("lost", true); // points without a figure: the server sends it once more
      }
      return;
    }
    const look = theme(parentElement);
    if (message.figure || state.dark !== look.dark) {
      state.dark = look.dark;
      const { data: traces, layout } = dressed(state.figure, look);
      layout.height = message.height;
      layout.autosize = true;
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (still) delete layout.transition;
      dragging(box, layout);
      await Plotly.react(box, traces, layout, { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: "reset" });
      places(Plotly, box, state.figure.layout.xaxis);
      if (!state.wired) {
        state.wired = true;
        box.on("plotly_relayout", () => places(Plotly, box, state.figure.layout.xaxis));
        box.on("plotly_click", (event) => {
          if (!state.pick) return;
          const { curveNumber, pointIndex, pointNumber, x = null, y = null } = event.points[0];
          state.setStateValue("picked", { curve: curveNumber, point: pointIndex ?? pointNumber, x, y });
        });
      }
    }
    state.pick = message.pick;
    state.setStateValue = setStateValue;
    if (message.extend) {
      message.extend.forEach((trace, i) => {
        const drawn = box.data[i]?.x ?? [];
        const last = drawn.length ? drawn[drawn.length - 1] : -Infinity;
        const from = trace.x.findIndex((x) => x > last);
        if (from < 0) return;
        const x = trace.x.slice(from);
        const y = trace.y.slice(from);
        Plotly.extendTraces(box, { x: [x], y: [y] }, [i]);
        state.figure.data[i].x = [...state.figure.data[i].x, ...x];
        state.figure.data[i].y = [...state.figure.data[i].y, ...y];
      });
    }
  };
  state.queue = state.queue.then(draw).catch((error) => {
    box.textContent = `This chart could not be drawn: ${error.message}. Reload the page.`;
  });

  return () => {
    window.Plotly?.purge(box);
    kept.delete(box);
  };
}
