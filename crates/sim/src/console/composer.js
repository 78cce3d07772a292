// Where one writes. Enter sends, Shift+Enter begins a line, Escape leaves a reply or an edit, Arrow up in an empty field
// edits the last message.

import { el } from "./dom.js";

export class Composer {
  constructor(app) {
    this.app = app;
    this.about = el("p", { class: "about", hidden: true });
    this.field = el("textarea", {
      rows: "1", placeholder: "Write a message", "aria-label": `Write in ${app.adapter.name}`,
      onkeydown: (event) => this.#key(event), oninput: () => this.#grow(),
    });
    this.button = el("button", { class: "send", type: "submit" }, "Send");
    this.error = el("p", { class: "error", role: "alert" });
    this.element = el("form", { class: "composer", onsubmit: (event) => this.#submit(event) },
      this.about, el("div", { class: "field" }, this.field, this.button), this.error);
    this.clear();
  }

  enable(can) {
    this.field.disabled = !can;
    this.button.disabled = !can;
  }

  focus() {
    this.field.focus();
  }

  say(error) {
    this.error.textContent = error;
  }

  /** Back to writing something new. */
  clear() {
    this.answered = null;
    this.edited = null;
    this.about.hidden = true;
    this.field.value = "";
    this.error.textContent = "";
    this.#grow();
  }

  reply(message) {
    this.clear();
    this.answered = message;
    this.#mode(`Reply to ${message.mine ? "yourself" : message.author.name}: `, message.text);
  }

  edit(message) {
    this.clear();
    this.edited = message;
    this.#mode("Edit your message", "");
    this.field.value = message.text;
    this.#grow();
  }

  #mode(said, quoted) {
    const leave = el("button", { type: "button", "aria-label": "Leave", onclick: () => this.clear() }, "×");
    this.about.replaceChildren(el("span", {}, said, el("i", {}, quoted ?? "")), leave);
    this.about.hidden = false;
    this.focus();
  }

  #grow() {
    this.field.style.height = "";
    // An empty field is one line high by itself, and nothing can be measured before it is shown.
    if (this.field.value) this.field.style.height = `${Math.min(this.field.scrollHeight, 140)}px`;
  }

  #key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.element.requestSubmit();
    } else if (event.key === "Escape") {
      this.clear();
    } else if (event.key === "ArrowUp" && !this.field.value && !this.edited) {
      const last = this.app.thread.last();
      if (last) {
        event.preventDefault();
        this.edit(last);
      }
    }
  }

  async #submit(event) {
    event.preventDefault();
    const typed = this.field.value.trim();
    const { app, answered, edited } = this;
    if (!typed || !app.open) return;
    this.clear();
    try {
      if (edited) {
        await app.adapter.edit(app.me, app.open.id, edited.id, typed);
      } else {
        const target = app.open;
        const id = await app.adapter.send(app.me, target, typed, answered?.id ?? null);
        if (!target.id && app.open === target) app.open = { ...target, id };
      }
      await app.refresh();
    } catch (error) {
      // Nothing that was typed is lost; whoever wrote it decides what to do.
      if (!this.field.value) this.field.value = typed;
      this.say(error.message);
    }
  }
}
