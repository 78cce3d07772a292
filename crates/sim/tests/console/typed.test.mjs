// What is typed becomes what was meant, and never markup of its own.

import assert from "node:assert/strict";
import { test } from "node:test";

import { module } from "./module.mjs";

const { html, literal } = await module("typed.js");

const CASES = [
  ["plain", "<p>plain</p>"],
  ["a\nb\n\nc", "<p>a<br>b</p><p>c</p>"],
  ["**bold** *it* _it_ ~~no~~", "<p><strong>bold</strong> <em>it</em> <em>it</em> <s>no</s></p>"],
  ["**a *b* c**", "<p><strong>a <em>b</em> c</strong></p>"],
  ["**_both_**", "<p><strong><em>both</em></strong></p>"],
  // Signs that are no marks stay.
  ["* * *", "<p>* * *</p>"],
  ["- - -", "<p>- - -</p>"],
  ["2*3*4 snake_case_name", "<p>2*3*4 snake_case_name</p>"],
  ["** a ** and **b", "<p>** a ** and **b</p>"],
  ["\\*no\\* \\\\", "<p>*no* \\</p>"],
  ["`a **b**` c", "<p><code>a **b**</code> c</p>"],
  ["- a\n- b", "<ul><li>a</li><li>b</li></ul>"],
  ["1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"],
  ["> a\n> b\nc", "<blockquote>a<br>b</blockquote><p>c</p>"],
  ["```\na *b*\n\nc\n```\nd", "<pre><code>a *b*\n\nc</code></pre><p>d</p>"],
  ["```\nnever closed", "<p>```<br>never closed</p>"],
  ["[x](https://a.example/?q=\"1)", '<p><a href="https://a.example/?q=&quot;1">x</a></p>'],
  ["[x](javascript:alert)", "<p>[x](javascript:alert)</p>"],
  ["<b onclick=x>&", "<p>&lt;b onclick=x&gt;&amp;</p>"],
];

for (const [typed, expected] of CASES) {
  test(JSON.stringify(typed), () => assert.equal(html(typed), expected));
}

test("a text that is typed literally stays that text", () => {
  for (const text of ["plain", "* * *", "a *b* c", "**x**", "`code`", "snake_case", "a\\*b", "[x](https://a.example)", "~~", "<&>"]) {
    const escaped = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
    assert.equal(html(literal(text)), `<p>${escaped}</p>`, text);
  }
  assert.equal(literal("2 * 3"), "2 * 3", "what needs no backslash gets none");
});
