// The parts of the slim drawing are links. Followed as such, the browser would load the whole
// dashboard anew and the learner's models would be gone; so the sidebar's own link is taken.

export default function () {
  const follow = (event) => {
    const link = event.target.closest?.(".model-strip a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const place = link.hash && link.pathname === location.pathname && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    const same = [...document.querySelectorAll("a[data-testid='stPageLink-NavLink']")].find((each) => each.pathname === link.pathname);
    if (!place && !same) return;
    event.preventDefault();
    if (place) place.scrollIntoView({ behavior: still() ? "instant" : "smooth" });
    else same.click();
  };
  document.addEventListener("click", follow);
  return () => document.removeEventListener("click", follow);
}
