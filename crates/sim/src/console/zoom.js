// Simulated Zoom Team Chat, as its own app would use it. Reads what the app shows from the simulator's control paths; acts
// through the REST API with the token of the person's own client, except for writing to a chatbot, which the API cannot.

import { Api } from "./api.js";
import { markup, ranges } from "./ranges.js";
import { html } from "./typed.js";

export class Zoom {
  key = "zoom";
  name = "Zoom";
  hint = "Colleagues from other apps have accounts here and are found by name:";
  assistant = "Entente";
  bot = "app";
  threads = true;

  constructor(platform) {
    this.platform = platform;
    this.origin = new URL(platform.base).origin;
    this.api = new Api(platform.base);
    this.control = new Api(this.origin);
    /** Whom each conversation is with: the API names the other person where others name the conversation. */
    this.others = new Map();
  }

  async conversations(me) {
    const { items } = await this.control.get(`/_sim/conversations?person=${encodeURIComponent(me.id)}`);
    for (const item of items) this.others.set(`${me.id} ${item.session}`, item.with);
    return items.map((item) => ({
      id: item.session, title: item.with.name, other: item.with, at: item.last_activity, last: item.last,
    }));
  }

  async messages(conversation, me) {
    const query = `session=${encodeURIComponent(conversation)}&person=${encodeURIComponent(me.id)}`;
    const { items } = await this.control.get(`/_sim/messages?${query}`);
    return items.map((item) => {
      const text = item.bot ? said(item.bot) : item.text;
      return {
        id: item.id,
        parent: item.parent,
        author: item.author,
        mine: item.mine,
        text,
        html: markup(text, item.bot ? [] : item.rich_text),
        created: item.created,
        edited: item.edited,
        deleted: false,
        editable: item.mine,
      };
    });
  }

  /** The Entente app's chatbot, found by its name. */
  async app() {
    return this.assistant;
  }

  /** "Search company contacts"; the chatbots are told by the marketplace. */
  async search(text, me) {
    const [{ contacts }, { items }] = await Promise.all([
      this.api.get(`/contacts?search_key=${encodeURIComponent(text)}&page_size=10`, me.token),
      this.control.get("/_sim/apps"),
    ]);
    const bots = items.filter((app) => app.robot_jid && app.name.toLowerCase().startsWith(text.toLowerCase()));
    return [
      ...contacts.filter((one) => one.id !== me.id)
        .map((one) => ({ id: one.id, name: one.display_name, email: one.email, is_bot: false })),
      ...bots.map((app) => ({ id: app.robot_jid, name: app.name, email: null, is_bot: true })),
    ];
  }

  /** "Send a chat message". */
  async send(me, to, typed, parent) {
    const message = ranges(html(typed));
    const sent = to.other.is_bot
      ? await this.control.post("/_sim/bots/say", { person: me.id, robot: to.other.id, text: message.message })
      : await this.api.post("/chat/users/me/messages",
        { ...message, to_contact: to.other.id, reply_main_message_id: parent ?? undefined }, me.token);
    return { conversation: to.id ?? (await this.#session(me, to.other)), message: spelled(sent.id) };
  }

  /** "Update a message", which takes no formats. */
  async edit(me, conversation, message, typed) {
    const body = { message: ranges(html(typed)).message, to_contact: this.#other(me, conversation).id };
    await this.api.put(`/chat/users/me/messages/${message.id}`, body, me.token);
  }

  /** "Delete a message". */
  async remove(me, conversation, message) {
    const contact = encodeURIComponent(this.#other(me, conversation).id);
    await this.api.delete(`/chat/users/me/messages/${message.id}?to_contact=${contact}`, me.token);
  }

  #other(me, conversation) {
    return this.others.get(`${me.id} ${conversation}`);
  }

  /** The conversation that a first message opened. */
  async #session(me, other) {
    const conversations = await this.conversations(me);
    return conversations.find((one) => one.other.id === other.id)?.id ?? null;
  }
}

/** The API spells one id in three ways; the page keeps one. */
function spelled(id) {
  return id.replace(/[{}]/g, "").toLowerCase();
}

/** What a chatbot's message says, block by block. */
function said(content) {
  const head = content.head?.text ? [content.head.text] : [];
  return [...head, ...(content.body ?? []).map((block) => block.text ?? "")].join("\n");
}
