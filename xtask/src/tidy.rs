//! `cargo xtask tidy`: the rules of the house that no compiler checks.
//!
//! A rule is a function from the project, as text, to what is wrong with it. It reads no file and starts no program, so
//! that its tests can hand it a made-up project and see it fail. What the rules look at is gathered once, here.

use std::fmt;
use std::path::Path;

use anyhow::Context as _;

use crate::shell;

mod config;
mod dependencies;
mod fixtures;
mod graph;
mod lock;
mod map;
mod migrations;
mod platforms;
mod project;
mod public;
mod sha256;
mod shape;
mod source;
mod words;

use project::Project;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// Path from the workspace's root.
    path: String,
    /// From 1; 0 when the whole file is meant.
    line: usize,
    /// What is wrong and, where it is not obvious, what to do.
    what: String,
}

impl Finding {
    fn file(path: &str, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: 0, what: what.into() }
    }

    fn line(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.what),
            line => write!(f, "{}:{line}: {}", self.path, self.what),
        }
    }
}

/// A rule: the project in, what is wrong out.
type Rule = fn(&Project) -> Vec<Finding>;

/// Every rule by the name it is reported under.
const RULES: &[(&str, Rule)] = &[
    ("crate graph", graph::directions),
    ("crate graph in ARCHITECTURE.md", graph::documented),
    ("file length", shape::length),
    ("module comment", shape::module_comment),
    ("no mod.rs", shape::no_mod_rs),
    ("platform names", platforms::named),
    ("names in ARCHITECTURE.md", map::names),
    ("migrations", migrations::immutable),
    ("configuration keys", config::documented),
    ("unfinished work", words::unfinished),
    ("machine paths", words::machine_paths),
    ("registry hosts", words::registry_hosts),
    ("fixtures", fixtures::parse),
    ("dependencies with a reason", dependencies::reasons),
    ("dependencies in use", dependencies::used),
    ("banned crates", lock::banned),
    ("sources of crates", lock::sources),
];

/// Checks every rule and prints what is wrong; fails when anything is.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let project = gather(root)?;
    let mut wrong = 0_usize;
    for (name, rule) in RULES {
        let mut findings = rule(&project);
        findings.sort();
        for finding in &findings {
            println!("{finding} [{name}]");
        }
        wrong += findings.len();
    }
    let lonely = public::lonely(&project);
    println!("warning: {} public items have no user outside their crate", lonely.len());
    if std::env::var_os("ENTENTE_TIDY_LIST").is_some() {
        for finding in &lonely {
            println!("  {finding}");
        }
    } else if !lonely.is_empty() {
        println!("  (ENTENTE_TIDY_LIST=1 lists them)");
    }
    anyhow::ensure!(wrong == 0, "{wrong} things are untidy");
    println!("{} rules hold over {} files", RULES.len(), project.tree.paths().count());
    Ok(())
}

/// The project's files whose names end with one of `endings`, by path from the root.
pub(crate) fn files(root: &Path, endings: &[&str]) -> anyhow::Result<Vec<String>> {
    let tree = project::Tree::read(root).context("cannot read the project's files")?;
    Ok(tree.ending(endings).map(|(path, _)| path.to_owned()).collect())
}

fn gather(root: &Path) -> anyhow::Result<Project> {
    let tree = project::Tree::read(root).context("cannot read the project's files")?;
    let metadata = shell::read(&mut shell::cargo(
        root,
        &["metadata", "--no-deps", "--locked", "--offline", "--format-version", "1"],
    ))?;
    let crates = project::crates(&metadata, root)?;
    let built = shell::read(&mut shell::cargo(
        root,
        &[
            "tree",
            "--workspace",
            "--locked",
            "--edges",
            "normal,build,dev",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ],
    ))?;
    let built = built.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    Ok(Project { tree, crates, built })
}
