// One simulated chat app: a person, their conversations, a search, a conversation, a composer. Knows no platform: what
// differs is behind the adapter (webex.js, teams.js).

import { avatar, el, gathered, when } from "./dom.js";
import { Composer } from "./composer.js";
import { Thread } from "./thread.js";

export class App {
  constructor(adapter, others, remembered, changed) {
    this.adapter = adapter;
    this.others = others;
    this.changed = changed;
    this.people = [...adapter.platform.people].sort((a, b) => b.primary - a.primary || a.name.localeCompare(b.name));
    this.me = this.people.find((person) => person.email === remembered) ?? this.people[0];
    this.conversations = [];
    this.open = null;
    this.seen = new Map();
    this.refresh = gathered(() => this.#refresh());
    this.#build();
  }

  #build() {
    this.plug = el("button", { class: "plug", role: "switch", type: "button", onclick: () => this.#pull() },
      el("span", { class: "knob", "aria-hidden": "true" }), el("span", { class: "plug-word" }, "plugged in"));
    this.picker = el("select", { "aria-label": `Who uses ${this.adapter.name}`, onchange: () => this.#become() });
    const groups = [["Works here", true], ["Also has an account here", false]];
    for (const [label, primary] of groups) {
      const members = this.people.filter((person) => person.primary === primary);
      const options = members.map((person) => el("option", { value: person.email, selected: person === this.me }, person.name));
      if (options.length) this.picker.append(el("optgroup", { label }, ...options));
    }
    this.search = el("input", {
      type: "search", placeholder: "Find people", "aria-label": `Find people in ${this.adapter.name}`,
      autocomplete: "off", spellcheck: "false", oninput: () => this.#find(),
      onkeydown: (event) => this.#keys(event, null),
    });
    this.list = el("ul", { class: "list" });
    this.thread = new Thread(this);
    this.composer = new Composer(this);
    this.title = el("h3", { tabindex: "-1" });
    this.back = el("button", { class: "back", type: "button", "aria-label": "Back to all conversations", onclick: () => this.show(null) }, "‹");
    this.note = el("p", { class: "note", role: "status" });
    this.conversation = el("section", { class: "conversation", "aria-label": "Conversation" },
      el("header", { class: "with" }, this.back, this.title), this.thread.element, this.composer.element);
    this.outage = el("p", { class: "outage", role: "status", hidden: true },
      `${this.adapter.name} is unplugged: nobody reaches it, Entente included. What is written on the other side waits, `
      + "and arrives in order when it is back.");
    this.element = el("section", { class: `app ${this.adapter.key}`, "aria-label": `Simulated ${this.adapter.name}` },
      el("header", { class: "bar" }, el("h2", {}, this.adapter.name, el("small", {}, "simulated")),
        el("label", { class: "who" }, el("span", {}, "You are"), this.picker), this.plug),
      this.outage,
      el("div", { class: "panes" },
        el("nav", { class: "side", "aria-label": "Conversations" }, this.search, this.note, this.list), this.conversation));
    this.show(null);
  }

  /** Begins to show what happens. */
  async start() {
    this.app = await this.adapter.app().catch(() => null);
    await this.refresh();
    this.live = new EventSource(`${this.adapter.origin}/_sim/live`);
    this.live.addEventListener("look", () => this.refresh());
    this.live.addEventListener("open", () => this.refresh());
  }

  /** Shows whether the platform can be reached. */
  plugged(open) {
    this.isOpen = open;
    this.plug.setAttribute("aria-checked", String(open));
    this.plug.setAttribute("aria-label", `${this.adapter.name} is ${open ? "plugged in" : "unplugged"}`);
    this.plug.querySelector(".plug-word").textContent = open ? "plugged in" : "unplugged";
    this.outage.hidden = open;
    this.element.classList.toggle("off", !open);
    this.composer.enable(open && this.open !== null);
  }

  async #pull() {
    const open = !this.isOpen;
    this.plugged(open);
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`/demo/plugs/${this.adapter.key}`, { method: "POST", headers, body: JSON.stringify({ open }) });
    if (!answer.ok) this.plugged(!open);
    // A browser waits before it listens again; whoever plugs in wants to see at once.
    if (open && answer.ok) {
      this.live?.close();
      await this.start();
    }
  }

  async #become() {
    this.me = this.people.find((person) => person.email === this.picker.value);
    this.seen.clear();
    this.show(null);
    this.search.value = "";
    this.note.textContent = "";
    this.changed();
    await this.refresh();
  }

  async #refresh() {
    const me = this.me;
    const first = this.seen.size === 0;
    let found;
    try {
      found = await this.adapter.conversations(me);
    } catch {
      return;
    }
    if (me !== this.me) return;
    this.conversations = found;
    const newer = found.filter((one) => one.last && this.seen.get(one.id) !== one.at);
    if (first) {
      for (const one of found) this.seen.set(one.id, one.at);
      this.seen.set("", "");
    } else if (!this.open && newer.length && !this.search.value) {
      // Somebody watches an app in which nothing is open: what comes in is shown.
      this.show(newer[0]);
    }
    if (this.open && !this.open.id) {
      const made = found.find((one) => one.other?.id === this.open.other.id);
      if (made) this.open = made;
    }
    if (this.open?.id) {
      const now = found.find((one) => one.id === this.open.id);
      if (now) this.seen.set(now.id, now.at);
      await this.thread.read();
    }
    if (!this.search.value.trim()) this.#shown();
  }

  /** Opens a conversation, or none. */
  show(conversation) {
    this.open = conversation;
    this.element.classList.toggle("open", conversation !== null);
    this.thread.clear();
    this.composer.clear();
    this.composer.enable(this.isOpen !== false && conversation !== null);
    this.title.replaceChildren();
    if (conversation) {
      const { other, title } = conversation;
      this.title.append(avatar(title, other?.is_bot), el("span", {}, title,
        el("small", {}, other?.email ?? (other?.is_bot ? "bot" : ""), other?.is_bot ? el("em", { class: "label" }, "bot") : null)));
      if (conversation.id) this.seen.set(conversation.id, conversation.at);
    }
    this.#shown();
  }

  /** Shows this conversation and puts the cursor where one writes. */
  async enter(conversation) {
    this.search.value = "";
    this.note.textContent = "";
    this.show(conversation);
    if (conversation.id) await this.thread.read();
    this.composer.focus();
  }

  #shown() {
    if (this.search.value.trim()) return;
    const rows = this.conversations.map((one) => {
      const unread = this.seen.get(one.id) !== one.at && this.open?.id !== one.id && one.last;
      const last = one.last ? one.last.text || "message deleted" : "";
      return this.#row(one, last, one.last ? when(one.at) : null, unread, () => this.enter(one));
    });
    this.list.replaceChildren(...rows);
    if (!rows.length) this.list.append(this.#advice("No conversations yet."));
  }

  #row(one, below, at, unread, act) {
    const current = this.open && (one.id ? this.open.id === one.id : false);
    return el("li", {}, el("button", {
      class: unread ? "row unread" : "row", type: "button", "aria-current": current ? "true" : undefined, onclick: act,
      onkeydown: (event) => this.#keys(event, event.currentTarget),
    }, avatar(one.title, one.other?.is_bot), el("span", { class: "lines" },
      el("span", { class: "first" }, el("b", {}, one.title), one.other?.is_bot ? el("em", { class: "label" }, "bot") : null),
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
    const stops = [this.search, ...this.list.querySelectorAll("button")];
    const at = stops.indexOf(row ?? this.search) + (event.key === "ArrowDown" ? 1 : -1);
    if (stops[at]) {
      stops[at].focus();
      event.preventDefault();
    }
  }

  async #find() {
    const text = this.search.value.trim();
    this.note.textContent = "";
    if (!text) {
      this.#shown();
      return;
    }
    let found;
    try {
      found = await this.adapter.search(text, this.me);
    } catch (error) {
      found = [];
      this.note.textContent = error.message;
    }
    if (this.search.value.trim() !== text) return;
    const rows = found.map((person) => {
      const known = this.conversations.find((one) => one.other?.id === person.id);
      const target = known ?? { id: null, title: person.name, other: person, at: null };
      return this.#row({ ...target, id: null }, person.email ?? "", null, false, () => this.enter(target));
    });
    this.list.replaceChildren(...rows);
    if (!rows.length) this.list.append(this.#advice(`Nobody found for “${text}”.`));
  }

  /** What helps somebody who sees nothing: whom they could find, and how. */
  #advice(said) {
    const represented = this.adapter.platform.stand_ins.map((one) =>
      one.mode === "bot" ? one.email : this.others.find((person) => person.email === one.person)?.name ?? one.person);
    const chip = (text) => el("button", {
      class: "chip", type: "button", onclick: () => {
        this.search.value = text;
        this.search.focus();
        this.#find();
      },
    }, text);
    const chips = represented.slice(0, 4).map(chip);
    const advice = el("li", { class: "advice" }, el("p", {}, said),
      chips.length ? el("p", {}, this.adapter.hint) : null, ...chips);
    if (this.app) advice.append(el("p", {}, "Or write “find Eva” to the Entente app:"), chip(this.app));
    return advice;
  }

  /** Says what went wrong, where one looks. */
  complain(error) {
    this.composer.say(error.message);
  }
}
