// The messages of one conversation, oldest first; replies below what they answer where the platform has threads, with a
// quotation where it has not. What is still on its way to the platform is shown where it will stand.

import { avatar, el, size, when } from "./dom.js";
import { OFFERED, same } from "./emoji.js";
import { mixed, stands } from "./mixed.js";
import { shown } from "./rich.js";

export class Thread {
  constructor(app) {
    this.app = app;
    this.begun = 0;
    this.shown = 0;
    this.element = el("ol", { class: "thread", role: "log", "aria-label": "Messages", tabindex: "0" });
    this.clear();
  }

  clear() {
    this.messages = [];
    this.standing = [];
    this.drawn = "";
    this.#empty();
  }

  #empty() {
    const { name } = this.app.adapter;
    const said = this.app.open ? "Say something." : `Pick somebody and write. This is what ${name} shows ${this.app.me.name}.`;
    this.element.replaceChildren(el("li", { class: "empty" }, said));
  }

  async read() {
    const { open, me, adapter } = this.app;
    if (!open?.id) return;
    // Whatever was sent before this is read is in what is read, unless somebody deleted it meanwhile.
    this.begun += 1;
    const turn = this.begun;
    const sent = new Set(this.app.queue.entries.filter((entry) => entry.state === "sent"));
    let messages;
    try {
      messages = await adapter.messages(open, me);
    } catch {
      return;
    }
    // A look that began earlier and comes later is out of date.
    if (this.app.open?.id !== open.id || this.app.me !== me || turn < this.shown) return;
    this.shown = turn;
    this.standing = messages;
    this.app.queue.settle((entry) => sent.has(entry) || (entry.kind === "send" && stands(entry, messages)));
    this.draw();
  }

  /** Draws what stands and what is on its way. */
  draw() {
    const { open, isOpen, queue, me } = this.app;
    const messages = mixed(this.standing, queue?.entries ?? [], me);
    // Drawn only when something changed, so that a focus and a selection stay where they are.
    const drawing = JSON.stringify([open?.id, isOpen, messages]);
    if (drawing === this.drawn) return;
    this.drawn = drawing;
    this.messages = messages;
    if (!messages.length) {
      this.#empty();
      return;
    }
    const focus = this.#focus();
    const atEnd = this.element.scrollHeight - this.element.scrollTop - this.element.clientHeight < 80;
    const known = new Set([...this.element.querySelectorAll("[data-id]")].map((one) => one.dataset.id));
    const items = this.#ordered().map(({ message, depth, joined }) => this.#item(message, depth, joined, known));
    this.element.replaceChildren(...items);
    this.#refocus(focus);
    if (atEnd || !known.size || messages.at(-1).entry?.state === "waiting") this.element.scrollTop = this.element.scrollHeight;
  }

  /** Which button of which message has the focus. */
  #focus() {
    const at = document.activeElement;
    const message = at?.closest("[data-id]");
    if (!message || !this.element.contains(message)) return null;
    return { id: message.dataset.id, act: at.dataset.act };
  }

  /** Whoever works by keyboard stays where they were, as far as that is still there. */
  #refocus(focus) {
    if (!focus) return;
    const message = [...this.element.querySelectorAll("[data-id]")].find((one) => one.dataset.id === focus.id);
    const buttons = [...message?.querySelectorAll("button, a") ?? []];
    (buttons.find((one) => one.dataset.act === focus.act) ?? buttons[0] ?? this.element).focus({ preventScroll: true });
  }

  /** Roots in order, each followed by its replies; quoting platforms stay in order of time. */
  #ordered() {
    const { threaded } = this.app;
    const roots = threaded ? this.messages.filter((one) => !one.parent) : this.messages;
    const ids = new Set(roots.map((one) => one.id));
    const orphans = this.messages.filter((one) => threaded && one.parent && !ids.has(one.parent));
    const ordered = [];
    let before = null;
    // What is on its way comes last: the platform will give it a time of its own.
    const sent = (one) => one.entry?.kind === "send";
    for (const root of [...roots, ...orphans].sort((a, b) => sent(a) - sent(b) || (sent(a) ? 0 : a.created.localeCompare(b.created)))) {
      const near = before && before.author.id === root.author.id && before.author.name === root.author.name
        && new Date(root.created) - new Date(before.created) < 180000;
      ordered.push({ message: root, depth: 0, joined: Boolean(near) && !root.parent && !root.edited });
      before = root;
      if (!threaded) continue;
      for (const reply of this.messages.filter((one) => one.parent === root.id)) {
        ordered.push({ message: reply, depth: 1, joined: false });
        before = null;
      }
    }
    return ordered;
  }

  #item(message, depth, joined, known) {
    const classes = ["message", message.mine ? "mine" : "theirs"];
    if (depth) classes.push("reply");
    if (joined) classes.push("joined");
    if (message.entry) classes.push(message.entry.state);
    if (known.size && !known.has(message.id) && !message.mine) classes.push("arrived");
    const quoted = this.app.threaded ? null : this.messages.find((one) => one.id === message.parent);
    const about = el("p", { class: "about" }, el("b", {}, message.mine ? "You" : message.author.name),
      message.author.is_bot ? el("em", { class: "label" }, this.app.adapter.bot) : null, el("time", {}, when(message.created)),
      message.edited ? el("span", { class: "edited" }, "edited") : null);
    return el("li", { class: classes.join(" "), "data-id": message.id }, avatar(message.author.name, message.author.is_bot),
      el("div", { class: "bubble" }, about, quoted ? this.#quote(quoted) : null,
        message.deleted ? el("div", { class: "body gone" }, "This message was deleted.") : shown(message),
        ...(message.files ?? []).map((file) => this.#file(file)), this.#reactions(message),
        message.entry ? this.#state(message.entry) : message.deleted ? null : this.#actions(message)));
  }

  /** How far something is that the platform does not have yet. */
  #state(entry) {
    if (entry.state === "sent") return null;
    if (entry.state === "waiting") {
      const behind = this.app.queue.entries.some((one) => one.state === "failed");
      const unplugged = this.app.isOpen ? "Sending…" : `Sent when ${this.app.adapter.name} is back`;
      return el("p", { class: "state" }, behind ? "Waits for what could not be sent before it" : unplugged);
    }
    if (entry.state === "sending") return el("p", { class: "state" }, entry.kind === "delete" ? "Deleting…" : "Sending…");
    const done = { delete: "deleted", react: entry.on ? "reacted" : "taken back" }[entry.kind] ?? "sent";
    return el("p", { class: "state", role: "alert" }, `Not ${done}: ${entry.error}.`,
      el("span", { class: "choices" },
        el("button", { type: "button", onclick: () => this.app.queue.again(entry) }, "Try again"),
        el("button", { type: "button", onclick: () => this.app.takeBack(entry) },
          { delete: "Keep it", react: "Leave it" }[entry.kind] ?? "Take it back")));
  }

  /** A file, with a way to fetch it once the platform has it. */
  #file({ name, size: bytes, url }) {
    const about = [el("b", {}, name), el("small", {}, size(bytes))];
    return url
      ? el("a", { class: "file", href: this.app.adapter.origin + url, target: "_blank", rel: "noopener", "data-act": url }, ...about)
      : el("p", { class: "file" }, ...about);
  }

  /** Who reacted with what. A click joins them, or takes one's own back. */
  #reactions(message) {
    const { adapter, open, me } = this.app;
    if (message.deleted || !message.reactions?.length) return null;
    const name = (id) => (id === me.id ? "you" : open.members?.find((one) => one.id === id)?.name ?? "somebody");
    const buttons = message.reactions.map(({ emoji, people, mine }) => el("button", {
      type: "button", "aria-pressed": String(mine), disabled: !adapter.reacts(open), "data-act": `reaction ${emoji}`,
      title: people.map(name).join(", "), "aria-label": `${emoji} by ${people.map(name).join(", ")}`,
      onclick: () => this.app.react(message, emoji, !mine),
    }, el("span", {}, emoji), ` ${people.length}`));
    return el("div", { class: "reactions", role: "group", "aria-label": "Reactions" }, ...buttons);
  }

  #quote(quoted) {
    return el("blockquote", { class: "quoted" }, el("b", {}, quoted.author.name), el("span", {}, quoted.text || "deleted"));
  }

  #actions(message) {
    const { adapter, composer, open } = this.app;
    const act = (label, does) => el("button", { type: "button", onclick: does, "data-act": label }, label);
    const root = message.parent && this.app.threaded ? this.messages.find((one) => one.id === message.parent) : message;
    const actions = el("div", { class: "actions", role: "group", "aria-label": "Message" });
    const buttons = [
      adapter.reacts(open) ? act("React", () => this.#choose(actions, buttons, message)) : null,
      act("Reply", () => composer.reply(root ?? message)),
      message.editable ? act("Edit", () => composer.edit(message)) : null,
      message.mine ? act("Delete", () => this.app.remove(message)) : null,
    ].filter(Boolean);
    actions.append(...buttons);
    return actions;
  }

  /** Offers reactions in place of the other actions. Arrow keys walk through them; Escape goes back. */
  #choose(actions, before, message) {
    const choices = OFFERED.map(({ emoji, said }) => {
      const mine = message.reactions?.some((one) => one.mine && same(one.emoji, emoji)) ?? false;
      const react = () => {
        back();
        this.app.react(message, emoji, !mine);
      };
      return el("button", { type: "button", class: "emoji", "aria-label": said, "aria-pressed": String(mine), onclick: react }, emoji);
    });
    const keys = (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (event.key === "Escape") back();
      if (step) choices[(choices.indexOf(document.activeElement) + step + choices.length) % choices.length].focus();
      if (step || event.key === "Escape") event.preventDefault();
    };
    const back = () => {
      actions.removeEventListener("keydown", keys);
      actions.replaceChildren(...before);
      before[0].focus();
    };
    actions.addEventListener("keydown", keys);
    actions.replaceChildren(...choices);
    choices[0].focus();
  }

  /** One's own last message that can be edited. */
  last() {
    return this.messages.findLast((one) => one.editable && !one.entry);
  }
}
