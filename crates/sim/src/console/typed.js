// What is typed, as HTML: a little Markdown, as both apps' composers understand it. Text in, text out, so that it can be
// tested without a page.

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const LISTS = [{ tag: "ul", item: /^- (?=[^\s-])/ }, { tag: "ol", item: /^\d{1,3}[.)] (?=\S)/ }];
const QUOTE = /^> ?/;
const FENCE = /^```/;
/** Longer marks first, so that two stars are never read as one and one. */
const MARKS = [["**", "strong"], ["~~", "s"], ["*", "em"], ["_", "em"]];

/** What was typed, as HTML. Text only ever becomes text; the few marks become elements. */
export function html(typed) {
  const lines = typed.split("\n");
  const blocks = [];
  for (let at = 0; at < lines.length;) {
    const kind = kindOf(lines, at);
    let end = at + 1;
    if (kind === "code") {
      while (!FENCE.test(lines[end])) end += 1;
      blocks.push(`<pre><code>${escaped(lines.slice(at + 1, end).join("\n"))}</code></pre>`);
      at = end + 1;
      continue;
    }
    while (end < lines.length && kindOf(lines, end) === kind) end += 1;
    blocks.push(block(kind, lines.slice(at, end)));
    at = end;
  }
  return blocks.join("");
}

/** What the line at `at` begins or goes on with. A fence that nothing closes is a line like any other. */
function kindOf(lines, at) {
  const line = lines[at];
  if (FENCE.test(line) && lines.slice(at + 1).some((later) => FENCE.test(later))) return "code";
  if (QUOTE.test(line)) return "quote";
  return LISTS.find(({ item }) => item.test(line))?.tag ?? (line.trim() ? "text" : "nothing");
}

function block(kind, lines) {
  if (kind === "nothing") return "";
  if (kind === "text") return `<p>${lines.map(inline).join("<br>")}</p>`;
  if (kind === "quote") return `<blockquote>${lines.map((line) => inline(line.replace(QUOTE, ""))).join("<br>")}</blockquote>`;
  const { item } = LISTS.find(({ tag }) => tag === kind);
  return `<${kind}>${lines.map((line) => `<li>${inline(line.replace(item, ""))}</li>`).join("")}</${kind}>`;
}

/** Marks within a line. */
export function inline(text) {
  let made = "";
  for (let at = 0; at < text.length;) {
    const [piece, length] = escape(text, at) ?? code(text, at) ?? link(text, at) ?? marked(text, at) ?? [escaped(text[at]), 1];
    made += piece;
    at += length;
  }
  return made;
}

/** A mark after a backslash is the mark itself. */
function escape(text, at) {
  return text[at] === "\\" && /[\\*_~`[\]]/.test(text[at + 1] ?? "") ? [escaped(text[at + 1]), 2] : null;
}

function code(text, at) {
  const end = text[at] === "`" ? text.indexOf("`", at + 1) : -1;
  return end > at + 1 ? [`<code>${escaped(text.slice(at + 1, end))}</code>`, end + 1 - at] : null;
}

function link(text, at) {
  const found = text[at] === "[" ? /^\[([^[\]]+)\]\(((?:https?:\/\/|mailto:)[^\s()<>]+)\)/.exec(text.slice(at)) : null;
  return found ? [`<a href="${escaped(found[2])}">${inline(found[1])}</a>`, found[0].length] : null;
}

/** Bold, struck and italic. No mark stands beside a space on its inner side; a single one stands at a word's edge too. */
function marked(text, at) {
  for (const [mark, element] of MARKS) {
    if (!text.startsWith(mark, at)) continue;
    const single = mark.length === 1;
    const from = at + mark.length;
    if (/^[\s*]?$/.test(text[from] ?? "") || (single && /\w/.test(text[at - 1] ?? ""))) continue;
    for (let end = text.indexOf(mark, from + 1); end > from; end = text.indexOf(mark, end + 1)) {
      const edge = !single || !/\w/.test(text[end + 1] ?? "");
      // The mark of one star is not half of the mark of two.
      const whole = !single || (text[end + 1] !== mark && text[end - 1] !== mark);
      if (edge && whole && !/\s/.test(text[end - 1]) && text[end - 1] !== "\\") {
        return [`<${element}>${inline(text.slice(from, end))}</${element}>`, end + mark.length - at];
      }
    }
  }
  return null;
}

/** This text, typed so that it stays this text. */
export function literal(text) {
  return inline(text) === escaped(text) ? text : text.replace(/[\\*_~`[\]]/g, "\\$&");
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (sign) => ESCAPES[sign]);
}
