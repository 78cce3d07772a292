//! What somebody sees in their own app: messages as a platform's simulator keeps them, read by that vendor's documented markup.
//! Nothing here is shared with the product.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use super::people::text;

/// How a piece of text is shown, or what it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Bold,
    Italic,
    Strike,
    Code,
    CodeBlock,
    Quote,
    /// A bulleted list so deep, from 1.
    Bullets(usize),
    /// A numbered list so deep, from 1.
    Numbers(usize),
    Heading,
    /// Leads there.
    Link(String),
    /// Calls whoever has this account.
    Person(String),
    /// Calls everybody.
    Everybody,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bold => f.write_str("bold"),
            Self::Italic => f.write_str("italic"),
            Self::Strike => f.write_str("struck through"),
            Self::Code => f.write_str("code"),
            Self::CodeBlock => f.write_str("a block of code"),
            Self::Quote => f.write_str("a quote"),
            Self::Bullets(depth) => write!(f, "a bulleted list of level {depth}"),
            Self::Numbers(depth) => write!(f, "a numbered list of level {depth}"),
            Self::Heading => f.write_str("a heading"),
            Self::Link(_) => f.write_str("a link"),
            Self::Person(_) => f.write_str("a mention"),
            Self::Everybody => f.write_str("a mention of everybody"),
        }
    }
}

pub(super) type Marks = BTreeSet<Mark>;

/// Marks as people would say them.
pub(super) fn told(marks: &Marks) -> String {
    if marks.is_empty() {
        return "plain text".to_owned();
    }
    marks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A file as it stands at a message: its name, its media type, how long it is, and the digest of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) media: String,
    pub(super) size: u64,
    pub(super) sha256: String,
}

/// What a message answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answers {
    Nothing,
    /// It stands below this message.
    Below(String),
    /// It quotes this message.
    Quotes(String),
}

/// A message as somebody sees it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) id: String,
    /// The author's account, name, and whether the app marks it as a bot.
    pub(super) by: String,
    pub(super) name: String,
    pub(super) bot: bool,
    /// The author's picture, where the matrix asks for it: at bots.
    pub(super) picture: Option<String>,
    pub(super) spans: Spans,
    pub(super) answers: Answers,
    pub(super) files: Vec<File>,
    /// Who has which emoji on it, as characters or `:name:`.
    pub(super) reactions: Vec<(String, String)>,
}

impl Seen {
    /// What every simulator shows alike.
    pub(super) fn of(message: &Value) -> Self {
        let files = message["files"].as_array().into_iter().flatten();
        let file = |file: &Value| File {
            name: text(file, "name"),
            media: text(file, "type"),
            size: file["size"].as_u64().unwrap_or_default(),
            sha256: text(file, "sha256"),
        };
        Self {
            id: text(message, "id"),
            by: text(&message["author"], "id"),
            name: text(&message["author"], "name"),
            bot: message["author"]["is_bot"] == true,
            picture: None,
            spans: Spans::default(),
            answers: Answers::Nothing,
            files: files.map(file).collect(),
            reactions: Vec::new(),
        }
    }

    /// The message without the name that an app puts in front of what it passes on; `None` if it does not stand there.
    pub(super) fn unsigned(&self, name: &str) -> Option<Self> {
        let label = format!("{name}:");
        let rest = self.text().strip_prefix(&label)?.trim_start().len();
        let mut cut = self.text().len() - rest;
        let mut spans = Spans::default();
        for (text, marks) in &self.spans.0 {
            let off = cut.min(text.len());
            cut -= off;
            spans.push(&text[off..], marks);
        }
        Some(Self { spans, ..self.clone() })
    }

    pub(super) fn text(&self) -> String {
        self.spans.0.iter().map(|(text, _)| text.as_str()).collect()
    }

    pub(super) fn words(&self) -> Vec<(String, Marks)> {
        self.spans.words()
    }

    pub(super) fn says(&self, word: &str) -> bool {
        self.text().split_whitespace().any(|one| one == word)
    }
}

/// Text with how each piece of it is shown; lines end with `\n`.
#[derive(Debug, Clone, Default)]
pub(super) struct Spans(pub(super) Vec<(String, Marks)>);

impl Spans {
    pub(super) fn push(&mut self, text: &str, marks: &Marks) {
        if !text.is_empty() {
            self.0.push((text.to_owned(), marks.clone()));
        }
    }

    /// Ends the line, if one is begun.
    pub(super) fn line(&mut self) {
        if self.0.last().is_some_and(|(text, _)| !text.ends_with('\n')) {
            self.0.push(("\n".to_owned(), Marks::new()));
        }
    }

    /// Word by word; where the look changes, a word ends.
    fn words(&self) -> Vec<(String, Marks)> {
        let words = self
            .0
            .iter()
            .flat_map(|(text, marks)| text.split_whitespace().map(|word| (word.to_owned(), marks.clone())));
        words.collect()
    }
}
