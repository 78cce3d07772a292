//! Which keys there are. Checked before anything is read, so that a mistyped key is named with its line and with the
//! key that was probably meant, and so that the environment knows which of its texts are numbers.

use toml::de::{DeTable, DeValue};

use super::Workspace;
use super::{Calls, Data, Engine, Log, Server};

/// A key of a section.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    /// Its name.
    pub(super) name: &'static str,
    /// What its value is.
    pub(super) kind: Kind,
}

/// What the value of a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text; from the environment it is taken as it is.
    Text,
    /// A number, a truth value or a list, written as in TOML.
    Value,
    /// A table of texts with names of the operator's choice.
    Table,
}

pub(super) const fn text(name: &'static str) -> Key {
    Key { name, kind: Kind::Text }
}

pub(super) const fn value(name: &'static str) -> Key {
    Key { name, kind: Kind::Value }
}

pub(super) const fn table(name: &'static str) -> Key {
    Key { name, kind: Kind::Table }
}

/// The sections that everybody has. `workspaces` comes on top.
pub(super) const SECTIONS: [(&str, &[Key]); 5] = [
    ("server", Server::KEYS),
    ("data", Data::KEYS),
    ("engine", Engine::KEYS),
    ("calls", Calls::KEYS),
    ("log", Log::KEYS),
];

/// The section of workspaces.
pub(super) const WORKSPACES: &str = "workspaces";

/// Names the first key that does not exist, as `line: what`.
pub(super) fn unknown(text: &str, all: &DeTable<'_>) -> Option<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for (name, value) in all {
        let start = name.span().start;
        let DeValue::Table(section) = value.get_ref() else {
            found.push((
                start,
                format!(
                    "\"{}\" stands outside of any section{}",
                    name.get_ref(),
                    hint_section(name.get_ref())
                ),
            ));
            continue;
        };
        if name.get_ref() == WORKSPACES {
            for (workspace, value) in section {
                if let DeValue::Table(keys) = value.get_ref() {
                    found.extend(strangers(
                        keys,
                        Workspace::KEYS,
                        &format!("{WORKSPACES}.{}", workspace.get_ref()),
                    ));
                } else {
                    found.push((
                        workspace.span().start,
                        format!("{WORKSPACES}.{} must be a section", workspace.get_ref()),
                    ));
                }
            }
        } else if let Some((_, keys)) = SECTIONS.iter().find(|(known, _)| name.get_ref() == known) {
            found.extend(strangers(section, keys, name.get_ref()));
        } else {
            found.push((
                start,
                format!("unknown section [{}]{}", name.get_ref(), hint_section(name.get_ref())),
            ));
        }
    }
    let (start, what) = found.into_iter().min()?;
    Some((line(text, start), what))
}

fn strangers(section: &DeTable<'_>, keys: &[Key], at: &str) -> Vec<(usize, String)> {
    let strange = section.keys().filter(|key| !keys.iter().any(|known| known.name == key.get_ref()));
    strange
        .map(|key| {
            let hint = hint(key.get_ref(), keys.iter().map(|key| key.name));
            (key.span().start, format!("unknown key \"{}\" in [{at}]{hint}", key.get_ref()))
        })
        .collect()
}

fn hint_section(name: &str) -> String {
    hint(name, SECTIONS.iter().map(|(name, _)| *name).chain([WORKSPACES]))
}

/// `; did you mean "…"?`, or all that are known.
pub(super) fn hint<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(name, known.clone()) {
        Some(near) => format!("; did you mean \"{near}\"?"),
        None => format!("; known are {}", known.collect::<Vec<_>>().join(", ")),
    }
}

/// The known name that a mistyped one probably stands for.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let measured = known.map(|known| (strsim::jaro_winkler(name, known), known));
    let best = measured.max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.filter(|(likeness, _)| *likeness > 0.75).map(|(_, known)| known)
}

/// The line, from 1, of a place in a text.
pub(super) fn line(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}
