// One side of the page: the tabs of the four apps, and below them the one that is shown. An app that was shown once stays,
// with its drafts and with what is on its way, and goes on in the background when another tab is picked.

import { App } from "./app.js";
import { el } from "./dom.js";
import { somebody } from "./picked.js";

export class Slot {
  /** `makers` has what makes each platform's adapter; `opposite` gives the other side, `changed` is told of every choice. */
  constructor(side, makers, platforms, names, opposite, changed) {
    Object.assign(this, { side, makers, platforms, names, opposite, changed });
    this.apps = new Map();
    this.plugs = {};
    this.app = null;
    this.tabs = el("div", { class: "tabs", role: "tablist", "aria-label": `The app on the ${side}`, onkeydown: (event) => this.#keys(event) });
    for (const [key, { name }] of Object.entries(makers)) {
      const tab = el("button", {
        class: `tab ${key}`, type: "button", role: "tab", id: `${side}-${key}`, "aria-controls": `${side}-app`, onclick: () => this.pick(key),
      }, el("span", { class: "dot", "aria-hidden": "true" }), name);
      this.tabs.append(tab);
    }
    this.place = el("div", { class: "place", role: "tabpanel", id: `${side}-app` });
    this.element = el("div", { class: "slot" }, this.tabs, this.place);
  }

  /** Shows an app, as the one who is named if that is one of its people. */
  pick(key, email = "") {
    this.app?.rest();
    if (!this.apps.has(key)) this.apps.set(key, this.#make(key, email));
    this.app = this.apps.get(key);
    this.app.plugged(this.plugs[key] ?? true);
    this.app.wake();
    this.place.replaceChildren(this.app.element);
    this.place.setAttribute("aria-labelledby", `${this.side}-${key}`);
    this.element.className = `slot ${key}`;
    for (const tab of this.tabs.children) {
      const current = tab.id === `${this.side}-${key}`;
      tab.setAttribute("aria-selected", String(current));
      tab.tabIndex = current ? 0 : -1;
    }
    this.changed();
  }

  /** Tells every app of this side whether its platform can be reached. */
  plugged(plugs) {
    this.plugs = plugs;
    for (const [key, app] of this.apps) app.plugged(plugs[key]);
  }

  /** What the page's address says of this side. */
  get picked() {
    return { app: this.app.adapter.key, email: this.app.me.email };
  }

  /** Whether something typed would be lost with the page. */
  get unsent() {
    return [...this.apps.values()].some((app) => app.unsent);
  }

  #make(key, email) {
    const platform = this.platforms[key];
    const other = () => this.opposite()?.app;
    const taken = other()?.adapter.key === key ? other().me.email : null;
    const me = somebody(platform.people, email, taken);
    return new App(new this.makers[key].Adapter(platform), this.names, me, () => other()?.me.email, this.changed);
  }

  /** Arrow keys walk through the tabs ("ARIA Authoring Practices": tabs). */
  #keys(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = [...this.tabs.children];
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
    event.preventDefault();
  }
}
