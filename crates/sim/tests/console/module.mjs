// Loads a script of the page under Node: as text, because files beside it are named for a browser.

import { readFile } from "node:fs/promises";

/** What the page's script of this name exports. It may import nothing. */
export async function module(name) {
  const text = await readFile(new URL(`../../src/console/${name}`, import.meta.url), "utf8");
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
}
