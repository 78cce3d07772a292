//! Who may depend on whom. A crate uses lower levels only; the compiler then keeps every other direction shut.
//!
//! The picture is drawn here and in `ARCHITECTURE.md`, and both must say the same: this one is what is enforced, the
//! other is what people read.

use std::collections::BTreeSet;

use super::Finding;
use super::project::{Crate, Project};

/// What a crate may use of ours, by folder under `crates/` (`platforms/*` stands for every connector).
enum May {
    Use(&'static [&'static str]),
    Everything,
}

const PICTURE: &[(&str, May)] = &[
    ("model", May::Use(&[])),
    ("sim", May::Use(&[])),
    ("xtask", May::Use(&[])),
    ("text", May::Use(&["model"])),
    ("platform", May::Use(&["model"])),
    ("store", May::Use(&["model"])),
    ("platforms/*", May::Use(&["model", "text", "platform"])),
    ("engine", May::Use(&["model", "platform", "store"])),
    ("web", May::Use(&["model", "platform", "store", "engine"])),
    ("tongues", May::Use(&["model", "text", "platform", "platforms/*"])),
    ("bench", May::Use(&["sim"])),
    ("entente", May::Everything),
    ("testkit", May::Everything),
];

/// Crates that nobody builds upon, and that must not see each other.
const TOPS: [&str; 4] = ["bench", "entente", "testkit", "tongues"];

/// The document that holds the other picture.
const DOCUMENT: &str = "ARCHITECTURE.md";

/// Every normal dependency between our crates goes down. A test may use anything of ours except in the crates that know
/// nothing of us, where a test could couple what must be written apart.
pub(super) fn directions(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for krate in &project.crates {
        let manifest = format!("{}/Cargo.toml", krate.folder);
        let Some(may) = allowed(krate) else {
            findings.push(Finding::file(&manifest, "this crate is not in the picture of the crate graph"));
            continue;
        };
        for (dependency, dev) in ours(project, krate) {
            let lower = match may {
                May::Use(names) => names.contains(&row(&dependency)) || (dev && !names.is_empty()),
                May::Everything => dev || !TOPS.contains(&dependency.as_str()),
            };
            if !lower {
                let what = format!("`{}` may not depend on `{dependency}`", short(&krate.folder));
                findings.push(Finding::file(&manifest, what));
            }
        }
    }
    findings
}

/// The table in `ARCHITECTURE.md` says what is enforced.
pub(super) fn documented(project: &Project) -> Vec<Finding> {
    let Some(text) = project.tree.text(DOCUMENT) else { return Vec::new() };
    let rows = table(text);
    if rows.is_empty() {
        return vec![Finding::file(DOCUMENT, "there is no table `| crate | may use, of ours |`")];
    }
    let mut findings = Vec::new();
    let mut told = BTreeSet::new();
    for (line, crates, uses) in rows {
        let uses: BTreeSet<&str> = uses.iter().map(String::as_str).collect();
        for name in crates {
            let Some((name, may)) = PICTURE.iter().find(|(known, _)| *known == name) else {
                findings.push(Finding::line(DOCUMENT, line, format!("there is no crate `{name}`")));
                continue;
            };
            told.insert(*name);
            let enforced: BTreeSet<&str> = match may {
                May::Use([]) => BTreeSet::from(["nothing"]),
                May::Use(names) => names.iter().copied().collect(),
                May::Everything => BTreeSet::from(["everything"]),
            };
            if enforced != uses {
                let enforced: Vec<&str> = enforced.into_iter().collect();
                let what = format!("`{name}` may use {}, not what stands here", enforced.join(", "));
                findings.push(Finding::line(DOCUMENT, line, what));
            }
        }
    }
    let untold = PICTURE.iter().filter(|(name, _)| !told.contains(name));
    findings
        .extend(untold.map(|(name, _)| Finding::file(DOCUMENT, format!("the table leaves out `{name}`"))));
    findings
}

/// The rows below `| crate | may use, of ours |`: line, crates, what they may use.
fn table(text: &str) -> Vec<(usize, Vec<String>, Vec<String>)> {
    let mut lines =
        text.lines().enumerate().skip_while(|(_, line)| cells(line) != ["crate", "may use, of ours"]);
    let mut rows = Vec::new();
    lines.next();
    for (at, line) in lines {
        let [crates, uses] = cells(line)[..] else { break };
        if !crates.starts_with("---") {
            rows.push((at + 1, names(crates), names(uses)));
        }
    }
    rows
}

fn cells(line: &str) -> Vec<&str> {
    let line = line.trim();
    line.strip_prefix('|')
        .and_then(|line| line.strip_suffix('|'))
        .map(|line| line.split('|').map(str::trim).collect())
        .unwrap_or_default()
}

fn names(cell: &str) -> Vec<String> {
    cell.split(',').map(|name| name.trim().trim_matches('`').to_owned()).collect()
}

fn allowed(krate: &Crate) -> Option<&'static May> {
    let name = row(short(&krate.folder));
    PICTURE.iter().find(|(known, _)| *known == name).map(|(_, may)| may)
}

/// The row that a crate stands in.
fn row(short: &str) -> &str {
    if short.starts_with("platforms/") { "platforms/*" } else { short }
}

fn short(folder: &str) -> &str {
    folder.strip_prefix("crates/").unwrap_or(folder)
}

/// The short names of our crates that `krate` depends on, and whether only for tests.
fn ours(project: &Project, krate: &Crate) -> Vec<(String, bool)> {
    let dependencies = krate.dependencies.iter();
    dependencies
        .filter_map(|dependency| {
            let target = project.crates.iter().find(|other| other.name == dependency.name)?;
            Some((short(&target.folder).to_owned(), dependency.dev))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::project::{Dependency, Tree};
    use super::*;

    fn krate(folder: &str, uses: &[(&str, bool)]) -> Crate {
        let name = |folder: &str| format!("entente-{}", short(folder).replace('/', "-"));
        let uses = uses.iter().map(|(folder, dev)| Dependency { name: name(folder), dev: *dev });
        Crate { folder: format!("crates/{folder}"), name: name(folder), dependencies: uses.collect() }
    }

    fn wrong(crates: Vec<Crate>) -> Vec<String> {
        let project = Project { crates, ..Project::default() };
        directions(&project).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn going_down_is_fine() {
        let crates = vec![
            krate("model", &[]),
            krate("platform", &[("model", false), ("testkit", true)]),
            krate("platforms/zoom", &[("platform", false), ("model", false)]),
            krate("entente", &[("platforms/zoom", false), ("testkit", true)]),
            krate("testkit", &[("model", false)]),
        ];
        assert_eq!(wrong(crates), [""; 0]);
    }

    #[test]
    fn going_up_or_sideways_is_found() {
        let store = krate("store", &[("platform", false)]);
        let crates = vec![krate("platform", &[]), store];
        assert_eq!(wrong(crates), ["`store` may not depend on `platform`"]);
        let crates = vec![krate("model", &[]), krate("sim", &[("model", true)])];
        assert_eq!(wrong(crates), ["`sim` may not depend on `model`"]);
        let crates = vec![krate("testkit", &[]), krate("entente", &[("testkit", false)])];
        assert_eq!(wrong(crates), ["`entente` may not depend on `testkit`"]);
        let crates = vec![krate("bridge", &[])];
        assert_eq!(wrong(crates), ["this crate is not in the picture of the crate graph"]);
    }

    const TABLE: &str = "\
        | crate | may use, of ours |\n| --- | --- |\n| model, sim, xtask | nothing |\n\
        | text, platform, store | model |\n| platforms/* | model, text, platform |\n\
        | engine | model, platform, store |\n| web | model, platform, store, engine |\n| bench | sim |\n\
        | tongues | model, text, platform, platforms/* |\n\
        | `entente`, `testkit` | everything |\n\nAnd so on.\n";

    fn told(text: &str) -> Vec<String> {
        let project = Project { tree: Tree::of(&[(DOCUMENT, text)]), ..Project::default() };
        documented(&project).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn the_documents_table_must_agree() {
        assert_eq!(told(TABLE), [""; 0]);
        let other = TABLE.replace("| engine | model, platform, store |", "| engine | model, store |");
        assert_eq!(told(&other), ["`engine` may use model, platform, store, not what stands here"]);
        let shorter = TABLE.replace("| model, sim, xtask |", "| model, sim |");
        assert_eq!(told(&shorter), ["the table leaves out `xtask`"]);
        assert_eq!(told("No picture."), ["there is no table `| crate | may use, of ours |`"]);
    }
}
