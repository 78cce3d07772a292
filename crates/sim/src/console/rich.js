// Messages' markup, in and out. What comes in is parsed into a document that never becomes part of the page; from it,
// new elements of a short list are built. What is typed is a little Markdown, as both apps' composers understand it.

import { el } from "./dom.js";

const KEPT = {
  P: "p", DIV: "p", BR: "br", STRONG: "strong", B: "strong", EM: "em", I: "em", S: "s", STRIKE: "s", DEL: "s", U: "u",
  CODE: "code", PRE: "pre", BLOCKQUOTE: "blockquote", UL: "ul", OL: "ol", LI: "li", H1: "h4", H2: "h4", H3: "h4",
  CODEBLOCK: "pre", "SPARK-MENTION": "mark", AT: "mark",
};
const DROPPED = new Set(["SCRIPT", "STYLE", "TEMPLATE", "IFRAME", "OBJECT", "EMBED", "ATTACHMENT", "SVG", "MATH"]);

/** The elements that show a message. */
export function shown(message) {
  const body = el("div", { class: "body" });
  if (message.html) {
    copy(new DOMParser().parseFromString(message.html, "text/html").body, body);
  } else {
    lines(message.text ?? "", body);
  }
  return body;
}

function copy(from, into) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      into.append(node.data);
    } else if (node.nodeType === Node.ELEMENT_NODE && !DROPPED.has(node.tagName.toUpperCase())) {
      const made = allowed(node);
      copy(node, made ?? into);
      if (made) into.append(made);
    }
  }
}

function allowed(node) {
  const name = node.tagName.toUpperCase();
  if (name === "A") {
    const href = node.getAttribute("href") ?? "";
    const safe = /^(https?|mailto):/i.test(href.trim());
    return safe ? el("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }) : null;
  }
  return KEPT[name] ? el(KEPT[name]) : null;
}

function lines(text, into) {
  text.split("\n").forEach((line, index) => {
    if (index > 0) into.append(el("br"));
    into.append(line);
  });
}

/** What was typed, as HTML. Everything is escaped first; the few marks then become elements. */
export function html(typed) {
  const escaped = typed.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const marked = escaped
    .replace(/`([^`\n]+)`/g, "<code>$1</code>")
    .replace(/\*\*([^*\n]+)\*\*/g, "<strong>$1</strong>")
    .replace(/(^|[\s(])[*_]([^*_\n]+)[*_](?=$|[\s).,!?])/g, "$1<em>$2</em>")
    .replace(/~~([^~\n]+)~~/g, "<s>$1</s>");
  return `<p>${marked.replace(/\n/g, "<br>")}</p>`;
}
