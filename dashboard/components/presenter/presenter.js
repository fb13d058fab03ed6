// Shows one idea (a container whose key begins with "idea-") at a time. The idea on screen is the
// part of the address after "#", so that a link can point at it.

export default function ({ parentElement, setTriggerValue }) {
  const nav = parentElement.querySelector(".presenter");
  const main = document.querySelector('[data-testid="stMain"]') ?? document.body;
  const ideas = () => [...document.querySelectorAll('[class*="st-key-idea-"]')];
  const name = (idea) => [...idea.classList].find((c) => c.startsWith("st-key-idea-")).slice("st-key-idea-".length);
  const whole = (idea) => { // with every box around it alone, since each has a gap after it
    let box = idea;
    while (box.parentElement?.children.length === 1) box = box.parentElement;
    return box;
  };
  let hidden = [];
  const show = () => hidden.forEach((box) => (box.style.display = ""));
  let wanted = sessionStorage.presentFrom || linkedIdea();
  sessionStorage.removeItem("presentFrom");
  let current = -1;

  const leave = () => setTriggerValue("left", true);
  const round = (sign, label, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.ariaLabel = label;
    button.title = label;
    button.onclick = act;
    return button;
  };
  const back = round("‹", "Previous idea (left arrow)", () => go(current - 1));
  const place = document.createElement("span");
  const on = round("›", "Next idea (right arrow)", () => go(current + 1));
  nav.replaceChildren(back, place, on, round("×", "Leave the presentation (Escape)", leave));
  nav.hidden = true; // a page without ideas has nothing to step through

  function go(to, waiting = false) { // `waiting`: the idea that the link names has not arrived yet
    const all = ideas();
    nav.hidden = all.length < 2;
    if (!all.length) return;
    const next = Math.min(Math.max(to, 0), all.length - 1);
    const moved = next !== current;
    current = next;
    show();
    hidden = all.filter((_, i) => i !== current).map(whole);
    hidden.forEach((box) => (box.style.display = "none"));
    document.body.classList.toggle("presenting-later-idea", current > 0);
    document.body.dataset.idea = name(all[current]);
    place.textContent = `${current + 1} / ${all.length}`;
    back.disabled = current === 0;
    on.disabled = current === all.length - 1;
    if (!moved || waiting) return;
    wanted = name(all[current]);
    history.replaceState(history.state, "", `#${wanted}`);
    main.scrollTo(0, 0);
    window.dispatchEvent(new Event("resize")); // charts drawn while hidden take their width now
  }
  const key = (event) => {
    if (event.target.closest?.("input, textarea, select, [role=slider], [contenteditable]")) return;
    if (event.key === "ArrowRight" || event.key === "PageDown") go(current + 1);
    if (event.key === "ArrowLeft" || event.key === "PageUp") go(current - 1);
    if (event.key === "Escape") leave();
  };
  document.addEventListener("keydown", key);
  let known = 0;
  const arrived = () => { // ideas arrive one after another
    const all = ideas();
    const fresh = all.filter((idea) => !idea.dataset.presented);
    fresh.forEach((idea) => (idea.dataset.presented = "yes"));
    if (!fresh.length && all.length === known) return;
    known = all.length;
    const linked = all.findIndex((idea) => name(idea) === wanted);
    go(linked >= 0 ? linked : Math.max(current, 0), linked < 0 && wanted !== "");
  };
  const named = () => { // another idea was written into the address
    wanted = decodeURIComponent(location.hash.slice(1));
    const linked = ideas().findIndex((idea) => name(idea) === wanted);
    if (linked >= 0) go(linked);
  };
  addEventListener("hashchange", named);
  const keep = setInterval(() => { // a page that sets a parameter drops what is behind "#"
    if (!location.hash && wanted) history.replaceState(history.state, "", `#${wanted}`);
  }, 400);
  const watch = new MutationObserver(arrived);
  watch.observe(main, { childList: true, subtree: true });
  arrived();

  return () => {
    document.removeEventListener("keydown", key);
    removeEventListener("hashchange", named);
    clearInterval(keep);
    watch.disconnect();
    document.body.classList.remove("presenting-later-idea");
    delete document.body.dataset.idea;
    show();
    const here = ideas()[current];
    setTimeout(() => here?.scrollIntoView({ behavior: "instant" }), 300); // where they have been
  };
}
