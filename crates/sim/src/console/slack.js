// Simulated Slack, as its own app would use it. Reads what the app shows from the simulator's control paths; acts through
// the Web API with the token of the person's own client.

import { Api } from "./api.js";
import { ofSlack, slackName } from "./emoji.js";
import { glance, mrkdwn, plain, shown } from "./mrkdwn.js";
import { html } from "./typed.js";

/** How many people are asked for at once. */
const PAGE = 200;

export class Slack {
  key = "slack";
  name = "Slack";
  hint = "Colleagues from other apps have accounts here and are found by name:";
  assistant = "Entente";
  bot = "APP";
  rooms = "Channels";
  threads = true;
  sample = { name: "ticket-2214.txt", text: "Ticket 2214: the export stops at 10,000 rows.\nReported by three customers since Monday.\n" };

  constructor(platform) {
    this.platform = platform;
    this.origin = new URL(platform.base).origin;
    this.api = new Api(platform.base);
    this.control = new Api(this.origin);
    this.members = null;
  }

  async conversations(me) {
    const { items } = await this.control.get(`/_sim/conversations?person=${encodeURIComponent(me.id)}`);
    return items.map((item) => ({
      id: item.channel,
      channel: item.type !== "im",
      title: item.title,
      members: item.members,
      other: item.type === "im" ? item.members.find((member) => member.id !== me.id) : null,
      at: item.last_activity,
      last: item.last && { ...item.last, text: glance(item.last.text) },
    }));
  }

  async messages(place, me) {
    const query = `channel=${encodeURIComponent(place.id)}&person=${encodeURIComponent(me.id)}`;
    const { items } = await this.control.get(`/_sim/messages?${query}`);
    const nameOf = (id) => [...place.members ?? [], ...items.map((item) => item.author)].find((one) => one?.id === id)?.name ?? id;
    return items.filter((item) => item.author).map((item) => ({
      id: item.ts,
      parent: item.thread === item.ts ? null : item.thread,
      author: { ...item.author, name: item.as ?? item.author.name },
      mine: item.mine,
      text: plain(item.text, nameOf),
      html: shown(item.blocks, item.text, nameOf),
      created: item.created,
      edited: item.edited,
      deleted: item.tombstone,
      editable: item.mine && !item.tombstone,
      reactions: item.reactions.map(({ name, users }) => ({ emoji: ofSlack(name), people: users, mine: users.includes(me.id) })),
      files: item.files,
    }));
  }

  /** The Entente app is an app like any other, found by its name. */
  async app() {
    return this.assistant;
  }

  /** "users.list", which the vendor's client keeps as well, looked through by name and address. */
  async search(text, me) {
    this.members ??= await this.#everybody(me);
    const wanted = text.toLowerCase();
    return this.members
      .filter((user) => user.id !== me.id && !user.deleted && user.id !== "USLACKBOT")
      .map((user) => ({ id: user.id, name: user.profile.real_name || user.real_name, email: user.profile.email, is_bot: user.is_bot }))
      .filter((user) => begins(user.name, wanted) || user.email?.startsWith(wanted))
      .slice(0, 10);
  }

  /** "conversations.open", then "chat.postMessage". */
  async send(me, to, typed, parent) {
    const channel = to.id ?? (await this.#call("conversations.open", { users: to.other.id }, me)).channel.id;
    const message = { channel, text: mrkdwn(html(typed)), thread_ts: parent ?? undefined };
    const sent = await this.#call("chat.postMessage", message, me);
    return { conversation: channel, message: sent.ts };
  }

  attaches() {
    return true;
  }

  /** As the app attaches. */
  async attach(me, to, file, typed, parent) {
    const where = to.id ? { channel: to.id } : { to: to.other.id };
    const message = { person: me.id, ...where, thread: parent ?? undefined, text: mrkdwn(html(typed)) || undefined, files: [file] };
    const sent = await this.control.post("/_sim/files", message);
    return { conversation: sent.channel, message: sent.ts };
  }

  reacts() {
    return true;
  }

  /** "reactions.add", "reactions.remove". */
  async react(me, place, message, emoji, on) {
    const named = { channel: place.id, timestamp: message.id, name: slackName(emoji) };
    await this.#call(on ? "reactions.add" : "reactions.remove", named, me);
  }

  /** "chat.update". */
  async edit(me, place, message, typed) {
    await this.#call("chat.update", { channel: place.id, ts: message.id, text: mrkdwn(html(typed)) }, me);
  }

  /** "chat.delete". */
  async remove(me, place, message) {
    await this.#call("chat.delete", { channel: place.id, ts: message.id }, me);
  }

  async #everybody(me) {
    const { members } = await checked(this.api.get(`/users.list?limit=${PAGE}`, me.token));
    return members;
  }

  #call(method, body, me) {
    return checked(this.api.post(`/${method}`, body, me.token));
  }
}

/** Slack answers 200 to what it refuses, and says so inside. */
async function checked(answer) {
  const value = await answer;
  if (!value?.ok) throw new Error(`the platform answered ${value?.error ?? "nothing"}`);
  return value;
}

/** Whether one of the words of a name begins so. */
function begins(name, wanted) {
  const lower = name.toLowerCase();
  return lower.startsWith(wanted) || lower.split(/\s+/).some((word) => word.startsWith(wanted));
}
