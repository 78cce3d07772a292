// The page's address says whom each app shows, and an address that says nonsense shows somebody sensible.

import assert from "node:assert/strict";
import { test } from "node:test";

import { module } from "./module.mjs";

const { ordered, read, somebody, written } = await module("picked.js");

const APPS = ["webex", "slack"];

test("an address comes back as it was written", () => {
  const picked = { webex: "", slack: "ines+x@acme.example" };
  assert.equal(written(picked), "#webex=&slack=ines%2Bx%40acme.example");
  assert.deepEqual(read(written(picked), APPS), picked);
});

test("an address that says nothing of an app picks nobody there", () => {
  for (const hash of ["", "#", "#icq=ada@acme.example", "#constructor=x", "#slack"]) {
    assert.deepEqual(read(hash, APPS), { webex: "", slack: "" }, hash);
  }
  assert.deepEqual(read("#slack=ada@acme.example", APPS), { webex: "", slack: "ada@acme.example" });
});

const people = [["Zoe", false], ["Ben", true], ["Ada", true], ["Cyd", false]]
  .map(([name, primary]) => ({ name, primary, email: `${name.toLowerCase()}@acme.example` }));

test("those who work with an app come first", () => {
  assert.deepEqual(ordered(people).map((one) => one.name), ["Ada", "Ben", "Cyd", "Zoe"]);
});

test("whoever is picked is shown, else the first who works there", () => {
  assert.equal(somebody(people, ""), "ada@acme.example");
  assert.equal(somebody(people, "cyd@acme.example"), "cyd@acme.example");
  assert.equal(somebody(people, "nobody@acme.example"), "ada@acme.example");
});
