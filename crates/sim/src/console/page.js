// Two of the four apps side by side. What is picked stands in the address, so that a page can be reloaded or passed on.

import { read, written } from "./picked.js";
import { Slack } from "./slack.js";
import { Slot } from "./slot.js";
import { Teams } from "./teams.js";
import { Webex } from "./webex.js";
import { Zoom } from "./zoom.js";
import { el } from "./dom.js";

const PLUGS_EVERY = 3000;
const AGAIN = 2000;
const MAKERS = {
  webex: { name: "Webex", Adapter: Webex },
  teams: { name: "Teams", Adapter: Teams },
  slack: { name: "Slack", Adapter: Slack },
  zoom: { name: "Zoom", Adapter: Zoom },
};

const main = document.getElementById("apps");

async function json(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

async function begin() {
  const { platforms } = await json("/directory.json");
  const names = new Map();
  for (const [name, { people }] of Object.entries(platforms)) {
    if (!people.length) throw new Error(`nobody is known in ${name} yet`);
    for (const person of people) names.set(person.email, person.name);
  }
  const picked = read(location.hash, platforms);
  const slots = {};
  const remember = () => {
    if (!slots.left.app || !slots.right.app) return;
    history.replaceState(null, "", written({ left: slots.left.picked, right: slots.right.picked }));
    // Each side proposes whoever is picked on the other.
    for (const slot of Object.values(slots)) slot.app.side.list();
  };
  slots.left = new Slot("left", MAKERS, platforms, names, () => slots.right, remember);
  slots.right = new Slot("right", MAKERS, platforms, names, () => slots.left, remember);
  const both = [slots.left, slots.right];
  const look = async () => {
    const plugs = await json("/demo/plugs").catch(() => null);
    if (plugs) for (const slot of both) slot.plugged(plugs);
  };
  await look();
  for (const slot of both) slot.pick(picked[slot.side].app, picked[slot.side].email);
  main.replaceChildren(...both.map((slot) => slot.element));
  main.removeAttribute("aria-busy");
  setInterval(look, PLUGS_EVERY);
  addEventListener("beforeunload", (event) => {
    if (both.some((slot) => slot.unsent)) event.preventDefault();
  });
}

/** Until the demo is there: it may be about to start. */
async function tried() {
  try {
    await begin();
  } catch (error) {
    main.replaceChildren(el("p", { class: "starting" }, `The demo does not answer: ${error.message}. Is it still running?`));
    setTimeout(tried, AGAIN);
  }
}

tried();
