//! The shape of files: short, introduced, and never called `mod.rs`.

use super::Finding;
use super::project::Project;

/// Lines that a file may have.
const MOST: usize = 400;

/// What counts as source.
const SOURCE: [&str; 9] = [".rs", ".py", ".js", ".mjs", ".css", ".html", ".sql", ".sh", ".toml"];

/// A file that needs scrolling for long is two files, tests included: they are read as often.
pub(super) fn length(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in project.tree.ending(&SOURCE) {
        let lines = text.lines().count();
        if lines > MOST {
            findings.push(Finding::file(path, format!("{lines} lines; {MOST} are the most, split it")));
        }
    }
    findings
}

/// A module begins by saying why it is as it is.
pub(super) fn module_comment(project: &Project) -> Vec<Finding> {
    let without = project.tree.ending(&[".rs"]).filter(|(_, text)| !text.starts_with("//! "));
    without
        .map(|(path, _)| Finding::line(path, 1, "the module does not begin with a `//!` comment"))
        .collect()
}

/// `foo.rs` beside `foo/`, so that a list of open files says which is which.
pub(super) fn no_mod_rs(project: &Project) -> Vec<Finding> {
    let found = project.tree.paths().filter(|path| path.ends_with("/mod.rs"));
    found.map(|path| Finding::file(path, "name it after its folder and put it beside it")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::project::Tree;
    use super::*;

    fn project(files: &[(&str, &str)]) -> Project {
        Project { tree: Tree::of(files), ..Project::default() }
    }

    #[test]
    fn long_files_are_found() {
        let just = "a\n\n".repeat(200);
        let over = "a\n".repeat(401);
        let project =
            project(&[("crates/a/src/just.rs", &just), ("tests/it/over.rs", &over), ("a.md", &over)]);
        let found = length(&project);
        assert_eq!(found, [Finding::file("tests/it/over.rs", "401 lines; 400 are the most, split it")]);
    }

    #[test]
    fn modules_without_introduction_are_found() {
        let project = project(&[("a.rs", "//! Why.\nfn a() {}"), ("b.rs", "// Why.\n"), ("c.rs", "")]);
        let found: Vec<String> = module_comment(&project).into_iter().map(|finding| finding.path).collect();
        assert_eq!(found, ["b.rs", "c.rs"]);
    }

    #[test]
    fn mod_rs_is_found() {
        let project =
            project(&[("crates/a/src/b/mod.rs", "//! Why."), ("crates/a/src/model.rs", "//! Why.")]);
        assert_eq!(no_mod_rs(&project).len(), 1);
    }
}
