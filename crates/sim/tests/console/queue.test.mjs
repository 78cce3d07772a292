// Nothing that is typed is lost, sent twice or reordered, whatever the platform does meanwhile.

import assert from "node:assert/strict";
import { test } from "node:test";

import { module } from "./module.mjs";

const { Queue } = await module("queue.js");

/** A queue for a platform that writes down what reached it, and what changed on the way. */
function desk() {
  const world = { open: true, reached: [], steps: [], running: 0, waits: [] };
  const step = () => world.steps.push(queue.entries.map((one) => one.state).join(" "));
  // Time passes when a test says so.
  const wait = (time) => new Promise((over) => world.waits.push({ time, over }));
  const queue = new Queue(() => world.open, step, wait);
  const say = (text, act = async () => text) => {
    const entry = {
      text,
      act: async () => {
        world.running += 1;
        assert.equal(world.running, 1, "two things are never on their way at once");
        try {
          const id = await act();
          world.reached.push(text);
          return id;
        } finally {
          world.running -= 1;
        }
      },
    };
    queue.add(entry);
    return entry;
  };
  return { world, queue, say };
}

/** Until everything that can happen without anybody's doing has happened. */
const calm = () => new Promise((done) => setImmediate(done));

/** An answer that comes when it is told to. */
function later() {
  let settle;
  const promise = new Promise((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { ...settle, act: () => promise };
}

test("what is typed quickly goes out one after the other, in the order of typing", async () => {
  const { world, queue, say } = desk();
  const texts = Array.from({ length: 15 }, (_, at) => `message ${at + 1}`);
  // The first takes longest, as one that a rate limit holds back.
  const slow = later();
  say(texts[0], slow.act);
  for (const text of texts.slice(1)) say(text);
  await calm();
  assert.deepEqual(world.reached, []);
  assert.equal(queue.unsent, 15);
  assert.deepEqual(queue.entries.map((one) => one.state), ["sending", ...Array(14).fill("waiting")]);
  slow.resolve("1");
  await calm();
  assert.deepEqual(world.reached, texts);
  assert.equal(queue.unsent, 0);
  assert.equal(queue.entries[0].result, "1");
});

test("a failure stays with its reason, and what was typed after it waits for it", async () => {
  const { world, queue, say } = desk();
  let refuses = true;
  const failing = say("a", async () => {
    if (refuses) throw new Error("no");
    return "a";
  });
  say("b");
  await calm();
  assert.deepEqual([failing.state, failing.error], ["failed", "no"]);
  assert.deepEqual(world.reached, []);
  say("c");
  await calm();
  assert.deepEqual(world.reached, [], "nothing overtakes it");
  refuses = false;
  await queue.again(failing);
  assert.deepEqual(world.reached, ["a", "b", "c"]);
});

/** An act that the platform asks to do later, so many times. */
function limited(times, seconds) {
  let asked = 0;
  return async () => {
    asked += 1;
    if (asked <= times) throw Object.assign(new Error("later"), { after: seconds });
    return "id";
  };
}

test("what the platform wants later is sent then, however often it asks, and nothing overtakes it", async () => {
  const { world, queue, say } = desk();
  const entry = say("a", limited(20, 3));
  say("b");
  for (let asked = 1; asked <= 20; asked += 1) {
    await calm();
    assert.equal(world.waits.length, asked);
    assert.equal(world.waits.at(-1).time, 3000);
    assert.deepEqual([entry.state, world.reached], ["waiting", []]);
    world.waits.at(-1).over();
  }
  await calm();
  assert.deepEqual(world.reached, ["a", "b"]);
  assert.equal(queue.unsent, 0);
});

test("a plug that is pulled while the platform wants something later fails nothing", async () => {
  const { world, queue, say } = desk();
  const entry = say("a", limited(1, 1));
  await calm();
  world.open = false;
  world.waits[0].over();
  await calm();
  assert.deepEqual([entry.state, world.reached], ["waiting", []]);
  world.open = true;
  await queue.run();
  assert.deepEqual(world.reached, ["a"]);
});

test("a failure that is taken back lets the rest go on", async () => {
  const { world, queue, say } = desk();
  const failing = say("a", async () => {
    throw new Error("no");
  });
  say("b");
  await calm();
  await queue.drop(failing);
  assert.deepEqual(world.reached, ["b"]);
  assert.ok(!queue.entries.includes(failing));
});

test("what is on its way cannot be taken back or tried again", async () => {
  const { world, queue, say } = desk();
  const slow = later();
  const entry = say("a", slow.act);
  await calm();
  queue.drop(entry);
  queue.again(entry);
  await calm();
  assert.deepEqual([queue.entries, entry.state], [[entry], "sending"]);
  slow.resolve("1");
  await calm();
  assert.deepEqual(world.reached, ["a"], "once");
});

test("while the platform is unplugged all wait, and go in order when it is back", async () => {
  const { world, queue, say } = desk();
  world.open = false;
  for (const text of ["a", "b", "c"]) say(text);
  await calm();
  assert.deepEqual(world.reached, []);
  assert.deepEqual(queue.entries.map((one) => one.state), ["waiting", "waiting", "waiting"]);
  world.open = true;
  await queue.run();
  assert.deepEqual(world.reached, ["a", "b", "c"]);
});

test("a plug that is pulled between two messages holds the second", async () => {
  const { world, queue, say } = desk();
  const slow = later();
  say("a", slow.act);
  say("b");
  await calm();
  world.open = false;
  slow.resolve("1");
  await calm();
  assert.deepEqual(world.reached, ["a"]);
  assert.equal(queue.unsent, 1);
});

test("what was sent is remembered until it stands", async () => {
  const { queue, say } = desk();
  const entry = say("a", async () => "id-of-a");
  await calm();
  assert.equal(entry.state, "sent");
  queue.settle(() => false);
  assert.deepEqual(queue.entries, [entry]);
  queue.settle((one) => one.result === "id-of-a");
  assert.deepEqual(queue.entries, []);
});

test("every step is told", async () => {
  const { world, say } = desk();
  say("a");
  await calm();
  assert.deepEqual(world.steps, ["waiting", "sending", "sent"]);
});
