//! Public items that nobody outside their crate uses. The compiler never reports them, since somebody might; here nobody
//! else exists. It is a hint, not a fault: a method of a trait is used where no name shows it.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use super::project::Project;
use super::source;

/// Words between `pub` and the name.
const KINDS: [&str; 8] = ["fn", "struct", "enum", "trait", "const", "static", "type", "union"];

/// `pub` items in library sources whose name appears in no other crate.
pub(super) fn lonely(project: &Project) -> Vec<Finding> {
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut items = Vec::new();
    for (path, text) in project.tree.ending(&[".rs"]) {
        let Some(folder) = home(project, path) else { continue };
        for (at, line) in project.tree.lines(path, text).into_iter().enumerate() {
            for word in source::words(&line.code) {
                match users.get_mut(word) {
                    Some(folders) => drop(folders.insert(folder.to_owned())),
                    None => drop(users.insert(word.to_owned(), BTreeSet::from([folder.to_owned()]))),
                }
            }
            if let Some(name) = public_item(&line.code).filter(|_| !line.test) {
                items.push((path.to_owned(), at + 1, name.to_owned()));
            }
        }
    }
    items.retain(|(_, _, name)| users.get(name).is_none_or(|folders| folders.len() < 2));
    items.into_iter().map(|(path, at, name)| Finding::line(&path, at, format!("`{name}`"))).collect()
}

/// The folder of the crate that a source belongs to; the innermost, as connectors lie deeper.
fn home<'p>(project: &'p Project, path: &str) -> Option<&'p str> {
    let folders = project.crates.iter().map(|krate| krate.folder.as_str());
    folders
        .filter(|folder| path.strip_prefix(*folder).is_some_and(|rest| rest.starts_with('/')))
        .max_by_key(|f| f.len())
}

fn public_item(code: &str) -> Option<&str> {
    let mut words = source::words(code.trim().strip_prefix("pub ")?);
    while let Some(word) = words.next() {
        match word {
            "const" | "async" | "unsafe" if code.contains(" fn ") => {}
            word if KINDS.contains(&word) => return words.next().filter(|name| *name != "_"),
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::project::{Crate, Tree};
    use super::*;

    #[test]
    fn items_without_a_user_elsewhere_are_listed() {
        let krate = |folder: &str| Crate { folder: folder.to_owned(), ..Crate::default() };
        let tree = Tree::of(&[
            (
                "crates/a/src/lib.rs",
                "pub fn used() {}\npub async fn alone() {}\npub struct Alone2;\npub mod m;\nfn own() {}",
            ),
            ("crates/b/src/lib.rs", "fn b() { used(); /* alone */ }"),
        ]);
        let project =
            Project { tree, crates: vec![krate("crates/a"), krate("crates/b")], ..Project::default() };
        let found: Vec<String> = lonely(&project).into_iter().map(|finding| finding.what).collect();
        assert_eq!(found, ["`alone`", "`Alone2`"]);
    }
}
