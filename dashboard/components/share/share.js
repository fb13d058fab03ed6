// Copies the page's address; where the browser forbids that, shows it selected instead.

function ideaInView() { // the last one whose heading is in the upper half of the window, or above it
  const ideas = [...document.querySelectorAll('[class*="st-key-idea-"]')];
  const begun = ideas.filter((idea) => {
    const box = idea.getBoundingClientRect();
    return box.height && box.top < innerHeight / 2;
  });
  const names = [...(begun.at(-1)?.classList ?? [])].filter((c) => c.startsWith("st-key-idea-"));
  return names.map((name) => name.slice("st-key-idea-".length)).join("");
}

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector(".share");
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
}
