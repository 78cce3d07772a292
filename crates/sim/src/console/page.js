// Both apps side by side. Who is picked stands in the address, so that a page can be reloaded or passed on.

import { App } from "./app.js";
import { Teams } from "./teams.js";
import { Webex } from "./webex.js";
import { el } from "./dom.js";

const PLUGS_EVERY = 3000;
const AGAIN = 2000;

const main = document.getElementById("apps");

async function json(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

async function begin() {
  const { platforms } = await json("/directory.json");
  for (const [name, { people }] of Object.entries(platforms)) {
    if (!people.length) throw new Error(`nobody is known in ${name} yet`);
  }
  const picked = new URLSearchParams(location.hash.slice(1));
  const apps = [];
  const remember = () => {
    const now = new URLSearchParams(apps.map((app) => [app.adapter.key, app.me.email]));
    history.replaceState(null, "", `#${now}`);
  };
  const make = (adapter, others) => apps.push(new App(adapter, others, picked.get(adapter.key), remember));
  make(new Webex(platforms.webex), platforms.teams.people);
  make(new Teams(platforms.teams), platforms.webex.people);
  const look = async () => {
    const plugs = await json("/demo/plugs").catch(() => null);
    if (plugs) for (const app of apps) app.plugged(plugs[app.adapter.key]);
  };
  await look();
  main.replaceChildren(...apps.map((app) => app.element));
  main.removeAttribute("aria-busy");
  setInterval(look, PLUGS_EVERY);
  addEventListener("beforeunload", (event) => {
    if (apps.some((app) => app.unsent)) event.preventDefault();
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
