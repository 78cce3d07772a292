//! Overrides from the environment: `ENTENTE_SECTION__KEY`, `ENTENTE_WORKSPACES__NAME__KEY`.
//!
//! Only names with two underscores in a row are ours; `ENTENTE_…` without them may be anybody's. Capitals cannot carry a
//! workspace's name exactly, so it is compared without regard to case and with `-` for `_`.

use toml::{Table, Value};

use super::Workspace;
use super::keys::{Key, Kind, SECTIONS, WORKSPACES, hint};

const PREFIX: &str = "ENTENTE_";

/// Lays the variables over `all`.
///
/// # Errors
/// Which variable names no key, or holds no value of its kind.
pub(super) fn overlay(
    all: &mut Table,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<(), String> {
    let mut ours: Vec<(String, String)> = variables
        .filter(|(name, _)| name.strip_prefix(PREFIX).is_some_and(|rest| rest.contains("__")))
        .collect();
    // In a fixed order, so that the same environment always gives the same error.
    ours.sort();
    for (name, value) in ours {
        let parts: Vec<String> = name[PREFIX.len()..].split("__").map(str::to_ascii_lowercase).collect();
        set(all, &parts, &value).map_err(|why| format!("environment: {name}: {why}"))?;
    }
    Ok(())
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
