//! `ARCHITECTURE.md` names files, crates and types; what it names must exist.
//!
//! A code map that is wrong is worse than none. Anything in backticks that looks like a path must be found in the tree,
//! and anything that looks like a type must be found in the sources. Routes, commands and placeholders are left alone.

use std::collections::BTreeSet;

use super::Finding;
use super::project::Project;
use super::source;

const DOCUMENT: &str = "ARCHITECTURE.md";

/// Endings that make a name a file.
const ENDINGS: [&str; 9] = [".rs", ".md", ".toml", ".sql", ".py", ".json", ".js", ".css", ".html"];

/// Types that others made, and words of the vendors that look like types.
const NOT_OURS: [&str; 12] =
    ["Arc", "Option", "Result", "String", "Vec", "Box", "Retry", "HTTP", "POST", "GET", "PATCH", "DELETE"];

/// Names that do not exist.
pub(super) fn names(project: &Project) -> Vec<Finding> {
    let Some(text) = project.tree.text(DOCUMENT) else { return Vec::new() };
    let rust = project.tree.ending(&[".rs"]);
    let known: BTreeSet<&str> = rust.flat_map(|(_, text)| source::words(text)).collect();
    let mut findings = Vec::new();
    let mut fenced = false;
    for (at, line) in text.lines().enumerate() {
        fenced ^= line.trim_start().starts_with("```");
        if fenced {
            continue;
        }
        for name in line.split('`').skip(1).step_by(2) {
            let missing = if is_crate(name) {
                !project.crates.iter().any(|krate| krate.name == name)
            } else if is_path(name, project) {
                !exists(name, project)
            } else if is_type(name) {
                !known.contains(name)
            } else {
                false
            };
            if missing {
                findings.push(Finding::line(DOCUMENT, at + 1, format!("`{name}` does not exist")));
            }
        }
    }
    findings
}

fn is_crate(name: &str) -> bool {
    name.starts_with("entente-") && source::words(name).count() <= 3 && !name.contains(['.', '/', ' '])
}

fn is_path(name: &str, project: &Project) -> bool {
    let plain =
        !name.contains([' ', '<', '>', '{', '}', '*', '(', ':', '…']) && !name.starts_with(['/', '-']);
    let file = ENDINGS.iter().any(|ending| name.ends_with(ending));
    let folder = name.split_once('/').is_some_and(|(first, _)| {
        let folders = [format!("{first}/"), format!("crates/{first}/")];
        project.tree.paths().any(|path| folders.iter().any(|folder| path.starts_with(folder)))
    });
    plain && (file || folder)
}

/// A path may leave out the folders before it, as people do: `engine/src/route.rs`, `route.rs`.
fn exists(name: &str, project: &Project) -> bool {
    let name = name.trim_end_matches('/');
    let inner = format!("/{name}");
    let (first, within) = (format!("{name}/"), format!("/{name}/"));
    project.tree.paths().any(|path| {
        path == name || path.ends_with(&inner) || path.starts_with(&first) || path.contains(&within)
    })
}

fn is_type(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(char::is_uppercase)
        && name.chars().all(char::is_alphanumeric)
        && chars.any(char::is_lowercase)
        && !NOT_OURS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::super::project::{Crate, Tree};
    use super::*;

    fn missing(text: &str) -> Vec<String> {
        let files = [
            (DOCUMENT, text),
            ("crates/engine/src/route.rs", "//! Why.\npub struct Route;"),
            (".ci/run", ""),
        ];
        let krate = Crate { name: "entente-engine".to_owned(), ..Crate::default() };
        let project = Project { tree: Tree::of(&files), crates: vec![krate], ..Project::default() };
        names(&project).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn what_exists_is_fine() {
        let text =
            "`route.rs`, `engine/src/route.rs`, `crates/engine/`, `entente-engine`, `Route`, `.ci/run`.";
        assert_eq!(missing(text), [""; 0]);
    }

    #[test]
    fn what_does_not_exist_is_found() {
        let text = "`router.rs`, `engine/src/lanes.rs`, `crates/store/`, `entente-store`, `Router`.";
        let found = missing(text);
        assert_eq!(found.len(), 5, "{found:?}");
        assert_eq!(found[0], "`router.rs` does not exist");
    }

    #[test]
    fn routes_commands_and_placeholders_are_left_alone() {
        let text = "`/directory.json`, `POST /v1/messages`, `platforms/<name>.rs`, `cargo xtask test`, `Option`, `lane`";
        assert_eq!(missing(text), [""; 0]);
        assert_eq!(missing("```\n`gone.rs`\n```"), [""; 0]);
    }
}
