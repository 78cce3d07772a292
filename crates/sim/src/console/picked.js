// Whom each app of the page shows, as it stands in the page's address: `#webex=ada@…&teams=eva@…`. Knows no page, so that it
// can be tested without one.

/** Whom an address picks, by app: `{webex: "ada@…", …}`. Of what it does not say, nobody. */
export function read(hash, apps) {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  return Object.fromEntries(apps.map((app) => [app, said.get(app) ?? ""]));
}

/** The address that picks this. */
export function written(picked) {
  return `#${Object.entries(picked).map(([app, email]) => `${app}=${encodeURIComponent(email)}`).join("&")}`;
}

/** Those who work with an app first, each group by name. */
export function ordered(people) {
  return [...people].sort((a, b) => b.primary - a.primary || a.name.localeCompare(b.name));
}

/** Who is shown in an app: who was asked for, else the first who works there. */
export function somebody(people, email) {
  const all = ordered(people);
  return (all.find((one) => one.email === email) ?? all[0]).email;
}
