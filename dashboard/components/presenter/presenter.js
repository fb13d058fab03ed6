// Shows one idea (a container whose key begins with "idea-") at a time.

export default function ({ parentElement }) {
  const nav = parentElement.querySelector(".presenter");
  const ideas = () => [...document.querySelectorAll('[class*="st-key-idea-"]')];
  let current = 0;

  const arrow = (sign, label, step) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.ariaLabel = label;
    button.onclick = () => go(current + step);
    return button;
  };
  const back = arrow("‹", "Previous idea", -1);
  const place = document.createElement("span");
  const on = arrow("›", "Next idea", 1);
  nav.replaceChildren(back, place, on);

  function go(to) {
    const all = ideas();
    if (!all.length) return;
    const next = Math.min(Math.max(to, 0), all.length - 1);
    const moved = next !== current;
    current = next;
    all.forEach((idea, i) => (idea.style.display = i === current ? "" : "none"));
    place.textContent = `${current + 1} / ${all.length}`;
    back.disabled = current === 0;
    on.disabled = current === all.length - 1;
    if (moved) {
      document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
      window.dispatchEvent(new Event("resize")); // charts drawn while hidden take their width now
    }
  }
  const key = (event) => {
    if (event.target.closest?.("input, textarea, select, [role=slider], [contenteditable]")) return;
    if (event.key === "ArrowRight" || event.key === "PageDown") go(current + 1);
    if (event.key === "ArrowLeft" || event.key === "PageUp") go(current - 1);
  };
  document.addEventListener("keydown", key);
  let known = 0;
  const watch = new MutationObserver(() => { // ideas arrive one after another
    const fresh = ideas().filter((idea) => !idea.dataset.presented);
    fresh.forEach((idea) => (idea.dataset.presented = "yes"));
    if (fresh.length || ideas().length !== known) go(current);
    known = ideas().length;
  });
  watch.observe(document.querySelector('[data-testid="stMain"]') ?? document.body, { childList: true, subtree: true });
  go(0);

  return () => {
    document.removeEventListener("keydown", key);
    watch.disconnect();
    ideas().forEach((idea) => (idea.style.display = ""));
  };
}
