// Copies the page's address; where the browser forbids that, shows it selected instead.

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector(".share");
  const address = parentElement.querySelector(".address");
  button.textContent = data.label;
  button.onclick = async () => {
    address.value = location.href;
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = data.done;
      setTimeout(() => (button.textContent = data.label), 1500);
    } catch {
      address.hidden = false;
      address.focus();
      address.select();
    }
  };
}
