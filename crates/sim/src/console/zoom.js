// Simulated Zoom Team Chat, as its own app would use it. Reads what the app shows from the simulator's control paths; acts
// through the REST API with the token of the person's own client, except for writing to a chatbot, which the API cannot.

import { Api } from "./api.js";
import { codes, ofCodes } from "./emoji.js";
import { markup, ranges } from "./ranges.js";
import { html } from "./typed.js";

export class Zoom {
  key = "zoom";
  name = "Zoom";
  hint = "Colleagues from other apps have accounts here and are found by name:";
  assistant = "Entente";
  bot = "app";
  rooms = "Channels";
  threads = true;
  sample = { name: "backup-log.txt", text: "02:00 backup of acme-eu began\n04:12 done, 2 retries\n04:13 verified\n" };

  constructor(platform) {
    this.platform = platform;
    this.origin = new URL(platform.base).origin;
    this.api = new Api(platform.base);
    this.control = new Api(this.origin);
  }

  async conversations(me) {
    const { items } = await this.control.get(`/_sim/conversations?person=${encodeURIComponent(me.id)}`);
    return items.map((item) => ({
      id: item.session,
      channel: item.channel !== null,
      title: item.channel ?? item.with.name,
      members: item.members,
      other: item.channel === null ? item.with : null,
      at: item.last_activity,
      last: item.last,
    }));
  }

  async messages(place, me) {
    const query = `session=${encodeURIComponent(place.id)}&person=${encodeURIComponent(me.id)}`;
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
        reactions: item.reactions.map(({ emoji, people }) => ({ emoji: ofCodes(emoji), people, mine: people.includes(me.id) })),
        files: item.files,
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

  /** Nothing of the kind is simulated between people and chatbots. */
  reacts(place) {
    return place.channel || !place.other.is_bot;
  }

  attaches(place) {
    return this.reacts(place);
  }

  /** "React to a chat message". */
  async react(me, place, message, emoji, on) {
    const body = { action: on ? "add" : "remove", emoji: codes(emoji), ...to(place) };
    await this.api.patch(`/chat/users/me/messages/${message.id}/emoji_reactions`, body, me.token);
  }

  /** "Send a chat message". */
  async send(me, place, typed, parent) {
    const message = ranges(html(typed));
    const sent = place.other?.is_bot
      ? await this.control.post("/_sim/bots/say", { person: me.id, robot: place.other.id, text: message.message })
      : await this.api.post("/chat/users/me/messages",
        { ...message, ...to(place), reply_main_message_id: parent ?? undefined }, me.token);
    return { conversation: place.id ?? (await this.#session(me, place.other)), message: spelled(sent.id) };
  }

  /** As the app attaches. */
  async attach(me, place, file, typed, parent) {
    const where = place.channel ? { channel: place.id } : { to: place.other.id };
    const message = { person: me.id, ...where, parent: parent ?? undefined, text: typed, files: [file] };
    const sent = await this.control.post("/_sim/files", message);
    return { conversation: place.id ?? (await this.#session(me, place.other)), message: spelled(sent.id) };
  }

  /** "Update a message", which takes no formats. */
  async edit(me, place, message, typed) {
    const body = { message: ranges(html(typed)).message, ...to(place) };
    await this.api.put(`/chat/users/me/messages/${message.id}`, body, me.token);
  }

  /** "Delete a message". */
  async remove(me, place, message) {
    await this.api.delete(`/chat/users/me/messages/${message.id}?${new URLSearchParams(to(place))}`, me.token);
  }

  /** The conversation that a first message opened. */
  async #session(me, other) {
    const conversations = await this.conversations(me);
    return conversations.find((one) => one.other?.id === other.id)?.id ?? null;
  }
}

/** How the API names a conversation: by the channel, or by the other person. */
function to({ id, channel, other }) {
  return channel ? { to_channel: id } : { to_contact: other.id };
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
