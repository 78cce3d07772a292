// What Slack understands, out and in: what was typed becomes its mrkdwn ("Formatting message text"), and rich text and
// mrkdwn of messages become markup for the page. Text in, text out, so that it can be tested without a page.

const TOKENS = /<\/?([a-z]+)(?: href="([^"]*)")?>|[^<]+/g;
const MARKS = { strong: "*", em: "_", s: "~", code: "`" };
const STYLES = [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"]];

/** Markup as `typed.js` makes it, as mrkdwn. It escapes the same three signs that Slack does, and one more. */
export function mrkdwn(markup) {
  let made = "";
  let number = 0;
  let code = false;
  let line = "";
  const begin = () => {
    if (made) made += made.endsWith("\n") ? "" : "\n";
  };
  for (const [token, name, href] of markup.matchAll(TOKENS)) {
    if (!name) {
      made += token.replaceAll("&quot;", '"');
      continue;
    }
    const closes = token[1] === "/";
    switch (name) {
      case "p":
        // What was apart stays apart.
        if (!closes) made += made ? (made.endsWith("\n") ? "\n" : "\n\n") : "";
        break;
      case "br": made += `\n${line}`; break;
      case "pre":
        if (!closes) begin();
        made += "```";
        code = !closes;
        break;
      case "blockquote":
        if (!closes) begin();
        line = closes ? "" : "> ";
        made += line || "\n";
        break;
      case "ul": case "ol":
        if (!closes) begin();
        number = closes || name === "ul" ? 0 : 1;
        break;
      case "li":
        if (!closes) made += number ? `${number}. ` : "• ";
        else made += "\n";
        if (closes && number) number += 1;
        break;
      case "a": made += closes ? ">" : `<${href.replaceAll("&quot;", "%22")}|`; break;
      default: made += code ? "" : MARKS[name] ?? "";
    }
  }
  return made.trim();
}

/** A message's rich text as markup; its mrkdwn as plain lines where there is none. `nameOf` names people by id. */
export function shown(blocks, text, nameOf = (id) => id) {
  const rich = (blocks ?? []).filter((block) => block.type === "rich_text");
  if (rich.length === 0) return `<p>${lines(plain(text, nameOf))}</p>`;
  return rich.flatMap((block) => block.elements).map((one) => element(one, nameOf)).join("");
}

/** One line of a list: mrkdwn without any mark. */
export function glance(text) {
  const marked = /(^|[\s(>])([*_~`]+)(\S(?:.*?\S)?)\2(?=$|[\s).,:;!?])/g;
  return plain(text.replaceAll("```", "").replace(marked, "$1$3"));
}

/** mrkdwn without the marks that stand for people, places and links. */
export function plain(text, nameOf = (id) => id) {
  return text
    .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id) => `@${nameOf(id)}`)
    .replace(/<!(?:subteam\^)?([^|>]+)(?:\|([^>]*))?>/g, (_, range, label) => label ?? `@${range}`)
    .replace(/<(?:[^|>]+)\|([^>]*)>/g, "$1")
    .replace(/<([^>]+)>/g, "$1")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function element(one, nameOf) {
  const inlines = () => one.elements.map((part) => inline(part, nameOf)).join("");
  switch (one.type) {
    case "rich_text_list": {
      const tag = one.style === "ordered" ? "ol" : "ul";
      return `<${tag}>${one.elements.map((item) => `<li>${element({ ...item, type: "item" }, nameOf)}</li>`).join("")}</${tag}>`;
    }
    case "rich_text_quote": return `<blockquote>${inlines()}</blockquote>`;
    case "rich_text_preformatted": return `<pre><code>${one.elements.map((part) => escaped(part.text ?? part.url ?? "")).join("")}</code></pre>`;
    case "item": return inlines();
    default: return `<p>${inlines()}</p>`;
  }
}

function inline(part, nameOf) {
  switch (part.type) {
    case "text": return styled(lines(part.text), part.style);
    case "link": return styled(`<a href="${escaped(part.url)}">${escaped(part.text || part.url)}</a>`, part.style);
    case "user": return `<at>@${escaped(nameOf(part.user_id))}</at>`;
    case "broadcast": return `<at>@${escaped(part.range)}</at>`;
    case "emoji": return escaped(picture(part) ?? `:${part.name}:`);
    default: return escaped(part.text ?? part.fallback ?? "");
  }
}

/** An emoji by the code points that come with its name. */
function picture({ unicode }) {
  return unicode ? String.fromCodePoint(...unicode.split("-").map((point) => Number.parseInt(point, 16))) : null;
}

function styled(inner, style = {}) {
  return STYLES.reduce((made, [name, tag]) => (style[name] ? `<${tag}>${made}</${tag}>` : made), inner);
}

function lines(text) {
  return escaped(text).replaceAll("\n", "<br>");
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
