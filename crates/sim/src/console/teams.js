// Simulated Teams, as its own app would use it. Reads what the app shows from the simulator's control paths; acts through
// Microsoft Graph with the person's token.

import { Api } from "./api.js";
import { html } from "./typed.js";

export class Teams {
  key = "teams";
  name = "Teams";
  hint = "Colleagues from other apps have accounts here and are found by name:";
  bot = "bot";
  rooms = "Groups, teams and channels";
  threads = false;
  sample = { name: "offer-globex.csv", text: "item,seats,price\nEntente Standard,250,free\nOnboarding,1,1800\n" };

  constructor(platform) {
    this.platform = platform;
    this.origin = new URL(platform.base).origin;
    this.api = new Api(platform.base);
    this.control = new Api(this.origin);
  }

  async conversations(me) {
    const { items } = await this.control.get(`/_sim/conversations?person=${encodeURIComponent(me.id)}`);
    const several = (item) => Boolean(item.team) || item.type === "group";
    return items.filter((item) => several(item) || item.members.length === 2).map((item) => ({
      id: item.chat,
      channel: several(item),
      team: item.team,
      title: item.title,
      members: item.members,
      other: several(item) ? null : item.members.find((member) => member.id !== me.id),
      at: item.last_activity,
      last: item.last,
    }));
  }

  async messages(place, me) {
    const query = `chat=${encodeURIComponent(place.id)}&person=${encodeURIComponent(me.id)}`;
    const { items } = await this.control.get(`/_sim/messages?${query}`);
    return items.filter((item) => item.author).map((item) => ({
      ...item,
      parent: item.root ?? item.parent,
      editable: item.mine && !item.deleted,
      reactions: item.reactions.map((one) => ({ ...one, mine: one.people.includes(me.id) })),
    }));
  }

  /** The Entente app is installed for everybody and stands in the list. */
  async app() {
    return null;
  }

  /** "List users", filtered by the beginning of a name or address. */
  async search(text, me) {
    const quoted = `'${text.replaceAll("'", "''")}'`;
    const fields = ["displayName", "surname", "mail"].map((field) => `startswith(${field},${quoted})`);
    const query = `$filter=${encodeURIComponent(fields.join(" or "))}&$select=id,displayName,mail&$top=10`;
    const { value } = await this.api.get(`/users?${query}`, me.token);
    return value
      .filter((person) => person.id !== me.id)
      .map((person) => ({ id: person.id, name: person.displayName, email: person.mail, is_bot: false }));
  }

  /** Channels' messages are reacted to by other paths, which are not simulated. */
  reacts(place) {
    return !place.team;
  }

  /** "chatMessage: setReaction", of which everybody has one, and "chatMessage: unsetReaction". */
  async react(me, place, message, emoji, on) {
    const what = on ? "setReaction" : "unsetReaction";
    await this.api.post(`${this.#path(place, message)}/${what}`, { reactionType: emoji }, me.token);
  }

  attaches() {
    return true;
  }

  /** As the app attaches: into the person's own drive, shared with the others. It begins no answer. */
  async attach(me, to, file, typed) {
    const where = to.id ? { chat: to.id } : { to: to.other.id };
    const sent = await this.control.post("/_sim/files", { person: me.id, ...where, text: typed, files: [file] });
    return { conversation: to.id ?? sent.chatId, message: sent.id };
  }

  /** In a channel "Send chatMessage in a channel" or "Reply to a message". Else "Create chat", which finds the one there is,
   * then "Send chatMessage" or "replyWithQuote". */
  async send(me, to, typed, parent) {
    if (to.team) {
      const below = parent ? `/${parent}/replies` : "";
      const body = { body: { contentType: "html", content: html(typed) } };
      const sent = await this.api.post(`${this.#messages(to)}${below}`, body, me.token);
      return { conversation: to.id, message: sent.id };
    }
    const chat = to.id ?? (await this.#chat(me, to.other));
    const message = { body: { contentType: "html", content: html(typed) } };
    const at = `/chats/${encodeURIComponent(chat)}/messages`;
    const sent = parent
      ? await this.api.post(`${at}/replyWithQuote`, { messageIds: [parent], replyMessage: message }, me.token)
      : await this.api.post(at, message, me.token);
    return { conversation: chat, message: sent.id };
  }

  /** "Update chatMessage". What a message quotes is an attachment, and one that is not sent again is lost. */
  async edit(me, place, message, typed) {
    const at = this.#path(place, message);
    const attachments = message.parent || message.files.length ? (await this.api.get(at, me.token)).attachments : [];
    const marks = attachments.map((one) => `<attachment id="${one.id}"></attachment>`).join("");
    const body = { body: { contentType: "html", content: marks + html(typed) }, attachments };
    await this.api.patch(at, body, me.token);
  }

  /** "chatMessage: softDelete". */
  async remove(me, place, message) {
    const whose = place.team ? "" : `/users/${me.id}`;
    await this.api.post(`${whose}${this.#path(place, message)}/softDelete`, undefined, me.token);
  }

  #messages({ id, team }) {
    return team ? `/teams/${team.id}/channels/${encodeURIComponent(id)}/messages` : `/chats/${encodeURIComponent(id)}/messages`;
  }

  /** Where a message is; one that answers in a channel is below what it answers. */
  #path(place, message) {
    const root = place.team && message.root ? `/${message.root}/replies` : "";
    return `${this.#messages(place)}${root}/${message.id}`;
  }

  async #chat(me, other) {
    const member = (id) => ({
      "@odata.type": "#microsoft.graph.aadUserConversationMember",
      roles: ["owner"],
      "user@odata.bind": `${this.platform.base}/users('${id}')`,
    });
    const chat = { chatType: "oneOnOne", members: [member(me.id), member(other.id)] };
    return (await this.api.post("/chats", chat, me.token)).id;
  }
}
