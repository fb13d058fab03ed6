// What every component's script begins with; published.py puts this text before theirs.

// An element with its properties (those with a hyphen, and `role` and `for`, are attributes) and what stands in it.
function make(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "for") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

// Says a property anew only where it changed, so that nothing flickers.
const set = (node, name, value) => { if (node[name] !== value) node[name] = value; };

// Whether the reader asked for less motion.
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// As many children as there are things to draw: those that are there stay, and only say anew.
function fit(box, count, create) {
  while (box.children.length > count) box.lastElementChild.remove();
  while (box.children.length < count) box.append(create(box.children.length));
  return box.children;
}

// A message of four bytes with the length of its head, the head, then numbers of four bytes each.
function unpacked(data) {
  const bytes = data.slice().buffer;
  let from = 4 + new DataView(bytes).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, from - 4)));
  const numbers = {};
  for (const [name, count, kind] of head.parts) {
    numbers[name] = kind === "real" ? new Float32Array(bytes, from, count) : new Int32Array(bytes, from, count);
    from += 4 * count;
  }
  return { head, numbers };
}

const receivedParts = new Map(); // id -> bytes that need not be sent again

// A message of `sending.message`: its head, and each of its parts, from this message or kept from one
// before. `parts` is null where one is lacking: it has to be asked for, and until it comes the picture
// stays. At most so many parts are kept that this message does not name.
function assembled(data, most) {
  const bytes = data.slice().buffer;
  let from = 4 + new DataView(bytes).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, from - 4)));
  for (const [id, length] of head.parts) {
    receivedParts.set(id, bytes.slice(from, from + length));
    from += Math.ceil(length / 8) * 8;
  }
  const named = Object.entries(head.ids);
  const ids = new Set(Object.values(head.ids));
  if (named.some(([, id]) => !receivedParts.has(id))) return { head, parts: null };
  for (const id of receivedParts.keys()) if (receivedParts.size > most + ids.size && !ids.has(id)) receivedParts.delete(id);
  return { head, parts: Object.fromEntries(named.map(([kind, id]) => [kind, receivedParts.get(id)])) };
}

// The idea that the address names behind "#". Streamlit drops that part when a page sets a parameter,
// often before any script of ours runs; the address by which the tab was opened still has it, until
// the reader goes to another page.
function linkedIdea() {
  const opened = new URL(performance.getEntriesByType("navigation")[0]?.name ?? location.href);
  if (opened.pathname !== location.pathname) window.__wentOn = true;
  return decodeURIComponent((location.hash || (window.__wentOn ? "" : opened.hash)).slice(1));
}
