// JSON over HTTP to one address. Waits and tries again when the platform asks for it, as a vendor's own app does.

/** The platform could not be reached. */
export class Unplugged extends Error {}

const TRIES = 4;

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
    for (let tried = 1; ; tried += 1) {
      let answer;
      try {
        answer = await fetch(this.base + path, request);
      } catch {
        throw new Unplugged("the platform cannot be reached");
      }
      if (answer.status === 429 && tried < TRIES) {
        const wait = Number(answer.headers.get("retry-after")) || 1;
        await new Promise((done) => setTimeout(done, wait * 1000));
        continue;
      }
      const text = await answer.text();
      const value = text ? JSON.parse(text) : null;
      if (!answer.ok) throw new Error(value?.message ?? value?.error?.message ?? `status ${answer.status}`);
      return value;
    }
  }
}
