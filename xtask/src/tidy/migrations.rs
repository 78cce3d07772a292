//! A migration that has run somewhere never changes. `HASHES` holds one line `<sha-256>  <file>` for each, as `sha256sum`
//! writes them; a line is added with its migration and stays as it is.

use std::collections::BTreeMap;

use super::Finding;
use super::project::Project;
use super::sha256;

const FOLDER: &str = "crates/store/migrations/";
const LIST: &str = "crates/store/migrations/HASHES";

/// Migrations that differ from the list, are missing, or are not on it.
pub(super) fn immutable(project: &Project) -> Vec<Finding> {
    let files =
        project.tree.ending(&[".sql"]).filter_map(|(path, text)| Some((path.strip_prefix(FOLDER)?, text)));
    let files: BTreeMap<&str, String> =
        files.map(|(name, text)| (name, sha256::hex(text.as_bytes()))).collect();
    let lines = project.tree.text(LIST).unwrap_or_default().lines();
    let listed: BTreeMap<&str, &str> =
        lines.filter_map(|line| line.split_once("  ")).map(|(hash, name)| (name.trim(), hash)).collect();
    let mut findings = Vec::new();
    for (name, hash) in &files {
        match listed.get(name) {
            None => {
                let what = format!("a new migration; add the line `{hash}  {name}`");
                findings.push(Finding::file(LIST, what));
            }
            Some(listed) if listed != hash => {
                let what = "an applied migration has changed; put it back and write a new one";
                findings.push(Finding::file(&format!("{FOLDER}{name}"), what));
            }
            Some(_) => {}
        }
    }
    let gone = listed.keys().filter(|name| !files.contains_key(*name));
    findings.extend(gone.map(|name| Finding::file(LIST, format!("the migration `{name}` is gone"))));
    findings
}

#[cfg(test)]
mod tests {
    use super::super::project::Tree;
    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn wrong(files: &[(&str, &str)]) -> Vec<String> {
        let project = Project { tree: Tree::of(files), ..Project::default() };
        immutable(&project).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn a_listed_migration_is_fine() {
        let list = format!("{ABC}  0001_first.sql\n");
        assert_eq!(wrong(&[(LIST, &list), ("crates/store/migrations/0001_first.sql", "abc")]), [""; 0]);
    }

    #[test]
    fn a_changed_new_or_missing_migration_is_found() {
        let list = format!("{ABC}  0001_first.sql\n");
        let changed = wrong(&[(LIST, &list), ("crates/store/migrations/0001_first.sql", "abd")]);
        assert_eq!(changed, ["an applied migration has changed; put it back and write a new one"]);
        let new = wrong(&[("crates/store/migrations/0001_first.sql", "abc")]);
        assert_eq!(new, [format!("a new migration; add the line `{ABC}  0001_first.sql`")]);
        assert_eq!(wrong(&[(LIST, &list)]), ["the migration `0001_first.sql` is gone"]);
    }
}
