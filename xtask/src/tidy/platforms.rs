//! No platform is named where all platforms are alike.
//!
//! A name in the router, the store or a page is a special case that the next platform would not get. Comments may name
//! platforms, because examples explain; code, strings, statements, templates and scripts may not. Tests are free.

use super::Finding;
use super::project::Project;
use super::source;

/// Where all platforms are alike.
const ALIKE: [&str; 6] =
    ["crates/engine/", "crates/store/", "crates/web/", "crates/model/", "crates/text/", "crates/platform/"];

/// Names that are part of no other word, in lower case.
const ANYWHERE: [&str; 6] = ["webex", "msteams", "microsoft", "cisco", "slack", "zoom"];

/// Names that are ordinary parts of other words (paragraph, steamship) and count only as a word of their own.
const AS_A_WORD: [&str; 2] = ["teams", "graph"];

/// Identifiers and strings that name a platform.
pub(super) fn named(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in project.tree.texts() {
        let alike = ALIKE.iter().any(|folder| path.starts_with(folder));
        if !alike || project.tree.is_test(path) || source::is_prose(path) {
            continue;
        }
        let said: Vec<String> = if source::is_rust(path) {
            let lines = project.tree.lines(path, text).into_iter();
            lines.map(|line| if line.test { String::new() } else { line.code }).collect()
        } else {
            text.lines().map(|line| if is_comment(line) { String::new() } else { line.to_owned() }).collect()
        };
        for (at, line) in said.iter().enumerate() {
            if let Some(name) = name_in(line) {
                let what = format!("names `{name}`; ask the platform's profile or the registry instead");
                findings.push(Finding::line(path, at + 1, what));
            }
        }
    }
    findings
}

fn is_comment(line: &str) -> bool {
    ["--", "#", "//", "/*", "*", "<!--", "{#"].iter().any(|mark| line.trim_start().starts_with(mark))
}

fn name_in(line: &str) -> Option<&'static str> {
    let lower = line.to_lowercase();
    let anywhere = ANYWHERE.into_iter().find(|name| lower.contains(name));
    anywhere.or_else(|| {
        let words: Vec<String> = source::words(line).flat_map(parts).collect();
        AS_A_WORD.into_iter().find(|name| words.iter().any(|word| word == name))
    })
}

/// The words that an identifier is made of, in lower case: `GraphClient` and `graph_client` are two each.
fn parts(identifier: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut small = false;
    for c in identifier.chars() {
        if c == '_' || (c.is_uppercase() && small) {
            parts.push(String::new());
        }
        small = c.is_lowercase();
        if let Some(last) = parts.last_mut().filter(|_| c != '_') {
            last.extend(c.to_lowercase());
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::super::project::Tree;
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let project = Project { tree: Tree::of(&[(path, text)]), ..Project::default() };
        named(&project).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn names_in_code_and_strings_are_found() {
        let text = "//! As on Webex.\nfn webex_only() {}\nlet a = \"Teams\"; // Teams\nstruct GraphClient;\nuse teams::A;";
        assert_eq!(lines("crates/engine/src/a.rs", text), [2, 3, 4, 5]);
        assert_eq!(lines("crates/web/templates/a.html", "<p>\n<b>Slack</b>"), [2]);
        assert_eq!(lines("crates/store/migrations/0001.sql", "-- As Zoom does.\ninsert 'zoom'"), [2]);
    }

    #[test]
    fn ordinary_words_tests_and_connectors_are_free() {
        assert_eq!(
            lines("crates/engine/src/a.rs", "struct Paragraph; let steamship = cryptography;"),
            [0; 0]
        );
        assert_eq!(
            lines("crates/engine/src/a.rs", "#[cfg(test)]\nmod tests {\nlet a = \"webex\";\n}"),
            [0; 0]
        );
        assert_eq!(lines("crates/engine/tests/it/main.rs", "let a = \"webex\";"), [0; 0]);
        assert_eq!(lines("crates/platforms/webex/src/lib.rs", "let a = \"webex\";"), [0; 0]);
    }
}
