// What Zoom understands, out and in: plain text with its formats as ranges ("Send a chat message", `rich_text`), which
// count as JavaScript does. Text in, text out, so that it can be tested without a page.

const TOKENS = /<\/?([a-z]+)(?: href="([^"]*)")?>|[^<]+/g;
const FORMATS = { strong: "Bold", em: "Italic", s: "Strikethrough", u: "Underline", a: "AddLink", blockquote: "Quote" };
const LISTS = { ul: "BulletedList", ol: "NumberedList" };
const INLINE = { AddLink: "a", Bold: "strong", Italic: "em", Strikethrough: "s", Underline: "u" };
const LINES = { Quote: "blockquote", BulletedList: "ul", NumberedList: "ol" };
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };

/** Markup as `typed.js` makes it, as a text and its ranges. */
export function ranges(markup) {
  let message = "";
  let list = null;
  const open = [];
  const rich = [];
  const begin = (gap) => {
    if (message) message += message.endsWith("\n") ? gap.slice(1) : gap;
  };
  const push = (type, attribute) => open.push({ type, attribute, start: message.length });
  const pop = () => {
    const { type, attribute, start } = open.pop();
    if (type && message.length > start) {
      const range = { start_position: start, end_position: message.length, format_type: type };
      rich.push(attribute ? { ...range, format_attr: attribute } : range);
    }
  };
  for (const [token, name, href] of markup.matchAll(TOKENS)) {
    if (!name) {
      message += token.replace(/&(?:amp|lt|gt|quot);/g, (entity) => ENTITIES[entity]);
    } else if (name === "br") {
      message += "\n";
    } else if (name in LISTS) {
      if (token[1] !== "/") begin("\n");
      list = token[1] === "/" ? null : LISTS[name];
    } else if (token[1] === "/") {
      pop();
      if (name === "li" || name === "blockquote") message += "\n";
    } else {
      if (name === "p") begin("\n\n");
      if (name === "pre" || name === "blockquote") begin("\n");
      push(name === "li" ? list : FORMATS[name], href?.replaceAll("&quot;", '"').replaceAll("&amp;", "&"));
    }
  }
  return { message: message.trimEnd(), rich_text: rich };
}

/** A text and its ranges as markup. */
export function markup(text, rich) {
  const blocks = [];
  let at = 0;
  for (const line of text.split("\n")) {
    const end = at + line.length;
    const covers = (one) => one.start_position <= at && one.end_position >= Math.max(end, at + 1);
    const tag = line ? LINES[rich.find((one) => LINES[one.format_type] && covers(one))?.format_type] ?? "p" : "p";
    const inner = inline(text, at, end, rich);
    const last = blocks.at(-1);
    if (last?.tag === tag) last.lines.push(inner);
    else blocks.push({ tag, lines: [inner] });
    at = end + 1;
  }
  return blocks.map(({ tag, lines }) => {
    const inner = tag === "ul" || tag === "ol" ? lines.map((line) => `<li>${line}</li>`).join("") : lines.join("<br>");
    return `<${tag}>${inner}</${tag}>`;
  }).join("");
}

/** A piece of a line: cut wherever a format begins or ends, so that formats may overlap. */
function inline(text, from, to, rich) {
  const formats = rich.filter((one) => INLINE[one.format_type] && one.start_position < to && one.end_position > from);
  const inside = formats.flatMap((one) => [one.start_position, one.end_position]).filter((at) => at > from && at < to);
  const cuts = [...new Set([from, ...inside, to])].sort((a, b) => a - b);
  return cuts.slice(1).map((end, index) => {
    const here = formats.filter((one) => one.start_position <= cuts[index] && one.end_position >= end);
    return here.reduce((made, one) => {
      const tag = INLINE[one.format_type];
      return tag === "a" ? `<a href="${escaped(one.format_attr ?? "")}">${made}</a>` : `<${tag}>${made}</${tag}>`;
    }, escaped(text.slice(cuts[index], end)));
  }).join("");
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
