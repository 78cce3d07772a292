//! Overrides from the environment: `ENTENTE_SECTION__KEY`, `ENTENTE_WORKSPACES__NAME__KEY`.
//!
//! Every name that begins with `ENTENTE_` is taken for ours, because a slip must not pass in silence: an override that does
//! nothing looks like one that was made. What others put there is listed and left alone. Capitals cannot carry a
//! workspace's name exactly, so it is compared without regard to case and with `-` for `_`.

use toml::{Table, Value};

use super::Workspace;
use super::keys::{Key, Kind, SECTIONS, WORKSPACES, hint, nearest};

const PREFIX: &str = "ENTENTE_";

/// Names that are no overrides: the data folder for commands, and what tests of this very binary set.
const OTHERS: &[&str] = &[
    "ENTENTE_DATA",
    #[cfg(feature = "steps")]
    "ENTENTE_DIE_AT",
    #[cfg(feature = "steps")]
    "ENTENTE_PLANTED",
    #[cfg(feature = "steps")]
    "ENTENTE_SEED",
    #[cfg(feature = "steps")]
    "ENTENTE_SEEDS",
    #[cfg(feature = "steps")]
    "ENTENTE_LEDGERS",
];

/// Kubernetes tells every container where the services of its namespace are, by variables that begin with their names; a
/// service named "entente" is likely. Kubernetes: "Service", environment variables.
const SERVICE: [&str; 2] = ["PORT", "SERVICE"];

fn ours(name: &str) -> bool {
    let Some(rest) = name.strip_prefix(PREFIX) else { return false };
    let service = SERVICE
        .iter()
        .any(|word| rest.strip_prefix(word).is_some_and(|after| after.is_empty() || after.starts_with('_')));
    !service && !OTHERS.contains(&name)
}

/// Lays the variables over `all`.
///
/// # Errors
/// Which variable names no key, or holds no value of its kind.
pub(super) fn overlay(
    all: &mut Table,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<(), String> {
    let mut ours: Vec<(String, String)> = variables.filter(|(name, _)| ours(name)).collect();
    // In a fixed order, so that the same environment always gives the same error.
    ours.sort();
    for (name, value) in ours {
        let parts: Vec<String> = name[PREFIX.len()..].split("__").map(str::to_ascii_lowercase).collect();
        if parts.len() == 1 {
            return Err(format!("environment: {name} {}", slip(all, &parts[0])));
        }
        set(all, &parts, &value).map_err(|why| format!("environment: {name}: {why}"))?;
    }
    Ok(())
}

/// What is wrong with a name that has no two underscores in a row.
fn slip(all: &Table, rest: &str) -> String {
    let sections = SECTIONS
        .iter()
        .flat_map(|(section, keys)| keys.iter().map(move |key| format!("{section}__{}", key.name)));
    let workspaces = all.get(WORKSPACES).and_then(Value::as_table).into_iter().flat_map(Table::keys);
    let workspaces = workspaces.flat_map(|name| {
        let name = name.to_ascii_lowercase().replace('-', "_");
        Workspace::KEYS.iter().map(move |key| format!("{WORKSPACES}__{name}__{}", key.name))
    });
    let known: Vec<String> = sections.chain(workspaces).collect();
    let same = known.iter().find(|known| known.replace("__", "_") == rest).map(String::as_str);
    match same.or_else(|| nearest(rest, known.iter().map(String::as_str))) {
        Some(near) => format!("is no key; did you mean {PREFIX}{}?", near.to_uppercase()),
        None => format!("is no key; a name is {PREFIX}SECTION__KEY or {PREFIX}WORKSPACES__NAME__KEY"),
    }
}

fn set(all: &mut Table, parts: &[String], text: &str) -> Result<(), String> {
    match parts {
        [section, key] if section != WORKSPACES => {
            let Some((_, keys)) = SECTIONS.iter().find(|(name, _)| name == section) else {
                let known = SECTIONS.iter().map(|(name, _)| *name).chain([WORKSPACES]);
                return Err(format!("no section named {section}{}", hint(section, known)));
            };
            put(table(all, section)?, keys, key, None, text)
        }
        [section, workspace, key] if section == WORKSPACES => {
            let workspaces = table(all, WORKSPACES)?;
            let name = named(workspaces, workspace);
            put(table(workspaces, &name)?, Workspace::KEYS, key, None, text)
        }
        [section, workspace, key, entry] if section == WORKSPACES => {
            let workspaces = table(all, WORKSPACES)?;
            let name = named(workspaces, workspace);
            put(table(workspaces, &name)?, Workspace::KEYS, key, Some(entry), text)
        }
        _ => Err("a name is ENTENTE_SECTION__KEY or ENTENTE_WORKSPACES__NAME__KEY".to_owned()),
    }
}

fn put(section: &mut Table, keys: &[Key], name: &str, entry: Option<&str>, text: &str) -> Result<(), String> {
    let Some(key) = keys.iter().find(|key| key.name == name) else {
        return Err(format!("no key named {name}{}", hint(name, keys.iter().map(|key| key.name))));
    };
    let text_value = || Value::String(text.to_owned());
    match (key.kind, entry) {
        (Kind::Text, None) => drop(section.insert(name.to_owned(), text_value())),
        (Kind::Value, None) => {
            let read: Table = format!("value = {text}").parse().map_err(|_| "not a value".to_owned())?;
            section.extend(read.into_iter().map(|(_, value)| (name.to_owned(), value)));
        }
        (Kind::Table, Some(entry)) => drop(table(section, name)?.insert(entry.to_owned(), text_value())),
        (Kind::Table, None) => return Err(format!("name an entry: …__{}__ENTRY", name.to_uppercase())),
        (_, Some(_)) => return Err(format!("{name} has no entries")),
    }
    Ok(())
}

fn table<'a>(within: &'a mut Table, name: &str) -> Result<&'a mut Table, String> {
    match within.entry(name).or_insert_with(|| Value::Table(Table::new())) {
        Value::Table(table) => Ok(table),
        _ => Err(format!("{name} is not a section in the file")),
    }
}

/// The workspace as the file spells it, if the file has it.
fn named(workspaces: &Table, given: &str) -> String {
    let same = |name: &&String| name.to_ascii_lowercase().replace('-', "_") == given;
    workspaces.keys().find(same).cloned().unwrap_or_else(|| given.to_owned())
}
