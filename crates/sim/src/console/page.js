// The four apps side by side. Who is picked in each stands in the address, so that a page can be reloaded or passed on.

import { App } from "./app.js";
import { read, somebody, written } from "./picked.js";
import { Slack } from "./slack.js";
import { Teams } from "./teams.js";
import { Webex } from "./webex.js";
import { Zoom } from "./zoom.js";
import { el } from "./dom.js";

const PLUGS_EVERY = 3000;
const AGAIN = 2000;
const ADAPTERS = { webex: Webex, teams: Teams, slack: Slack, zoom: Zoom };

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
  const keys = Object.keys(ADAPTERS);
  const picked = read(location.hash, keys);
  const apps = [];
  const remember = () => {
    if (apps.length < keys.length) return;
    history.replaceState(null, "", written(Object.fromEntries(apps.map((app) => [app.adapter.key, app.me.email]))));
    // Each app proposes those who are picked in the others.
    for (const app of apps) app.side.list();
  };
  for (const key of keys) {
    const near = () => apps.filter((app) => app.adapter.key !== key).map((app) => app.me.email);
    const adapter = new ADAPTERS[key](platforms[key]);
    apps.push(new App(adapter, names, somebody(platforms[key].people, picked[key]), near, remember));
  }
  const look = async () => {
    const plugs = await json("/demo/plugs").catch(() => null);
    if (plugs) for (const app of apps) app.plugged(plugs[app.adapter.key]);
  };
  await look();
  main.replaceChildren(...apps.map((app) => app.element));
  main.removeAttribute("aria-busy");
  remember();
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
