//! What the rules look at: every file of the project as text, the workspace's crates, and what cargo would build.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;

use super::source;

/// Folders that hold nothing of ours, wherever they stand.
const SKIPPED: [&str; 5] = [".git", "target", "node_modules", "__pycache__", ".venv"];

/// The project.
#[derive(Debug, Default)]
pub(super) struct Project {
    /// Every file.
    pub(super) tree: Tree,
    /// The workspace's own crates.
    pub(super) crates: Vec<Crate>,
    /// The names of all packages that are built for this machine, ours and others'.
    pub(super) built: BTreeSet<String>,
}

/// One crate of the workspace.
#[derive(Debug, Clone, Default)]
pub(super) struct Crate {
    /// Folder from the workspace's root, e.g. `crates/platforms/webex`.
    pub(super) folder: String,
    /// Package name.
    pub(super) name: String,
    /// What it depends on.
    pub(super) dependencies: Vec<Dependency>,
}

/// One line under a crate's dependencies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dependency {
    /// Package name.
    pub(super) name: String,
    /// Only for tests, examples and benches.
    pub(super) dev: bool,
}

/// Files by path from the root, with `/` between folders. A file that is not text has none.
#[derive(Debug, Default)]
pub(super) struct Tree {
    files: BTreeMap<String, Option<String>>,
    tests: BTreeSet<String>,
}

impl Tree {
    /// Everything under `root` but build products.
    pub(super) fn read(root: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(root.join(&folder))? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
                let kind = entry.file_type()?;
                if kind.is_dir() && !SKIPPED.contains(&name.as_str()) {
                    folders.push(path);
                } else if kind.is_file() {
                    match fs::read(entry.path()) {
                        Ok(bytes) => drop(files.insert(path, String::from_utf8(bytes).ok())),
                        // Somebody's editor saved in between; the file's successor will be seen next time.
                        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        Ok(Self::with(files))
    }

    fn with(files: BTreeMap<String, Option<String>>) -> Self {
        let sources = files.iter().filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)));
        let tests = sources.flat_map(|(path, text)| source::test_modules(path, text)).collect();
        Self { files, tests }
    }

    /// A made-up tree.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), Some((*text).to_owned()))).collect();
        Self::with(files)
    }

    /// Whether the whole file is tests, or examples and measurements, which are never shipped either.
    pub(super) fn is_test(&self, path: &str) -> bool {
        source::is_test(path) || self.tests.contains(path)
    }

    /// The lines of the Rust file `path`.
    pub(super) fn lines(&self, path: &str, text: &str) -> Vec<source::Line> {
        source::lines(text, self.is_test(path))
    }

    /// All paths, in order.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// All text files with their paths, in order.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }

    /// Text files whose path ends with one of `endings`.
    pub(super) fn ending<'t>(&'t self, endings: &'t [&str]) -> impl Iterator<Item = (&'t str, &'t str)> {
        self.texts().filter(|(path, _)| endings.iter().any(|ending| path.ends_with(ending)))
    }

    /// The text of a file, if it exists and is text.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.as_deref()
    }
}

/// The crates in what `cargo metadata --no-deps` printed.
pub(super) fn crates(metadata: &str, root: &Path) -> anyhow::Result<Vec<Crate>> {
    let metadata: Value = serde_json::from_str(metadata).context("cannot read cargo's metadata")?;
    let packages = metadata["packages"].as_array().context("cargo's metadata names no packages")?;
    packages
        .iter()
        .map(|package| {
            let manifest = package["manifest_path"].as_str().context("a package has no manifest")?;
            let folder = Path::new(manifest).parent().context("a manifest has no folder")?;
            let folder = folder.strip_prefix(root).context("a crate is outside the workspace")?;
            let dependencies = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
            Ok(Crate {
                folder: folder.to_string_lossy().replace('\\', "/"),
                name: text(&package["name"]),
                dependencies: dependencies.iter().map(dependency).collect(),
            })
        })
        .collect()
}

fn dependency(value: &Value) -> Dependency {
    Dependency { name: text(&value["name"]), dev: value["kind"] == "dev" }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_cargos_metadata() {
        let metadata = r#"{"packages": [{"name": "entente-a", "manifest_path": "/w/crates/a/Cargo.toml",
            "dependencies": [{"name": "serde", "kind": null}, {"name": "proptest", "kind": "dev"}]}]}"#;
        let crates = crates(metadata, Path::new("/w")).unwrap();
        assert_eq!(crates.len(), 1);
        assert_eq!((crates[0].folder.as_str(), crates[0].name.as_str()), ("crates/a", "entente-a"));
        let dev: Vec<_> = crates[0].dependencies.iter().map(|d| (d.name.as_str(), d.dev)).collect();
        assert_eq!(dev, [("serde", false), ("proptest", true)]);
    }
}
