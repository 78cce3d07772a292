// Simulated Webex, as its own app would use it. Reads what the app shows from the simulator's control paths; acts through
// the vendor's REST API with the person's token. What is reacted in Webex no app can see, so nothing is reacted here.

import { Api } from "./api.js";

export class Webex {
  key = "webex";
  name = "Webex";
  hint = "Colleagues from other apps are bots here, found by their exact address:";
  bot = "bot";
  rooms = "Spaces";
  threads = true;
  sample = { name: "build-report.txt", text: "Build 4127: passed\nTests: 2,318 passed, 0 failed\nSize: 11.2 MB\n" };

  constructor(platform) {
    this.platform = platform;
    this.origin = new URL(platform.base).origin;
    this.api = new Api(platform.base);
    this.control = new Api(this.origin);
  }

  async conversations(me) {
    const { items } = await this.control.get(`/_sim/conversations?person=${encodeURIComponent(me.id)}`);
    return items.map((item) => ({
      id: item.room,
      channel: item.type !== "direct",
      title: item.title,
      members: item.members.filter(Boolean),
      other: item.type === "direct" ? item.members.find((member) => member && member.id !== me.id) : null,
      at: item.last_activity,
      last: item.last,
    }));
  }

  async messages(place, me) {
    const query = `room=${encodeURIComponent(place.id)}&person=${encodeURIComponent(me.id)}`;
    const { items } = await this.control.get(`/_sim/messages?${query}`);
    // "Edit a Message": not one with files.
    return items.map((item) => ({ ...item, editable: item.mine && item.edits_left > 0 && !item.files.length }));
  }

  /** The address of the Entente app, which is a bot like any other. */
  async app() {
    const { items } = await this.control.get("/_sim/people");
    return items.find((person) => person.is_bot && person.name === "Entente")?.email ?? null;
  }

  /** "List People": by name, or by exact address, which is how bots are found. */
  async search(text, me) {
    const by = text.includes("@") ? `email=${encodeURIComponent(text)}` : `displayName=${encodeURIComponent(text)}`;
    const { items } = await this.api.get(`/people?${by}&max=10`, me.token);
    return items
      .filter((person) => person.id !== me.id)
      .map((person) => ({
        id: person.id, name: person.displayName, email: person.emails[0], is_bot: person.type === "bot",
      }));
  }

  reacts() {
    return false;
  }

  /** "Create a Message". */
  async send(me, to, typed, parent) {
    const where = to.id ? { roomId: to.id } : { toPersonId: to.other.id };
    const message = { ...where, markdown: markdown(typed), parentId: parent ?? undefined };
    const sent = await this.api.post("/messages", message, me.token);
    return { conversation: sent.roomId, message: sent.id };
  }

  attaches() {
    return true;
  }

  /** As the app attaches. */
  async attach(me, to, file, typed, parent) {
    const where = to.id ? { room: to.id } : { to: to.other.id };
    const message = { person: me.id, ...where, parent: parent ?? undefined, text: typed || undefined, files: [file] };
    const sent = await this.control.post("/_sim/files", message);
    return { conversation: sent.roomId, message: sent.id };
  }

  /** "Edit a Message". */
  async edit(me, place, message, typed) {
    await this.api.put(`/messages/${message.id}`, { roomId: place.id, markdown: markdown(typed) }, me.token);
  }

  /** "Delete a Message". */
  async remove(me, place, message) {
    await this.api.delete(`/messages/${message.id}`, me.token);
  }
}

/** A line that was typed stays a line: Markdown joins lines unless they end with two spaces. Code is left alone. */
function markdown(typed) {
  let code = false;
  return typed.split("\n").map((line) => {
    if (line.startsWith("```")) code = !code;
    return code || line.startsWith("```") || !line.trim() ? line : `${line}  `;
  }).join("\n").trimEnd();
}
