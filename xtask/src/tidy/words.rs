//! Words that must not stand in the project: promises of later work, paths of one machine, and the hosts of package
//! registries. This program's own rules spell the words out and are left out.

use super::Finding;
use super::project::Project;
use super::source;

/// The room where the forbidden words are spelled out.
const RULES: &str = "xtask/src/tidy";

/// Words that say that something is not finished. The macros also when they are only written down.
const UNFINISHED: [&str; 3] = ["TODO", "FIXME", "XXX"];
const UNFINISHED_CODE: [&str; 4] = ["todo!", "unimplemented!", "dbg!", "#[ignore"];

/// Where machines keep what is theirs.
const MACHINE: [&str; 4] = ["/root", "/home", "/work", "/tmp"];

/// Hosts of registries, which only the lock file may name.
const HOSTS: [&str; 6] =
    ["crates.io", "pypi.org", "pythonhosted.org", "npmjs", "deb.debian.org", "registry.yarnpkg.com"];

/// What is not finished is finished or not there.
pub(super) fn unfinished(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, at, line) in lines(project) {
        let said = source::words(line).find(|word| UNFINISHED.contains(word));
        let code = UNFINISHED_CODE.into_iter().find(|word| source::is_rust(path) && line.contains(word));
        if let Some(word) = said.or(code) {
            findings.push(Finding::line(path, at, format!("`{word}`: finish it or leave it out")));
        }
    }
    findings
}

/// A path that exists on one machine only. Tests may name what must not exist; a shell's first line names its program.
pub(super) fn machine_paths(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in texts(project) {
        let tests: Vec<bool> = if source::is_rust(path) {
            project.tree.lines(path, text).iter().map(|line| line.test).collect()
        } else {
            vec![project.tree.is_test(path); text.lines().count()]
        };
        for (at, line) in text.lines().enumerate() {
            let test = tests.get(at).copied().unwrap_or(false);
            if let Some(folder) = MACHINE.into_iter().find(|folder| !test && names(line, folder)) {
                findings.push(Finding::line(path, at + 1, format!("names `{folder}` of some machine")));
            }
        }
    }
    findings
}

/// The host of a package registry: where packages come from is the operator's business.
pub(super) fn registry_hosts(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, at, line) in lines(project) {
        if let Some(host) = HOSTS.into_iter().find(|host| line.contains(host)) {
            findings.push(Finding::line(path, at, format!("names the registry `{host}`")));
        }
    }
    findings
}

/// Whether `line` names the folder itself: at the start of a path, and as a whole name.
fn names(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + folder.len()..].chars().next();
        let inside = |c: char| c.is_alphanumeric() || "_-./}>*".contains(c);
        !before.is_some_and(inside) && !after.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-')
    })
}

fn texts(project: &Project) -> impl Iterator<Item = (&str, &str)> {
    project.tree.texts().filter(|(path, _)| *path != "Cargo.lock" && !path.starts_with(RULES))
}

fn lines(project: &Project) -> impl Iterator<Item = (&str, usize, &str)> {
    texts(project)
        .flat_map(|(path, text)| text.lines().enumerate().map(move |(at, line)| (path, at + 1, line)))
}

#[cfg(test)]
mod tests {
    use super::super::project::Tree;
    use super::*;

    fn lines_of(rule: fn(&Project) -> Vec<Finding>, path: &str, text: &str) -> Vec<usize> {
        let project = Project { tree: Tree::of(&[(path, text)]), ..Project::default() };
        rule(&project).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn unfinished_work_is_found() {
        let text = "// TODO later\nfn a() { todo!() }\n#[ignore = \"b\"]\nlet XXXL = 1;\ndbg!(a);\n";
        assert_eq!(lines_of(unfinished, "a.rs", text), [1, 2, 3, 5]);
        assert_eq!(lines_of(unfinished, "a.md", "FIXME: this page.\nNothing is ignored."), [1]);
    }

    #[test]
    fn machine_paths_are_found() {
        let text = "let a = \"/tmp/a\";\nlet b = \"/v1/home\";\nlet c = \"/workspaces\";\n// in /root.\nget(\"/home/a\")";
        assert_eq!(lines_of(machine_paths, "crates/a/src/a.rs", text), [1, 4, 5]);
        assert_eq!(lines_of(machine_paths, "crates/a/tests/it/a.rs", text), [0; 0]);
        assert_eq!(lines_of(machine_paths, "README.md", "Run it in /work/it."), [1]);
    }

    #[test]
    fn registries_are_found() {
        let text = "a\nsee https://pypi.org/a";
        assert_eq!(lines_of(registry_hosts, "README.md", text), [2]);
        assert_eq!(lines_of(registry_hosts, "Cargo.lock", text), [0; 0]);
    }
}
