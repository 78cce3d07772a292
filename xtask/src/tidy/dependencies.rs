//! Every dependency has a reason and a user.
//!
//! The workspace's table is the one place where versions stand; a comment above each group says what it is for. A
//! dependency that no source names is dead weight in every build.

use std::collections::BTreeSet;

use super::Finding;
use super::project::{Crate, Project};
use super::source;

const MANIFEST: &str = "Cargo.toml";

/// Entries of the workspace's table that have no comment above their group. A group ends at a comment or a blank line.
pub(super) fn reasons(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut explained = false;
    for (at, line) in table(project) {
        if line.starts_with('#') {
            explained = true;
        } else if line.is_empty() {
            explained = false;
        } else if let Some(name) = entry(line).filter(|_| !explained) {
            findings.push(Finding::line(MANIFEST, at, format!("`{name}` stands there without a reason")));
        }
    }
    findings
}

/// Entries of the workspace's table that no crate uses, and a crate's dependencies that its sources never name.
pub(super) fn used(project: &Project) -> Vec<Finding> {
    let dependencies = project.crates.iter().flat_map(|krate| &krate.dependencies);
    let wanted: BTreeSet<&str> = dependencies.map(|dependency| dependency.name.as_str()).collect();
    let mut findings = Vec::new();
    for (at, line) in table(project) {
        if let Some(name) = entry(line).filter(|name| !wanted.contains(name)) {
            findings.push(Finding::line(MANIFEST, at, format!("no crate uses `{name}`")));
        }
    }
    for krate in &project.crates {
        let (shipped, all) = named(project, krate);
        for dependency in &krate.dependencies {
            let words = if dependency.dev { &all } else { &shipped };
            let twice =
                dependency.dev && krate.dependencies.iter().any(|d| !d.dev && d.name == dependency.name);
            if !twice && !words.contains(dependency.name.replace('-', "_").as_str()) {
                let what = format!("no source of this crate names `{}`", dependency.name);
                findings.push(Finding::file(&format!("{}/{MANIFEST}", krate.folder), what));
            }
        }
    }
    findings
}

/// The words in a crate's code: in what is shipped, and with tests and examples.
fn named(project: &Project, krate: &Crate) -> (BTreeSet<String>, BTreeSet<String>) {
    let folder = format!("{}/", krate.folder);
    let (mut shipped, mut all) = (BTreeSet::new(), BTreeSet::new());
    let files = project.tree.ending(&[".rs"]).filter(|(path, _)| path.starts_with(&folder));
    for (path, text) in files {
        let in_src = path.starts_with(&format!("{folder}src/")) || path == format!("{folder}build.rs");
        for line in project.tree.lines(path, text) {
            for word in source::words(&line.code) {
                all.insert(word.to_owned());
                if in_src && !line.test {
                    shipped.insert(word.to_owned());
                }
            }
        }
    }
    (shipped, all)
}

/// The lines of `[workspace.dependencies]` with their numbers.
fn table(project: &Project) -> impl Iterator<Item = (usize, &str)> {
    let text = project.tree.text(MANIFEST).unwrap_or_default();
    let lines = text.lines().map(str::trim).enumerate().map(|(at, line)| (at + 1, line));
    lines
        .skip_while(|(_, line)| *line != "[workspace.dependencies]")
        .skip(1)
        .take_while(|(_, line)| !line.starts_with('['))
}

/// The name that a line of the table gives a version to.
fn entry(line: &str) -> Option<&str> {
    let (name, _) = line.split_once('=')?;
    let name = name.split('.').next()?.trim();
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    plain.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::super::project::{Dependency, Tree};
    use super::*;

    const TABLE: &str = "[workspace.dependencies]\n# Why.\nserde = \"1\"\nhex = { version = \"1\" }\n\nrand = \"1\"\n\n[lints]\na = 1\n";

    fn project(source: &str) -> Project {
        let dependency = |name: &str, dev| Dependency { name: name.to_owned(), dev };
        let krate = Crate {
            folder: "crates/a".to_owned(),
            name: "entente-a".to_owned(),
            dependencies: vec![dependency("serde", false), dependency("serde-json", true)],
        };
        let tree = Tree::of(&[(MANIFEST, TABLE), ("crates/a/src/lib.rs", source)]);
        Project { tree, crates: vec![krate], ..Project::default() }
    }

    fn whats(findings: Vec<Finding>) -> Vec<String> {
        findings.into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn an_entry_without_a_reason_is_found() {
        assert_eq!(whats(reasons(&project(""))), ["`rand` stands there without a reason"]);
    }

    #[test]
    fn an_unused_dependency_is_found() {
        let fine = project("use serde::A;\n#[cfg(test)]\nmod tests {\nuse serde_json::B;\n}");
        assert_eq!(whats(used(&fine)), ["no crate uses `hex`", "no crate uses `rand`"]);
        let only_in_tests = project("// serde\n#[cfg(test)]\nmod tests {\nuse serde::A;\n}");
        let found = whats(used(&only_in_tests));
        assert!(found.contains(&"no source of this crate names `serde`".to_owned()), "{found:?}");
        assert!(found.contains(&"no source of this crate names `serde-json`".to_owned()), "{found:?}");
    }
}
