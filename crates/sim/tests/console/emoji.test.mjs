// A reaction becomes what each vendor calls it, and is recognized again when it comes back.

import assert from "node:assert/strict";
import { test } from "node:test";

import { module } from "./module.mjs";

const { OFFERED, codes, ofCodes, ofSlack, same, slackName } = await module("emoji.js");

test("whatever can be picked comes back as it was", () => {
  for (const { emoji } of OFFERED) {
    assert.equal(ofSlack(slackName(emoji)), emoji);
    assert.equal(ofCodes(codes(emoji)), emoji);
  }
  assert.equal(slackName("👍"), "+1");
  assert.equal(codes("❤️"), "U+2764-U+FE0F");
});

test("what is not known is shown by its name, and taken back by it", () => {
  assert.equal(ofSlack("acme_party"), ":acme_party:");
  assert.equal(slackName(ofSlack("acme_party")), "acme_party");
  assert.equal(ofSlack("+1::skin-tone-3"), "👍");
  assert.equal(ofCodes("😀"), "😀");
  assert.equal(ofCodes("U+XYZ"), "U+XYZ");
});

test("one emoji in two spellings is the same", () => {
  assert.ok(same("❤", "❤️"));
  assert.ok(!same("❤", "👍"));
});
