//! Every configuration key is documented in `config.default.toml`, which is also the manual.
//!
//! The keys are the fields of the structures in the binary's `config` module; in the file a key may stand as a value or,
//! where there is no default, behind a `#`. Every key has a comment of its own above it.

use std::collections::BTreeSet;

use super::Finding;
use super::project::Project;
use super::source;

const DEFAULTS: &str = "config.default.toml";
const STRUCTURES: &str = "crates/entente/src/config";

/// Keys that the program reads and the file does not explain.
pub(super) fn documented(project: &Project) -> Vec<Finding> {
    let Some(text) = project.tree.text(DEFAULTS) else { return Vec::new() };
    let (told, mut findings) = keys(text);
    for (path, text) in project.tree.ending(&[".rs"]).filter(|(path, _)| path.starts_with(STRUCTURES)) {
        for (at, name) in fields(&project.tree.lines(path, text)) {
            if !told.contains(name.as_str()) {
                findings.push(Finding::line(path, at, format!("the key `{name}` is not in {DEFAULTS}")));
            }
        }
    }
    findings
}

/// The keys of the file, tables' names included, and those that have no comment above them.
fn keys(text: &str) -> (BTreeSet<&str>, Vec<Finding>) {
    let mut keys = BTreeSet::new();
    let mut findings = Vec::new();
    let mut explained = false;
    for (at, line) in text.lines().map(str::trim).enumerate() {
        let bare = line.trim_start_matches('#').trim_start();
        if let Some(table) = bare.strip_prefix('[').filter(|_| bare.ends_with(']')) {
            keys.extend(table.split(['.', '[', ']', '"', '<', '>']).filter(|part| !part.is_empty()));
            continue;
        }
        let key = bare.split_once('=').map(|(key, _)| key.trim()).filter(|key| is_key(key));
        if let Some(key) = key {
            keys.insert(key);
            if !explained {
                findings.push(Finding::line(DEFAULTS, at + 1, format!("`{key}` has no comment above it")));
            }
        }
        // A comment explains the keys below it up to a blank line.
        explained = !line.is_empty() && (explained || (line.starts_with('#') && key.is_none()));
    }
    (keys, findings)
}

fn is_key(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-')
}

/// The fields of structures that are deserialized, with their lines, under the names that the file uses.
fn fields(lines: &[source::Line]) -> Vec<(usize, String)> {
    let mut fields = Vec::new();
    let (mut reading, mut inside) = (false, false);
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.test) {
        let code = line.code.trim();
        if code.starts_with("#[derive(") {
            reading = code.contains("Deserialize");
        } else if reading && code.contains("struct ") && code.ends_with('{') {
            inside = true;
        } else if code.starts_with('}') {
            (inside, reading) = (false, false);
        } else if inside && !code.starts_with('#') {
            let name = code.split_once(':').and_then(|(name, _)| source::words(name).last());
            fields.extend(name.filter(|name| is_key(name)).map(|name| (at + 1, name.to_owned())));
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::super::project::Tree;
    use super::*;

    const SOURCE: &str = "//! Why.\n#[derive(Debug, Deserialize)]\npub struct Server {\n    /// Why.\n    \
        #[serde(default)]\n    pub(crate) listen: String,\n    pub port: Option<u16>,\n}\n\
        #[derive(Debug)]\nstruct Other {\n    unread: u8,\n}\n";

    fn wrong(defaults: &str) -> Vec<String> {
        let files = [(DEFAULTS, defaults), ("crates/entente/src/config/server.rs", SOURCE)];
        let project = Project { tree: Tree::of(&files), ..Project::default() };
        documented(&project).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn explained_keys_are_fine() {
        assert_eq!(wrong("[server]\n# Where.\nlisten = \"a\"\n\n# Which.\n# port = 1\n"), [""; 0]);
    }

    #[test]
    fn a_missing_or_unexplained_key_is_found() {
        assert_eq!(wrong("# Where.\nlisten = \"a\"\n"), ["the key `port` is not in config.default.toml"]);
        assert_eq!(wrong("# Where.\nlisten = \"a\"\n\nport = 1\n"), ["`port` has no comment above it"]);
    }
}
