// Hosts one Plotly figure. DARK and PLOTLY are put before this text by published.py.

const kept = new WeakMap(); // element -> what is drawn on it

function plotly() {
  window.__plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL(`app/static/${PLOTLY}`, document.baseURI).href;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error("plotly.js could not be loaded"));
    document.head.append(script);
  });
  return window.__plotly;
}

function theme(element) {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue(`--st-${name}`).trim();
  const ground = read("background-color") || "#ffffff";
  const [r, g, b] = ground.match(/\w\w/g).map((two) => parseInt(two, 16));
  const size = (13 * parseFloat(getComputedStyle(document.documentElement).fontSize)) / 16; // larger in presenter mode
  return { dark: r + g + b < 384, ground, ink: read("text-color"), line: read("border-color"), font: read("font"), size };
}

// The figure in the page's theme: every palette colour by its partner, axes and letters as the page.
function dressed(figure, look) {
  const text = JSON.stringify(figure);
  const swapped = look.dark ? text.replace(/"(#[0-9a-f]{6})"/g, (all, hex) => `"${DARK[hex] ?? hex}"`) : text;
  const { data, layout } = JSON.parse(swapped);
  layout.paper_bgcolor = layout.plot_bgcolor = "rgba(0,0,0,0)";
  layout.font = { family: look.font, color: look.ink, size: look.size, ...layout.font };
  layout.hoverlabel = { font: { family: look.font }, ...layout.hoverlabel };
  for (const name of Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key))) {
    layout[name] = { gridcolor: look.line, zerolinecolor: look.line, linecolor: look.line, ...layout[name] };
  }
  if (layout.scene) {
    for (const axis of ["xaxis", "yaxis", "zaxis"]) {
      layout.scene[axis] = { gridcolor: look.line, zerolinecolor: look.line, backgroundcolor: "rgba(0,0,0,0)", ...layout.scene[axis] };
    }
  }
  return { data, layout };
}

export default function ({ data, parentElement, setStateValue }) {
  const box = parentElement.querySelector(".plot");
  const message = JSON.parse(new TextDecoder().decode(data));
  const state = kept.get(box) ?? { queue: Promise.resolve() };
  kept.set(box, state);
  box.style.height = `${message.height}px`;
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", message.alt);

  const draw = async () => {
    const Plotly = await plotly();
    if (message.figure) state.figure = message.figure;
    if (!state.figure) return;
    const look = theme(parentElement);
    if (message.figure || state.dark !== look.dark) {
      state.dark = look.dark;
      const { data: traces, layout } = dressed(state.figure, look);
      layout.height = message.height;
      layout.autosize = true;
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (still) delete layout.transition;
      await Plotly.react(box, traces, layout, { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: "reset" });
      if (!state.wired) {
        state.wired = true;
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
