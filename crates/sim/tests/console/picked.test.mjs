// The page's address says what each side shows, and an address that says nonsense shows something sensible.

import assert from "node:assert/strict";
import { test } from "node:test";

import { module } from "./module.mjs";

const { ordered, read, somebody, written } = await module("picked.js");

const PLATFORMS = { webex: {}, teams: {}, slack: {}, zoom: {} };

test("an address comes back as it was written", () => {
  const picked = { left: { app: "slack", email: "ines+x@acme.example" }, right: { app: "zoom", email: "" } };
  assert.equal(written(picked), "#left=slack:ines%2Bx%40acme.example&right=zoom:");
  assert.deepEqual(read(written(picked), PLATFORMS), picked);
});

test("what an address does not say is chosen", () => {
  const usual = { left: { app: "webex", email: "" }, right: { app: "teams", email: "" } };
  for (const hash of ["", "#", "#left=icq:ada@acme.example", "#left=constructor:x&right=", "#webex=ada@acme.example"]) {
    assert.deepEqual(read(hash, PLATFORMS), usual, hash);
  }
  assert.equal(read("#right=zoom", PLATFORMS).right.app, "zoom");
});

const people = [["Zoe", false], ["Ben", true], ["Ada", true], ["Cyd", false]]
  .map(([name, primary]) => ({ name, primary, email: `${name.toLowerCase()}@acme.example` }));

test("those who work with an app come first", () => {
  assert.deepEqual(ordered(people).map((one) => one.name), ["Ada", "Ben", "Cyd", "Zoe"]);
});

test("the two sides never show the same person unless they are asked to", () => {
  assert.equal(somebody(people, "", null), "ada@acme.example");
  assert.equal(somebody(people, "", "ada@acme.example"), "ben@acme.example");
  assert.equal(somebody(people, "ada@acme.example", "ada@acme.example"), "ada@acme.example");
  assert.equal(somebody(people, "nobody@acme.example", null), "ada@acme.example");
  assert.equal(somebody([people[0]], "", "zoe@acme.example"), "zoe@acme.example");
});
