// A conversation as its writer sees it: what the platform has, and what is still on its way there.

/** `messages` with what `entries` of a queue will make of them; `me` wrote all of those. */
export function mixed(messages, entries, me) {
  const standing = messages.map((message) => {
    const change = entries.findLast((entry) => entry.kind !== "send" && entry.id === message.id);
    if (!change) return message;
    const said = change.kind === "edit" ? { text: change.text, typed: change.text } : {};
    return { ...message, ...said, entry: change };
  });
  const sends = entries.filter((entry) => entry.kind === "send" && !stands(entry, messages));
  return [...standing, ...sends.map((entry) => ({
    id: entry.key, parent: entry.parent, author: { id: me.id, name: me.name, is_bot: false }, mine: true,
    text: entry.text, typed: entry.text, created: entry.at, edited: false, deleted: false, editable: false, entry,
  }))];
}

/** Whether a message that is sent, or being sent, can be seen already: the view may be ahead of the answer. */
export function stands(entry, messages) {
  if (entry.state === "sent") return messages.some((message) => message.id === entry.result);
  return entry.state === "sending" && messages.some((message) => message.mine && !entry.known.has(message.id));
}
