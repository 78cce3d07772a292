// What somebody typed into one conversation and the platform does not have yet. One thing at a time, in the order in
// which it was typed: whoever types quickly is slowed down, never reordered. What fails stays, with the reason, and all
// that was typed after it waits, until somebody says whether to try again or to take it back. What the platform asks to
// send later is sent later, however often it asks. Knows no page and no network, so that it can be tested without either.
//
// An entry is an object with `act`, a function that does it and answers the id of what it became. The queue adds
// `state` ("waiting", "sending", "sent" or "failed"), `error`, the reason of a failure, and `result`, the answer. An
// error with `after`, a number of seconds, is no failure: nothing was done, and it can be done then.

const SECOND = 1000;

export class Queue {
  #open;
  #changed;
  #wait;
  #running = false;

  /** `open` says whether the platform can be reached; `changed` is told of every step; `wait` lets milliseconds pass. */
  constructor(open, changed, wait = (time) => new Promise((done) => setTimeout(done, time))) {
    this.#open = open;
    this.#changed = changed;
    this.#wait = wait;
    this.entries = [];
  }

  /** Puts something at the end. */
  add(entry) {
    this.entries.push(Object.assign(entry, { state: "waiting", error: "", result: null }));
    this.#changed();
    return this.run();
  }

  /** Tries what failed again, and what waits behind it. */
  again(entry) {
    if (entry.state !== "failed") return undefined;
    entry.state = "waiting";
    this.#changed();
    return this.run();
  }

  /** Gives up what waits or failed. What is being sent or was sent cannot be called back. */
  drop(entry) {
    if (entry.state !== "failed" && entry.state !== "waiting") return undefined;
    this.entries = this.entries.filter((one) => one !== entry);
    this.#changed();
    return this.run();
  }

  /** Forgets what was sent and now `stands` where everybody can see it. */
  settle(stands) {
    this.entries = this.entries.filter((one) => one.state !== "sent" || !stands(one));
  }

  /** How many things the platform does not have yet. */
  get unsent() {
    return this.entries.filter((one) => one.state !== "sent").length;
  }

  /** Goes on, as far as it can: when something was added, or when the platform can be reached again. */
  async run() {
    if (this.#running) return;
    this.#running = true;
    try {
      for (;;) {
        const next = this.entries.find((one) => one.state !== "sent");
        if (!next || next.state === "failed" || !this.#open()) return;
        next.state = "sending";
        this.#changed();
        try {
          next.result = await next.act();
          next.state = "sent";
        } catch (error) {
          next.error = error.message;
          next.state = error.after ? "waiting" : "failed";
          if (error.after) await this.#wait(error.after * SECOND);
        }
        this.#changed();
      }
    } finally {
      this.#running = false;
    }
  }
}
