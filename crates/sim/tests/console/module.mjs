// Loads a script of the page under Node: as text, because files beside it are named for a browser.

import { readFile } from "node:fs/promises";

const IMPORT = /from "\.\/([a-z]+\.js)"/g;

/** What the page's script of this name exports. */
export async function module(name) {
  return import(await address(name));
}

/** The script, and those that it imports, as an address of their own. */
async function address(name) {
  let text = await readFile(new URL(`../../src/console/${name}`, import.meta.url), "utf8");
  for (const [said, other] of text.matchAll(IMPORT)) text = text.replace(said, `from "${await address(other)}"`);
  return `data:text/javascript,${encodeURIComponent(text)}`;
}
