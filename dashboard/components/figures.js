// What every component that draws Plotly figures shares; published.py puts DARK (light colour -> its
// partner in the dark theme) and PLOTLY (file name) before this text.

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
