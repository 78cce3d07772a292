// The left side of an app: whom one talks with, and a search for whom one could talk with.

import { address, avatar, copying, el, sign, when } from "./dom.js";

export class Side {
  constructor(app) {
    this.app = app;
    const { name } = app.adapter;
    this.search = el("input", {
      type: "search", placeholder: "Find people", "aria-label": `Find people in ${name}`,
      autocomplete: "off", spellcheck: "false", oninput: () => this.#find(),
      onkeydown: (event) => this.#keys(event, null),
    });
    this.note = el("p", { class: "note", role: "status" });
    this.rows = el("div", { class: "list" });
    this.element = el("nav", { class: "side", "aria-label": "Conversations" }, this.search, this.note, this.rows);
  }

  /** Whether somebody is being looked for, so that conversations are not shown. */
  get searches() {
    return this.search.value.trim() !== "";
  }

  /** Ends a search. */
  clear() {
    this.search.value = "";
    this.note.textContent = "";
  }

  /** Shows the conversations, unless somebody is being looked for. */
  list() {
    if (this.searches) return;
    const { app } = this;
    const row = (one) => {
      const stuck = app.queueOf(one).entries.some((entry) => entry.state === "failed");
      const unread = app.seen.get(one.id) !== one.at && app.open?.id !== one.id && one.last;
      const last = one.last ? one.last.text || one.last.file || "message deleted" : "";
      return this.#row(one, stuck ? "Something could not be sent" : last, one.last ? when(one.at) : null, unread, () => app.enter(one));
    };
    if (app.isOpen === false && !app.conversations.length) {
      const said = el("li", { class: "advice" }, el("p", {}, `${app.adapter.name} shows nothing while it is unplugged.`));
      this.rows.replaceChildren(el("ul", {}, said));
      return;
    }
    const direct = app.conversations.filter((one) => !one.channel).map(row);
    const channels = app.conversations.filter((one) => one.channel).map(row);
    this.rows.replaceChildren(
      this.#section("Direct messages", direct.length ? direct : [this.#advice("Nobody yet.")]),
      channels.length ? this.#section(app.adapter.rooms, channels) : "",
    );
  }

  #section(title, rows) {
    return el("section", { "aria-label": title }, el("h3", { class: "section" }, title), el("ul", {}, ...rows));
  }

  #row(one, below, at, unread, act) {
    const current = this.app.open && (one.id ? this.app.open.id === one.id : false);
    return el("li", {}, el("button", {
      class: unread ? "row unread" : "row", type: "button", "aria-current": current ? "true" : undefined, onclick: act,
      onkeydown: (event) => this.#keys(event, event.currentTarget),
    }, one.channel ? sign(one.title) : avatar(one.title, one.other?.is_bot), el("span", { class: "lines" },
      el("span", { class: "first" }, el("b", {}, one.title), one.team ? el("i", {}, one.team.name) : null, one.other?.is_bot ? el("em", { class: "label" }, this.app.adapter.bot) : null),
      el("span", { class: "second" }, el("span", {}, below), at ? el("time", {}, at) : null,
        unread ? el("span", { class: "sr" }, " (new)") : null))));
  }

  /** Arrow keys walk from the search through the list. */
  #keys(event, row) {
    if (event.key === "Escape" && !row) {
      this.search.value = "";
      this.#find();
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [this.search, ...this.rows.querySelectorAll(".row")];
    const at = stops.indexOf(row ?? this.search) + (event.key === "ArrowDown" ? 1 : -1);
    if (stops[at]) {
      stops[at].focus();
      event.preventDefault();
    }
  }

  async #find() {
    const text = this.search.value.trim();
    const { app } = this;
    this.note.textContent = "";
    if (!text) {
      this.list();
      return;
    }
    let found;
    try {
      found = await app.adapter.search(text, app.me);
    } catch {
      found = null;
    }
    if (this.search.value.trim() !== text) return;
    if (!found) {
      this.note.textContent = app.isOpen ? "The search was not answered." : `Nobody can be found while ${app.adapter.name} is unplugged.`;
      this.rows.replaceChildren();
      return;
    }
    const rows = found.map((person) => {
      const known = app.conversations.find((one) => one.other?.id === person.id);
      const target = known ?? { id: null, title: person.name, other: person, at: null };
      const row = this.#row({ ...target, id: null }, "", null, false, () => app.enter(target));
      if (person.email) row.querySelector(".second").replaceChildren(address(person.email));
      return row;
    });
    this.rows.replaceChildren(el("ul", {}, ...(rows.length ? rows : [this.#advice(`Nobody found for “${text}”.`)])));
  }

  /** What helps somebody who sees nothing: whom they could find, and how. */
  #advice(said) {
    const { adapter, app: assistant, names } = this.app;
    const near = this.app.near();
    const stands = adapter.platform.stand_ins.filter((one) => one.person !== this.app.me.email);
    // Those who are picked in the other apps first.
    const sorted = [...stands].sort((a, b) => near.includes(b.person) - near.includes(a.person));
    const chips = sorted.slice(0, 3).map((one) => this.#chip(one.mode === "bot" ? one.email : names.get(one.person) ?? one.person));
    const advice = el("li", { class: "advice" }, el("p", {}, said),
      chips.length ? el("p", {}, adapter.hint) : null, ...chips);
    if (assistant) advice.append(el("p", {}, "Or write “find Eva” to the Entente app:"), this.#chip(assistant));
    return advice;
  }

  /** Somebody to look for. An address is shown whole and can be copied: it is what finds a bot in the vendor's own app. */
  #chip(text) {
    const look = () => {
      this.search.value = text;
      this.search.focus();
      this.#find();
    };
    const exact = text.includes("@");
    return el("div", { class: "chips" }, el("button", { class: "chip", type: "button", onclick: look }, exact ? address(text) : text),
      exact ? copying(text) : null);
  }
}
