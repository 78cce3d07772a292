// Small helpers for building the page. Text only ever becomes text: nothing here parses a string as markup.

/** Makes an element: `el("button", {class: "x", onclick: f, "aria-label": "y"}, "text", child, …)`. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A round picture of somebody: their initials on a colour that is always theirs. */
export function avatar(name, isBot) {
  // What stands in brackets says where somebody works.
  const words = name.replace(/\s*\(.*\)$/, "").split(/\s+/).filter(Boolean);
  const initials = (words.length > 1 ? words[0][0] + words.at(-1)[0] : name.slice(0, 2)).toUpperCase();
  const made = el("span", { class: isBot ? "avatar bot" : "avatar", "aria-hidden": "true" }, initials);
  let hash = 0;
  for (const char of name) hash = (hash * 31 + char.codePointAt(0)) >>> 0;
  made.style.setProperty("--hue", String(hash % 360));
  return made;
}

/** The sign of a channel. */
export function sign(title) {
  const made = avatar(title, false);
  made.classList.add("sign");
  made.textContent = "#";
  return made;
}

/** A length in bytes, as people read it. */
export function size(bytes) {
  const units = ["bytes", "KB", "MB", "GB"];
  const step = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const shown = bytes / 1024 ** step;
  return `${step ? shown.toFixed(shown < 10 ? 1 : 0) : bytes} ${units[step]}`;
}

/** An address, whole: it may go on in the next line, best before the `@`. */
export function address(text) {
  return el("span", { class: "address" }, ...text.split(/(?=@)/).flatMap((part) => [el("wbr"), part]));
}

/** A button that copies a text. */
export function copying(text) {
  const button = el("button", { class: "copy", type: "button", "aria-label": `Copy ${text}`, title: "Copy" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      // Under an address that is not this machine's, a browser keeps pages from the clipboard.
      button.textContent = "Cannot copy";
    }
    setTimeout(() => button.replaceChildren("Copy"), 1500);
  });
  return button;
}

/** A time of day, or a day if it was not today. */
export function when(iso) {
  const at = new Date(iso);
  const today = at.toDateString() === new Date().toDateString();
  const form = today ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short" };
  return at.toLocaleString(undefined, form);
}

/** Runs `work` once for a burst of calls, and again if one came while it ran. */
export function gathered(work) {
  let running = false;
  let again = false;
  return async function run() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        await work();
      } while (again);
    } finally {
      running = false;
    }
  };
}
