// Messages' markup, in and out. What comes in is parsed into a document that never becomes part of the page; from it,
// new elements of a short list are built, or what one would have to type for it.

import { el } from "./dom.js";
import { html, literal } from "./typed.js";

const KEPT = {
  P: "p", DIV: "p", BR: "br", STRONG: "strong", B: "strong", EM: "em", I: "em", S: "s", STRIKE: "s", DEL: "s", U: "u",
  CODE: "code", PRE: "pre", BLOCKQUOTE: "blockquote", UL: "ul", OL: "ol", LI: "li", H1: "h4", H2: "h4", H3: "h4",
  CODEBLOCK: "pre", "SPARK-MENTION": "mark", AT: "mark",
};
const DROPPED = new Set(["SCRIPT", "STYLE", "TEMPLATE", "IFRAME", "OBJECT", "EMBED", "ATTACHMENT", "SVG", "MATH"]);
/** What is typed around what these show. */
const TYPED = { STRONG: "**", B: "**", EM: "_", I: "_", S: "~~", STRIKE: "~~", DEL: "~~" };

/** The elements that show a message; one that is on its way is shown as it will be. */
export function shown(message) {
  const body = el("div", { class: "body" });
  const markup = message.typed === undefined ? message.html : html(message.typed);
  if (markup) {
    copy(parsed(markup), body);
  } else {
    lines(message.text ?? "", body);
  }
  return body;
}

/** What one would type to say the same, for a message that is to be changed. */
export function source(message) {
  if (!message.html) return message.text.split("\n").map(literal).join("\n");
  return blocks(parsed(message.html)).replace(/\n{3,}/g, "\n\n").trim();
}

function parsed(markup) {
  return new DOMParser().parseFromString(markup, "text/html").body;
}

function copy(from, into) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      into.append(node.data);
    } else if (kept(node)) {
      const made = allowed(node);
      copy(node, made ?? into);
      // A paragraph around nothing, such as one in which an attachment stood, is no line.
      if (made && (made.tagName !== "P" || made.hasChildNodes())) into.append(made);
    }
  }
}

function kept(node) {
  return node.nodeType === Node.ELEMENT_NODE && !DROPPED.has(node.tagName.toUpperCase());
}

function allowed(node) {
  const name = node.tagName.toUpperCase();
  if (name === "A") {
    const href = address(node);
    return href ? el("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }) : null;
  }
  return KEPT[name] ? el(KEPT[name]) : null;
}

function address(link) {
  const href = (link.getAttribute("href") ?? "").trim();
  return /^(https?|mailto):/i.test(href) ? href : null;
}

function lines(text, into) {
  text.split("\n").forEach((line, index) => {
    if (index > 0) into.append(el("br"));
    into.append(line);
  });
}

function blocks(from) {
  return [...from.childNodes].map(block).join("");
}

/** What is typed for an element that begins a line, or for what stands within one. */
function block(node) {
  if (node.nodeType === Node.TEXT_NODE) return literal(node.data);
  if (!kept(node)) return "";
  const name = node.tagName.toUpperCase();
  switch (name) {
    case "BR": return "\n";
    case "PRE": case "CODEBLOCK": return `\n\`\`\`\n${node.textContent.replace(/\n$/, "")}\n\`\`\`\n`;
    case "CODE": return `\`${node.textContent}\``;
    case "A": return address(node) ? `[${blocks(node)}](${address(node)})` : blocks(node);
    case "UL": case "OL": return `\n${items(node, name === "OL")}\n`;
    case "BLOCKQUOTE": return `\n${blocks(node).trim().split("\n").map((line) => `> ${line}`).join("\n")}\n`;
    case "P": case "DIV": case "H1": case "H2": case "H3": return `\n${blocks(node)}\n`;
    default: return TYPED[name] ? `${TYPED[name]}${blocks(node)}${TYPED[name]}` : blocks(node);
  }
}

function items(list, numbered) {
  return [...list.children].map((item, index) => `${numbered ? `${index + 1}.` : "-"} ${blocks(item).trim()}`).join("\n");
}
