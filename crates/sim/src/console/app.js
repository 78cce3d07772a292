// One simulated chat app: a person, their conversations, a conversation, a composer. Knows no platform: what differs is
// behind the adapter (webex.js, teams.js, slack.js, zoom.js).

import { address, avatar, copying, el, gathered, sign } from "./dom.js";
import { Composer } from "./composer.js";
import { ordered } from "./picked.js";
import { Queue } from "./queue.js";
import { Side } from "./side.js";
import { Thread } from "./thread.js";

export class App {
  /** `names` has everybody's name by address, `near` says who is picked in the other apps, `changed` is told who is here. */
  constructor(adapter, names, me, near, changed) {
    this.adapter = adapter;
    this.names = names;
    this.near = near;
    this.changed = changed;
    this.people = ordered(adapter.platform.people);
    this.me = this.people.find((person) => person.email === me) ?? this.people[0];
    this.conversations = [];
    this.open = null;
    this.isOpen = null;
    this.seen = new Map();
    this.queues = new Map();
    this.drafts = new Map();
    this.typed = 0;
    this.refresh = gathered(() => this.#refresh());
    this.#build();
  }

  #build() {
    this.plug = el("button", { class: "plug", role: "switch", type: "button", onclick: () => this.#pull() },
      el("span", { class: "knob", "aria-hidden": "true" }));
    this.picker = el("select", { "aria-label": `Who uses ${this.adapter.name}`, onchange: () => this.#become() });
    const groups = [["Works here", true], ["Also has an account here", false]];
    for (const [label, primary] of groups) {
      const members = this.people.filter((person) => person.primary === primary);
      const options = members.map((person) => el("option", { value: person.email, selected: person === this.me }, person.name));
      if (options.length) this.picker.append(el("optgroup", { label }, ...options));
    }
    this.side = new Side(this);
    this.thread = new Thread(this);
    this.composer = new Composer(this);
    this.title = el("h3", { tabindex: "-1" });
    this.back = el("button", { class: "back", type: "button", "aria-label": "Back to all conversations", onclick: () => this.show(null) }, "‹");
    this.conversation = el("section", { class: "conversation", "aria-label": "Conversation" },
      el("header", { class: "with" }, this.back, this.title), this.thread.element, this.composer.element);
    this.outage = el("p", { class: "outage", role: "status", hidden: true },
      `${this.adapter.name} is unplugged: nobody reaches it, Entente included. What is written on the other side waits, `
      + "and arrives in order when it is back.");
    this.element = el("section", { class: `app ${this.adapter.key}`, "aria-label": `Simulated ${this.adapter.name}` },
      el("header", { class: "bar" }, el("h2", {}, this.adapter.name), el("label", { class: "who" }, this.picker), this.plug),
      this.outage,
      el("div", { class: "panes" }, this.side.element, this.conversation));
    this.show(null);
  }

  /** Begins to show what happens. */
  async #start() {
    // A browser waits before it listens again; whoever plugs in wants to see at once.
    this.live?.close();
    this.live = new EventSource(`${this.adapter.origin}/_sim/live`);
    this.live.addEventListener("look", () => this.refresh());
    this.live.addEventListener("open", () => this.refresh());
    this.app ??= await this.adapter.app().catch(() => null);
    await this.refresh();
  }

  /** Shows whether the platform can be reached, and goes on when it can be again. */
  plugged(open) {
    if (open === this.isOpen) return;
    this.isOpen = open;
    this.plug.setAttribute("aria-checked", String(open));
    this.plug.setAttribute("aria-label", `${this.adapter.name} is ${open ? "plugged in" : "unplugged"}`);
    this.plug.title = open ? "Pull the plug" : "Plug in again";
    this.outage.hidden = open;
    this.element.classList.toggle("off", !open);
    this.composer.enable(open && this.open !== null);
    this.side.list();
    this.thread.draw();
    if (!open) {
      this.live?.close();
      return;
    }
    this.#start();
    for (const queue of this.queues.values()) queue.run();
  }

  async #pull() {
    const open = !this.isOpen;
    const headers = { "content-type": "application/json" };
    const asked = { method: "POST", headers, body: JSON.stringify({ open }) };
    const answer = await fetch(`/demo/plugs/${this.adapter.key}`, asked).catch(() => null);
    if (answer?.ok) this.plugged(open);
  }

  async #become() {
    this.show(null);
    this.me = this.people.find((person) => person.email === this.picker.value);
    this.conversations = [];
    this.seen.clear();
    this.side.clear();
    this.show(null);
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
    } else if (!this.open && newer.length && !this.side.searches) {
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
    this.side.list();
  }

  /** Opens a conversation, or none. What was begun in the one that is left is kept for when it is opened again. */
  show(conversation) {
    if (this.open) this.drafts.set(this.#place(this.open), this.composer.draft());
    this.open = conversation;
    this.element.classList.toggle("open", conversation !== null);
    this.element.classList.toggle("channel", Boolean(conversation?.channel));
    this.thread.clear();
    this.composer.write(conversation ? this.drafts.get(this.#place(conversation)) ?? "" : "");
    this.composer.enable(this.isOpen !== false && conversation !== null);
    this.title.replaceChildren();
    if (conversation) {
      const { other, title, channel, team, members } = conversation;
      const label = other?.is_bot ? el("em", { class: "label" }, this.adapter.bot) : null;
      const about = channel ? el("span", { class: "where" }, [team?.name, `${members.length} members`].filter(Boolean).join(" · "))
        : other?.email ? el("span", { class: "where" }, address(other.email), other.is_bot ? copying(other.email) : null) : null;
      this.title.append(channel ? sign(title) : avatar(title, other?.is_bot), el("span", {}, el("span", { class: "name" }, title, label), about));
      if (conversation.id) this.seen.set(conversation.id, conversation.at);
      this.thread.draw();
    }
    this.side.list();
  }

  /** Shows this conversation and puts the cursor where one writes. */
  async enter(conversation) {
    this.side.clear();
    this.show(conversation);
    // Before anything is waited for: what is typed now is meant for the composer.
    this.composer.focus();
    if (conversation.id) await this.thread.read();
  }

  /** Whether answers hang below what they answer here, or quote it. */
  get threaded() {
    return this.adapter.threads || Boolean(this.open?.team);
  }

  /** What is on its way in the open conversation. */
  get queue() {
    return this.open ? this.queueOf(this.open) : null;
  }

  /** What is on its way in a conversation, which a message may be about to open. */
  queueOf(conversation) {
    const place = this.#place(conversation);
    let queue = this.queues.get(place);
    if (!queue) {
      queue = new Queue(() => this.isOpen !== false, () => this.#moved(place, queue));
      queue.target = { ...conversation };
      this.queues.set(place, queue);
    }
    queue.target.id ??= conversation.id;
    return queue;
  }

  #place(conversation) {
    return `${this.me.email} ${conversation.other?.id ?? conversation.id}`;
  }

  #moved(place, queue) {
    if (!this.open || place !== this.#place(this.open)) {
      // Nobody looks; whoever opens it reads it anew.
      queue.settle(() => true);
      this.side.list();
      return;
    }
    this.thread.draw();
    if (queue.entries.some((entry) => entry.state === "sent")) this.refresh();
  }

  /** Sends something new, as an answer to a message or to none, with a file or without. */
  send(text, answered, file) {
    const { me, queue } = this;
    const entry = this.#entry("send", { text, answered, file, parent: answered?.id ?? null, known: new Set() });
    queue.sent ??= new Set();
    entry.act = async () => {
      entry.known = new Set([...queue.sent, ...(this.queue === queue ? this.thread.standing.map((one) => one.id) : [])]);
      const sent = file
        ? this.adapter.attach(me, queue.target, file, text, entry.parent)
        : this.adapter.send(me, queue.target, text, entry.parent);
      const { conversation, message } = await sent;
      queue.target.id = conversation;
      queue.sent.add(message);
      if (this.queue === queue && !this.open.id) this.open = { ...this.open, id: conversation };
      return message;
    };
    queue.add(entry);
  }

  /** Changes a message of one's own. */
  change(message, text) {
    const { me, queue } = this;
    const act = () => this.adapter.edit(me, queue.target, message, text);
    queue.add(this.#entry("edit", { id: message.id, message, text, act }));
  }

  /** Deletes a message of one's own. */
  remove(message) {
    const { me, queue } = this;
    queue.add(this.#entry("delete", { id: message.id, act: () => this.adapter.remove(me, queue.target, message) }));
  }

  /** Reacts to a message, or takes that back. */
  react(message, emoji, on) {
    const { me, queue } = this;
    const act = () => this.adapter.react(me, queue.target, message, emoji, on);
    queue.add(this.#entry("react", { id: message.id, emoji, on, act }));
  }

  #entry(kind, more) {
    this.typed += 1;
    return { kind, key: `typed-${this.typed}`, at: new Date().toISOString(), ...more };
  }

  /** Puts what could not be sent back into the composer. */
  takeBack(entry) {
    this.queue.drop(entry);
    if (entry.kind === "send" || entry.kind === "edit") this.composer.back(entry);
  }

  /** Whether something typed would be lost with the page. */
  get unsent() {
    return [...this.queues.values()].some((queue) => queue.unsent > 0);
  }
}
