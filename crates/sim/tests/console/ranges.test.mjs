// What is typed reaches Zoom as text and ranges that fit it, and comes back as what was meant.

import assert from "node:assert/strict";
import { test } from "node:test";

import { module } from "./module.mjs";

const { html } = await module("typed.js");
const { markup, ranges } = await module("ranges.js");

/** Ranges as what they cover. */
const covered = ({ message, rich_text: rich }) =>
  rich.map((one) => [one.format_type, message.slice(one.start_position, one.end_position), ...(one.format_attr ? [one.format_attr] : [])]);

const TYPED = [
  ["plain", "plain", []],
  ["a\nb\n\nc", "a\nb\n\nc", []],
  ["a **b** _c_", "a b c", [["Bold", "b"], ["Italic", "c"]]],
  ["👋 **b**", "👋 b", [["Bold", "b"]]],
  ["**a _b_**", "a b", [["Italic", "b"], ["Bold", "a b"]]],
  ["a < b & \"c\"", "a < b & \"c\"", []],
  ["[x](https://a.example/?a=1&b=2)", "x", [["AddLink", "x", "https://a.example/?a=1&b=2"]]],
  ["- a\n- b", "a\nb", [["BulletedList", "a"], ["BulletedList", "b"]]],
  ["a\n1. b\n2. c\nd", "a\nb\nc\n\nd", [["NumberedList", "b"], ["NumberedList", "c"]]],
  ["> a\nb", "a\n\nb", [["Quote", "a"]]],
  ["`a`", "a", []],
];

for (const [typed, message, rich] of TYPED) {
  test(`typed ${JSON.stringify(typed)}`, () => {
    const made = ranges(html(typed));
    assert.equal(made.message, message);
    assert.deepEqual(covered(made), rich);
    for (const one of made.rich_text) assert.ok(one.start_position < one.end_position && one.end_position <= message.length);
  });
}

for (const typed of ["plain", "a **b** _c_ ~~d~~", "👋 **b**", "- a\n- b", "> a", "a\nb", "[x](https://a.example/?a=1&b=2)", "a < b & \"c\""]) {
  test(`there and back ${JSON.stringify(typed)}`, () => {
    const { message, rich_text: rich } = ranges(html(typed));
    assert.equal(markup(message, rich), html(typed));
  });
}

test("formats may overlap", () => {
  const rich = [["Bold", 0, 4], ["Italic", 2, 6]].map(([format_type, start_position, end_position]) => ({ format_type, start_position, end_position }));
  assert.equal(markup("abcdef", rich), "<p><strong>ab</strong><em><strong>cd</strong></em><em>ef</em></p>");
});

test("a format that is not known, or fits nothing, changes nothing", () => {
  const rich = [{ format_type: "Sparkle", start_position: 0, end_position: 3 }, { format_type: "Bold", start_position: 7, end_position: 9 }];
  assert.equal(markup("<a>", rich), "<p>&lt;a&gt;</p>");
});
