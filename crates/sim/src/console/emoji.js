// Reactions as each vendor writes them: an emoji by itself on Teams, a short name on Slack ("reactions.add"), code points on
// Zoom ("React to a chat message"). Knows no page, so that it can be tested without one.

/** What can be picked, with what it is called aloud and on Slack. */
export const OFFERED = [
  { emoji: "👍", said: "thumbs up", slack: "+1" },
  { emoji: "❤️", said: "heart", slack: "heart" },
  { emoji: "😂", said: "tears of joy", slack: "joy" },
  { emoji: "🎉", said: "party popper", slack: "tada" },
  { emoji: "👀", said: "eyes", slack: "eyes" },
  { emoji: "✅", said: "check mark", slack: "white_check_mark" },
];

/** What Slack calls by a short name; its own words where nothing is known to look like it. */
export function ofSlack(name) {
  const [plain] = name.split("::");
  return OFFERED.find((one) => one.slack === plain)?.emoji ?? `:${name}:`;
}

/** The short name of an emoji that can be picked, or of one that came as a name. */
export function slackName(emoji) {
  return OFFERED.find((one) => same(one.emoji, emoji))?.slack ?? emoji.replace(/^:|:$/g, "");
}

/** Code points such as `U+2764-U+FE0F`, or `U+2764 FE0F`, as an emoji. */
export function ofCodes(codes) {
  if (!/^U\+/i.test(codes)) return codes;
  const points = codes.split(/[-\s]+/).map((one) => Number.parseInt(one.replace(/^U\+/i, ""), 16));
  return points.every((point) => point > 0 && point <= 0x10ffff) ? String.fromCodePoint(...points) : codes;
}

/** An emoji as code points. */
export function codes(emoji) {
  return [...emoji].map((one) => `U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`).join("-");
}

/** Whether two say the same, whichever way they are to be drawn. */
export function same(one, other) {
  return plain(one) === plain(other);
}

function plain(emoji) {
  return emoji.replaceAll("\ufe0f", "");
}
