// Where one writes. Enter sends, Shift+Enter begins a line, Escape leaves a reply or an edit, Arrow up in an empty field
// edits the last message. What is sent goes to the conversation's queue; what was begun stays in the field, or comes back
// to it, whatever else is done meanwhile.

import { el } from "./dom.js";
import { source } from "./rich.js";

export class Composer {
  constructor(app) {
    this.app = app;
    this.about = el("p", { class: "about", hidden: true });
    this.field = el("textarea", {
      rows: "1", placeholder: "Write a message", "aria-label": `Write in ${app.adapter.name}`,
      onkeydown: (event) => this.#key(event), oninput: () => this.#grow(),
    });
    this.button = el("button", { class: "send", type: "submit" }, "Send");
    const { name } = app.adapter.sample;
    this.clip = el("button", {
      class: "clip", type: "button", "aria-label": `Attach a sample file, ${name}`, title: `Attach ${name}`, onclick: () => this.#attach(),
    }, "+");
    this.element = el("form", { class: "composer", onsubmit: (event) => this.#submit(event) },
      this.about, el("div", { class: "field" }, this.clip, this.field, this.button));
    this.write("");
  }

  enable(can) {
    this.field.disabled = !can;
    this.button.disabled = !can;
    this.clip.disabled = !can || !this.app.adapter.attaches(this.app.open);
  }

  focus() {
    this.field.focus();
  }

  /** Writes something new, of which `begun` is there already. */
  write(begun) {
    this.answered = null;
    this.edited = null;
    this.begun = "";
    this.about.hidden = true;
    this.#fill(begun);
  }

  /** What was begun and is not sent, for whoever puts something else into the field. */
  draft() {
    return this.edited ? this.begun : this.field.value;
  }

  reply(message) {
    this.write(this.draft());
    this.answered = message;
    this.#mode(`Reply to ${message.mine ? "yourself" : message.author.name}: `, message.text);
  }

  edit(message) {
    const begun = this.draft();
    this.write(source(message));
    this.begun = begun;
    this.edited = message;
    this.#mode("Edit your message", "");
  }

  /** What could not be sent is in the field again, before what was begun since. */
  back(entry) {
    const begun = this.draft();
    const all = begun && entry.kind === "send" ? `${entry.text}\n${begun}` : entry.text;
    if (entry.message) this.edit(entry.message);
    else if (entry.answered) this.reply(entry.answered);
    else this.write("");
    this.#fill(all);
    this.focus();
  }

  #fill(text) {
    this.field.value = text;
    this.#grow();
  }

  #mode(said, quoted) {
    const leave = el("button", { type: "button", "aria-label": "Leave", onclick: () => this.#leave() }, "×");
    this.about.replaceChildren(el("span", {}, said, el("i", {}, quoted ?? "")), leave);
    this.about.hidden = false;
    this.focus();
  }

  /** Leaves a reply or an edit, and nothing else. */
  #leave() {
    this.write(this.draft());
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
      this.#leave();
    } else if (event.key === "ArrowUp" && !this.field.value && !this.edited) {
      const last = this.app.thread.last();
      if (last) {
        event.preventDefault();
        this.edit(last);
      }
    }
  }

  /** Sends a small file of one's own, with what was typed. */
  #attach() {
    if (!this.app.open || this.edited) return;
    const typed = this.field.value.trim();
    const { answered } = this;
    const { name, text } = this.app.adapter.sample;
    this.write("");
    this.app.send(typed, answered, { name, type: name.endsWith(".csv") ? "text/csv" : "text/plain", base64: btoa(text) });
    this.focus();
  }

  #submit(event) {
    event.preventDefault();
    const typed = this.field.value.trim();
    const { answered, edited, begun } = this;
    if (!typed || !this.app.open) return;
    this.write(edited ? begun : "");
    if (edited) this.app.change(edited, typed);
    else this.app.send(typed, answered);
  }
}
