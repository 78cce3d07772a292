// JSON over HTTP to one address. When the platform asks to come again later, what only reads waits here; what does
// something is told to its queue, which waits with all that is behind it.

/** The platform could not be reached. */
export class Unplugged extends Error {}

/** The platform did nothing and asks to come again `after` so many seconds. */
export class Later extends Error {
  constructor(after) {
    super("the platform asks to wait");
    this.after = after;
  }
}

const SECOND = 1000;

export class Api {
  constructor(base) {
    this.base = base;
  }

  get(path, token) {
    return this.#call("GET", path, undefined, token);
  }

  post(path, body, token) {
    return this.#call("POST", path, body, token);
  }

  put(path, body, token) {
    return this.#call("PUT", path, body, token);
  }

  patch(path, body, token) {
    return this.#call("PATCH", path, body, token);
  }

  delete(path, token) {
    return this.#call("DELETE", path, undefined, token);
  }

  async #call(method, path, body, token) {
    const headers = {};
    if (token) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    const request = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
    for (;;) {
      let answer;
      let text;
      try {
        answer = await fetch(this.base + path, request);
        text = await answer.text();
      } catch {
        throw new Unplugged("no answer came from the platform; it may have arrived all the same");
      }
      if (answer.status === 429) {
        const after = Number(answer.headers.get("retry-after")) || 1;
        if (method !== "GET") throw new Later(after);
        await new Promise((done) => setTimeout(done, after * SECOND));
        continue;
      }
      const value = parsed(text);
      if (!answer.ok) throw new Error(value?.message ?? value?.error?.message ?? `the platform answered ${answer.status}`);
      return value;
    }
  }
}

/** JSON, or nothing where a fault put something else in its place. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
