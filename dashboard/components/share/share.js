// Copies the page's address; where the browser forbids that, shows it selected instead. Presents the
// page from the idea in view on. Brings the idea that a link names on screen.

const SETTLED_MS = 6000; // after which a page has grown to its full height

function ideaInView() { // the last one whose heading is in the upper half of the window, or above it
  const ideas = [...document.querySelectorAll('[class*="st-key-idea-"]')];
  const begun = ideas.filter((idea) => {
    const box = idea.getBoundingClientRect();
    return box.height && box.top < innerHeight / 2;
  });
  const names = [...(begun.at(-1)?.classList ?? [])].filter((c) => c.startsWith("st-key-idea-"));
  return names.map((name) => name.slice("st-key-idea-".length)).join("");
}

// Scroll to an idea until the page stands still or the reader takes over.
function bring(name) {
  const end = Date.now() + SETTLED_MS;
  let theirs = false;
  const signs = ["wheel", "touchstart", "keydown", "pointerdown"];
  const take = () => (theirs = true);
  signs.forEach((sign) => addEventListener(sign, take, { once: true, passive: true }));
  const look = () => {
    const idea = document.querySelector(`.st-key-idea-${CSS.escape(name)}`);
    if (idea && !theirs) idea.scrollIntoView({ behavior: "instant" });
    if (!theirs && Date.now() < end) setTimeout(look, 120);
    else signs.forEach((sign) => removeEventListener(sign, take));
  };
  look();
}

export default function ({ data, parentElement, setTriggerValue }) {
  const button = parentElement.querySelector(".share");
  const present = parentElement.querySelector(".present");
  const address = parentElement.querySelector(".address");
  button.textContent = button.copied ? data.done : data.label; // also when the page runs again
  button.disabled = false; // until here a click could not be heard
  button.onclick = async () => {
    const link = new URL(location.href);
    link.searchParams.delete("done"); // ticks are one's own
    link.hash = ideaInView();
    address.value = link.href;
    try {
      await navigator.clipboard.writeText(link.href);
      button.copied = true;
      button.style.minWidth = `${button.offsetWidth}px`; // the shorter words move nothing
      button.textContent = data.done;
      clearTimeout(button.back);
      button.back = setTimeout(() => {
        button.copied = false;
        button.textContent = data.label;
      }, 4000);
    } catch {
      address.hidden = false;
      address.focus();
      address.select();
    }
  };
  present.hidden = !data.presents;
  present.title = "One idea at a time in large type, for a hall. Arrow keys move on, Escape leaves.";
  present.onclick = () => {
    sessionStorage.presentFrom = ideaInView();
    setTriggerValue("presented", true);
  };
  const place = linkedIdea();
  const seen = `${location.pathname}#${place}`;
  if (place && window.__brought !== seen && !new URL(location.href).searchParams.has("present")) bring(place);
  window.__brought = seen;
}
