// Copies the page's address; where the browser forbids that, shows it selected instead.

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector(".share");
  const address = parentElement.querySelector(".address");
  button.textContent = data.label;
  button.onclick = async () => {
    const link = new URL(location.href);
    link.searchParams.delete("done"); // ticks are one's own
    address.value = link.href;
    try {
      await navigator.clipboard.writeText(link.href);
      button.textContent = data.done;
      setTimeout(() => (button.textContent = data.label), 1500);
    } catch {
      address.hidden = false;
      address.focus();
      address.select();
    }
  };
}
