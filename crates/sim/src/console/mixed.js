// A conversation as its writer sees it: what the platform has, and what is still on its way there.

import { same } from "./emoji.js";

/** `messages` with what `entries` of a queue will make of them; `me` wrote all of those. */
export function mixed(messages, entries, me) {
  const standing = messages.map((message) => {
    const about = entries.filter((entry) => entry.kind !== "send" && entry.id === message.id);
    const reacts = about.filter((entry) => entry.kind === "react");
    const shown = reacts.length ? { ...message, reactions: reacts.reduce((all, one) => reacted(all, one, me), message.reactions) } : message;
    // A reaction is only spoken of when it failed.
    const change = about.findLast((entry) => entry.kind !== "react" || entry.state === "failed");
    if (!change) return shown;
    const said = change.kind === "edit" ? { text: change.text, typed: change.text } : {};
    return { ...shown, ...said, entry: change };
  });
  const sends = entries.filter((entry) => entry.kind === "send" && !stands(entry, messages));
  return [...standing, ...sends.map((entry) => ({
    id: entry.key, parent: entry.parent, author: { id: me.id, name: me.name, is_bot: false }, mine: true,
    text: entry.text, typed: entry.text, created: entry.at, edited: false, deleted: false, editable: false, entry,
    files: entry.file ? [{ name: entry.file.name, size: atob(entry.file.base64).length }] : [],
  }))];
}

/** `reactions` with what an entry will make of them, unless that failed or can be seen already. */
function reacted(reactions, { emoji, on, state }, me) {
  const there = reactions.find((one) => same(one.emoji, emoji));
  if (state === "failed" || Boolean(there?.mine) === on) return reactions;
  if (!there) return [...reactions, { emoji, people: [me.id], mine: true }];
  const people = on ? [...there.people, me.id] : there.people.filter((id) => id !== me.id);
  return reactions.map((one) => (one === there ? { ...one, people, mine: on } : one)).filter((one) => one.people.length);
}

/** Whether a message that is sent, or being sent, can be seen already: the view may be ahead of the answer. */
export function stands(entry, messages) {
  if (entry.state === "sent") return messages.some((message) => message.id === entry.result);
  return entry.state === "sending" && messages.some((message) => message.mine && !entry.known.has(message.id));
}
