// What is typed reaches Slack as what was meant, and what Slack has is shown as it was meant, never as markup of its own.

import assert from "node:assert/strict";
import { test } from "node:test";

import { module } from "./module.mjs";

const { html } = await module("typed.js");
const { glance, mrkdwn, plain, shown } = await module("mrkdwn.js");

const TYPED = [
  ["plain", "plain"],
  ["a\nb\n\nc", "a\nb\n\nc"],
  ["**bold** _it_ ~~no~~ `code`", "*bold* _it_ ~no~ `code`"],
  ["a < b & c > d \"e\"", "a &lt; b &amp; c &gt; d \"e\""],
  ["[x](https://a.example/?a=1&b=2)", "<https://a.example/?a=1&amp;b=2|x>"],
  ["- a\n- b", "• a\n• b"],
  ["1. a\n2. b", "1. a\n2. b"],
  ["- a\n\nb", "• a\n\nb"],
  ["> a\n> b\nc", "> a\n> b\n\nc"],
  ["```\na *b*\n```", "```a *b*```"],
  ["<@U1> <!here>", "&lt;@U1&gt; &lt;!here&gt;"],
];

for (const [typed, expected] of TYPED) {
  test(`typed ${JSON.stringify(typed)}`, () => assert.equal(mrkdwn(html(typed)), expected));
}

const text = (text, style) => ({ type: "text", text, style });
const rich = (...elements) => [{ type: "rich_text", elements }];
const section = (...elements) => ({ type: "rich_text_section", elements });

const SHOWN = [
  [rich(section(text("a "), text("b", { bold: true, italic: true }))), "<p>a <em><strong>b</strong></em></p>"],
  [rich(section(text("a\nb"))), "<p>a<br>b</p>"],
  [rich(section(text("<b>&\""))), "<p>&lt;b&gt;&amp;&quot;</p>"],
  [rich(section({ type: "link", url: "https://a.example/\"" })), '<p><a href="https://a.example/&quot;">https://a.example/&quot;</a></p>'],
  [rich(section({ type: "user", user_id: "U1" }, { type: "broadcast", range: "here" })), "<p><at>@Ada</at><at>@here</at></p>"],
  [rich(section({ type: "emoji", name: "wave", unicode: "1f44b" }, { type: "emoji", name: "acme" })), "<p>👋:acme:</p>"],
  [rich({ type: "rich_text_list", style: "ordered", elements: [section(text("a")), section(text("b"))] }), "<ol><li>a</li><li>b</li></ol>"],
  [rich({ type: "rich_text_quote", elements: [text("a")] }), "<blockquote>a</blockquote>"],
  [rich({ type: "rich_text_preformatted", elements: [text("a < b\nc")] }), "<pre><code>a &lt; b\nc</code></pre>"],
];

for (const [blocks, expected] of SHOWN) {
  test(`shown ${expected}`, () => assert.equal(shown(blocks, "", (id) => ({ U1: "Ada" })[id] ?? id), expected));
}

test("a message without rich text is shown by its text", () => {
  const said = "Hi <@U1>, see <https://a.example|this> &amp; <!here>";
  assert.equal(shown(undefined, said, () => "Ada"), "<p>Hi @Ada, see this &amp; @here</p>");
  assert.equal(plain(said, () => "Ada"), "Hi @Ada, see this & @here");
  assert.equal(plain("&amp;lt;"), "&lt;", "what was escaped once is read once");
});

test("a list shows the words alone", () => {
  assert.equal(glance("A *quote* of `x`, ~not~ _that_. 2*3*4 &lt;b&gt;"), "A quote of x, not that. 2*3*4 <b>");
  assert.equal(glance("```code\nmore```"), "code\nmore");
});
