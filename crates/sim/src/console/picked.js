// Which app and whom each side of the page shows, as it stands in the page's address: `#left=webex:ada@…&right=teams:eva@…`.
// Knows no page, so that it can be tested without one.

/** The sides, each with the app that it shows unless the address says otherwise. */
export const SIDES = { left: "webex", right: "teams" };

/** What an address picks: `{left: {app, email}, right: …}`. What it does not say, or says of an app that there is not, is chosen. */
export function read(hash, platforms) {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const picked = {};
  for (const [side, usual] of Object.entries(SIDES)) {
    const [app, email] = split(said.get(side) ?? "");
    const known = Object.hasOwn(platforms, app);
    picked[side] = { app: known ? app : usual, email: known ? email : "" };
  }
  return picked;
}

/** The address that picks this. */
export function written(picked) {
  return `#${Object.entries(picked).map(([side, { app, email }]) => `${side}=${app}:${encodeURIComponent(email)}`).join("&")}`;
}

/** Those who work with an app first, each group by name. */
export function ordered(people) {
  return [...people].sort((a, b) => b.primary - a.primary || a.name.localeCompare(b.name));
}

/** Who is shown in an app: who was asked for, else the first who works there and is not shown in the same app already. */
export function somebody(people, email, taken) {
  const all = ordered(people);
  return (all.find((one) => one.email === email) ?? all.find((one) => one.email !== taken) ?? all[0]).email;
}

function split(text) {
  const at = text.indexOf(":");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
