// What is on its way is seen once: while it waits, while it is sent, and where it stands.

import assert from "node:assert/strict";
import { test } from "node:test";

import { module } from "./module.mjs";

const { mixed, stands } = await module("mixed.js");

const ME = { id: "me", name: "Ada Okafor" };
const message = (id, mine = true) => ({ id, mine, text: `text of ${id}`, html: null });
const send = (text, more) => ({ kind: "send", key: `key of ${text}`, text, parent: null, at: "", known: new Set(), ...more });
const seen = (messages, entries) => mixed(messages, entries, ME).map((one) => one.text);

test("what waits follows what stands, in order", () => {
  const entries = [send("b", { state: "sending" }), send("c", { state: "waiting" })];
  assert.deepEqual(seen([message("a", false)], entries), ["text of a", "b", "c"]);
});

test("a message that can be seen before its sending was answered is shown once", () => {
  const known = new Set(["a"]);
  const entries = [send("b", { state: "sending", known }), send("c", { state: "waiting" })];
  assert.deepEqual(seen([message("a"), message("b")], entries), ["text of a", "text of b", "c"]);
});

test("another person's new message is not taken for one's own", () => {
  assert.deepEqual(seen([message("x", false)], [send("b", { state: "sending" })]), ["text of x", "b"]);
});

test("what was sent is shown until it stands, by its id", () => {
  const sent = send("b", { state: "sent", result: "b" });
  assert.equal(stands(sent, [message("a")]), false);
  assert.equal(stands(sent, [message("a"), message("b")]), true);
  assert.deepEqual(seen([message("a")], [sent]), ["text of a", "b"]);
  assert.deepEqual(seen([message("b")], [sent]), ["text of b"]);
});

test("what failed stays, however many of one's own messages come", () => {
  assert.deepEqual(seen([message("x")], [send("b", { state: "failed", error: "no" })]), ["text of x", "b"]);
});

test("an edit on its way is shown in the message's place, the last of several", () => {
  const edits = ["one", "two"].map((text) => ({ kind: "edit", id: "a", text, state: "waiting" }));
  const [shown] = mixed([message("a")], edits, ME);
  assert.deepEqual([shown.text, shown.typed, shown.entry], ["two", "two", edits[1]]);
});

test("a message that is being deleted still says what it said", () => {
  const [shown] = mixed([message("a")], [{ kind: "delete", id: "a", state: "sending" }], ME);
  assert.deepEqual([shown.text, shown.typed, shown.entry.kind], ["text of a", undefined, "delete"]);
});

const react = (emoji, on, state = "waiting") => ({ kind: "react", id: "a", emoji, on, state });
const reactions = (there, ...entries) => mixed([{ ...message("a", false), reactions: there }], entries, ME)[0].reactions;

test("a reaction on its way is counted once, wherever it is", () => {
  const theirs = { emoji: "👍", people: ["eva"], mine: false };
  const both = { emoji: "👍", people: ["eva", "me"], mine: true };
  assert.deepEqual(reactions([], react("👍", true)), [{ emoji: "👍", people: ["me"], mine: true }]);
  assert.deepEqual(reactions([theirs], react("👍", true)), [both]);
  assert.deepEqual(reactions([both], react("👍", true, "sent")), [both]);
  assert.deepEqual(reactions([both], react("👍", false)), [theirs]);
  assert.deepEqual(reactions([], react("👍", true), react("👍", false)), []);
});

test("a reaction is spoken of when it failed, and not counted then", () => {
  const there = { ...message("a", false), reactions: [] };
  assert.equal(mixed([there], [react("👍", true)], ME)[0].entry, undefined);
  const failed = react("👍", true, "failed");
  const [shown] = mixed([there], [failed], ME);
  assert.deepEqual([shown.reactions, shown.entry], [[], failed]);
});

test("a file on its way is shown with its size", () => {
  const file = { name: "a.txt", type: "text/plain", base64: "aGVsbG8=" };
  const [shown] = mixed([], [send("", { file, state: "waiting" })], ME);
  assert.deepEqual(shown.files, [{ name: "a.txt", size: 5 }]);
});
