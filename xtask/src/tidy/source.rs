//! Rust source split into code and comments, line by line, and the tests at its end told apart.
//!
//! This is a lexer of the few things that can hide a `//`: strings, raw strings, characters, nested block comments. Rules
//! about words need to know whether a word is said or explained.

use std::path::Path;

/// One line of a Rust file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// Code, strings included.
    pub(super) code: String,
    /// What stands in comments.
    pub(super) comment: String,
    /// Whether it belongs to tests.
    pub(super) test: bool,
}

/// The lines of a Rust file; `testing` if all of it is tests.
pub(super) fn lines(text: &str, mut testing: bool) -> Vec<Line> {
    let mut lexer = Lexer { rest: text, lines: vec![Line::default()] };
    lexer.run();
    let mut lines = lexer.lines;
    for at in 0..lines.len() {
        // By custom a file's tests are its last item.
        let opens = lines[at].code.trim() == "#[cfg(test)]"
            && lines[at + 1..].iter().find(|line| !line.code.trim().is_empty()).is_some_and(|line| {
                let code = line.code.trim();
                code.contains("mod ") && code.ends_with('{')
            });
        testing |= opens;
        lines[at].test = testing;
    }
    lines
}

/// The files of modules that the file `path` has for tests only.
pub(super) fn test_modules(path: &str, text: &str) -> Vec<String> {
    let folder = match path.rsplit_once('/') {
        Some((folder, "lib.rs" | "main.rs")) => folder,
        _ => path.strip_suffix(".rs").unwrap_or(path),
    };
    let marked = text.lines().zip(text.lines().skip(1)).filter(|(mark, _)| mark.trim() == "#[cfg(test)]");
    let names = marked.filter_map(|(_, item)| item.trim().strip_prefix("mod ")?.strip_suffix(';'));
    names.map(|name| format!("{folder}/{name}.rs")).collect()
}

/// Whether the path says that the whole file is tests, or examples and measurements, which are never shipped either.
pub(super) fn is_test(path: &str) -> bool {
    let folders = ["/tests/", "/examples/", "/benches/"];
    let within = folders.iter().any(|folder| format!("/{path}").contains(folder));
    within || path.ends_with("/tests.rs")
}

/// Whether the file is Rust.
pub(super) fn is_rust(path: &str) -> bool {
    ends(path, "rs")
}

/// Whether the file is written for people only.
pub(super) fn is_prose(path: &str) -> bool {
    ends(path, "md")
}

fn ends(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// The identifiers and other words in `text`.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

struct Lexer<'t> {
    rest: &'t str,
    lines: Vec<Line>,
}

impl Lexer<'_> {
    fn run(&mut self) {
        let mut before = ' ';
        while let Some(c) = self.rest.chars().next() {
            let raw = raw_string(self.rest).filter(|_| !is_word(before));
            if self.rest.starts_with("//") {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.take(end, true);
            } else if self.rest.starts_with("/*") {
                let end = block_comment(self.rest);
                self.take(end, true);
            } else if let Some(end) = raw {
                self.take(end, false);
            } else if c == '"' {
                let end = quoted(self.rest, '"');
                self.take(end, false);
            } else if c == '\'' {
                let end = character(self.rest);
                self.take(end, false);
            } else {
                self.take(c.len_utf8(), false);
            }
            before = c;
        }
    }

    fn take(&mut self, end: usize, comment: bool) {
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        for (at, piece) in taken.split('\n').enumerate() {
            if at > 0 {
                self.lines.push(Line::default());
            }
            if let Some(line) = self.lines.last_mut() {
                if comment { &mut line.comment } else { &mut line.code }.push_str(piece);
            }
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of the raw string at the start of `text`, if there is one.
fn raw_string(text: &str) -> Option<usize> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        text.strip_prefix(prefix).is_some_and(|rest| rest.trim_start_matches('#').starts_with('"'))
    })?;
    let hashes = text[prefix.len()..].chars().take_while(|c| *c == '#').count();
    let open = prefix.len() + hashes + 1;
    let close = format!("\"{}", "#".repeat(hashes));
    Some(text[open..].find(&close).map_or(text.len(), |at| open + at + close.len()))
}

/// The length of the quoted text at the start of `text`, escapes minded.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// The length of the character at the start of `text`, or 1 when the quote begins a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.chars().skip(1);
    match (chars.next(), chars.next()) {
        (Some('\\'), _) => quoted(text, '\''),
        (Some(c), Some('\'')) => c.len_utf8() + 2,
        _ => 1,
    }
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Vec<String> {
        lines(text, false).into_iter().map(|line| line.code).collect()
    }

    #[test]
    fn comments_are_told_from_code() {
        assert_eq!(code("a // b\nc /* d /* e */ f\n g */ h"), ["a ", "c ", " h"]);
        assert_eq!(lines("a // b", false)[0].comment, "// b");
    }

    #[test]
    fn slashes_in_strings_are_code() {
        assert_eq!(code(r#"let a = "http://b\"//c"; // d"#), [r#"let a = "http://b\"//c"; "#]);
        assert_eq!(code("let a = r#\"//\"# + '\"' + '\\'' ; // d"), ["let a = r#\"//\"# + '\"' + '\\'' ; "]);
        assert_eq!(code("fn a<'a>(b: &'a str) {} // c"), ["fn a<'a>(b: &'a str) {} "]);
    }

    #[test]
    fn tests_are_the_last_module_or_a_file_of_their_own() {
        let lines = lines("fn a() {}\n#[cfg(test)]\nmod tests {\n}\n", false);
        assert_eq!(lines.iter().map(|line| line.test).collect::<Vec<_>>(), [false, true, true, true, true]);
        assert!(
            is_test("crates/a/src/a/tests.rs")
                && is_test("tests/a.py")
                && !is_test("crates/a/src/tests_a.rs")
        );
        let text = "#[cfg(test)]\nmod plans;\nmod b;\nfn a() {}";
        assert!(!super::lines(text, false)[3].test);
        assert_eq!(test_modules("crates/a/src/a.rs", text), ["crates/a/src/a/plans.rs"]);
        assert_eq!(test_modules("crates/a/src/lib.rs", text), ["crates/a/src/plans.rs"]);
    }
}
