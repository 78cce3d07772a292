// Simulated Teams, as its own app would use it. Reads what the app shows from the simulator's control paths; acts through
// Microsoft Graph with the person's token.

import { Api } from "./api.js";
import { html } from "./typed.js";

export class Teams {
  key = "teams";
  name = "Teams";
  hint = "Colleagues from other apps have accounts here and are found by name:";
  bot = "bot";
  threads = false;

  constructor(platform) {
    this.platform = platform;
    this.origin = new URL(platform.base).origin;
    this.api = new Api(platform.base);
    this.control = new Api(this.origin);
  }

  async conversations(me) {
    const { items } = await this.control.get(`/_sim/conversations?person=${encodeURIComponent(me.id)}`);
    return items.filter((item) => item.members.length === 2).map((item) => ({
      id: item.chat,
      title: item.title,
      other: item.members.find((member) => member.id !== me.id),
      at: item.last_activity,
      last: item.last,
    }));
  }

  async messages(conversation, me) {
    const query = `chat=${encodeURIComponent(conversation)}&person=${encodeURIComponent(me.id)}`;
    const { items } = await this.control.get(`/_sim/messages?${query}`);
    return items.filter((item) => item.author).map((item) => ({ ...item, editable: item.mine && !item.deleted }));
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

  /** "Create chat", which finds the one there is, then "Send chatMessage" or "replyWithQuote". */
  async send(me, to, typed, parent) {
    const chat = to.id ?? (await this.#chat(me, to.other));
    const message = { body: { contentType: "html", content: html(typed) } };
    const at = `/chats/${encodeURIComponent(chat)}/messages`;
    const sent = parent
      ? await this.api.post(`${at}/replyWithQuote`, { messageIds: [parent], replyMessage: message }, me.token)
      : await this.api.post(at, message, me.token);
    return { conversation: chat, message: sent.id };
  }

  /** "Update chatMessage". What a message quotes is an attachment, and one that is not sent again is lost. */
  async edit(me, conversation, message, typed) {
    const at = `/chats/${encodeURIComponent(conversation)}/messages/${message.id}`;
    const attachments = message.parent ? (await this.api.get(at, me.token)).attachments : [];
    const marks = attachments.map((one) => `<attachment id="${one.id}"></attachment>`).join("");
    const body = { body: { contentType: "html", content: marks + html(typed) }, attachments };
    await this.api.patch(at, body, me.token);
  }

  /** "chatMessage: softDelete". */
  async remove(me, conversation, message) {
    const path = `/users/${me.id}/chats/${encodeURIComponent(conversation)}/messages/${message.id}/softDelete`;
    await this.api.post(path, undefined, me.token);
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
