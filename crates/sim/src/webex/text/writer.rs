//! Writes the two renderings side by side: HTML with the few tags that the service lets through, and plain text.

use super::mention::{CLOSE, Mention, OPEN};
use crate::webex::id;

/// Tags of raw HTML in Markdown that are let through without attributes.
const PLAIN_TAGS: [&str; 17] = [
    "b",
    "blockquote",
    "br",
    "code",
    "em",
    "h1",
    "h2",
    "h3",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "u",
    "ul",
    "s",
];

/// The classes a quote may have.
const QUOTE_CLASSES: [&str; 6] = ["success", "danger", "warning", "info", "primary", "secondary"];

pub(super) struct Writer<'a> {
    html: String,
    text: String,
    mentions: &'a [Mention],
    bare_ids: bool,
    /// Inside a link, whose address is not a place for mentions.
    started: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(mentions: &'a [Mention], bare_ids: bool) -> Self {
        Self { html: String::new(), text: String::new(), mentions, bare_ids, started: false }
    }

    /// A tag within a line.
    pub(super) fn tag(&mut self, tag: &str) {
        self.html.push_str(tag);
    }

    /// A tag that begins a line in the plain text.
    pub(super) fn block(&mut self, tag: &str) {
        self.html.push_str(tag);
        self.new_line();
    }

    pub(super) fn end_block(&mut self, tag: &str) {
        self.html.push_str(tag);
        self.started = true;
    }

    pub(super) fn line_break(&mut self) {
        self.html.push_str("<br/>");
        self.text.push('\n');
    }

    /// Takes back the line end that a code block closes with.
    pub(super) fn trim_line(&mut self) {
        if self.html.ends_with('\n') {
            self.html.pop();
        }
        if self.text.ends_with('\n') {
            self.text.pop();
        }
    }

    pub(super) fn link(&mut self, address: &str) {
        let address = self.names(address);
        self.html.push_str("<a href=\"");
        escape(&mut self.html, &address, true);
        self.html.push_str("\" rel=\"nofollow\">");
    }

    /// Text, with mentions where their placeholders are.
    pub(super) fn text(&mut self, mut rest: &str) {
        if self.started && !rest.trim().is_empty() {
            self.new_line();
            self.started = false;
        }
        while let Some((before, number, after)) = placeholder(rest) {
            self.plain(before);
            let mentions = self.mentions;
            if let Some(mention) = mentions.get(number) {
                self.mention(mention);
            }
            rest = after;
        }
        self.plain(rest);
    }

    /// Raw HTML inside Markdown: a few tags pass, of the others only what is between them.
    pub(super) fn raw(&mut self, mut rest: &str) {
        while let Some(start) = rest.find('<') {
            self.text(&rest[..start]);
            let Some(length) = rest[start..].find('>') else { break };
            let tag = &rest[start..=start + length];
            if let Some(tag) = allowed(tag) {
                if tag == "<br>" { self.line_break() } else { self.tag(&tag) }
            }
            rest = &rest[start + length + 1..];
        }
        self.text(rest);
    }

    pub(super) fn finish(self) -> (String, String) {
        (self.html.trim_end().to_owned(), self.text.trim_end().to_owned())
    }

    pub(super) fn mention(&mut self, mention: &Mention) {
        let shown = mention.shown();
        match mention {
            Mention::Person { uuid, .. } => {
                let object = if self.bare_ids { uuid.to_string() } else { id::person(*uuid) };
                self.html.push_str("<spark-mention data-object-type=\"person\" data-object-id=\"");
                self.html.push_str(&object);
                self.html.push_str("\">");
                escape(&mut self.html, shown, false);
                self.html.push_str("</spark-mention>");
            }
            Mention::All => self.html.push_str(
                "<spark-mention data-object-type=\"groupMention\" data-group-type=\"all\">All</spark-mention>",
            ),
            Mention::Nobody { .. } => escape(&mut self.html, shown, false),
        }
        self.text.push_str(shown);
    }

    fn plain(&mut self, text: &str) {
        escape(&mut self.html, text, false);
        self.text.push_str(text);
    }

    fn new_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// The text with the names of mentions in it.
    fn names(&self, mut rest: &str) -> String {
        let mut out = String::new();
        while let Some((before, number, after)) = placeholder(rest) {
            out.push_str(before);
            out.push_str(self.mentions.get(number).map_or("", Mention::shown));
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

fn placeholder(text: &str) -> Option<(&str, usize, &str)> {
    let (before, rest) = text.split_once(OPEN)?;
    let (number, after) = rest.split_once(CLOSE)?;
    Some((before, number.parse().ok()?, after))
}

/// The tag as it is passed on, if it is.
fn allowed(tag: &str) -> Option<String> {
    let inner = tag.trim_start_matches('<').trim_end_matches('>').trim_end_matches('/').trim();
    let (slash, inner) = match inner.strip_prefix('/') {
        Some(inner) => ("/", inner),
        None => ("", inner),
    };
    let (name, attributes) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    let name = name.to_ascii_lowercase();
    if !PLAIN_TAGS.contains(&name.as_str()) {
        return None;
    }
    let class = QUOTE_CLASSES.iter().find(|class| {
        name == "blockquote" && attributes.contains("class") && attributes.contains(&format!("\"{class}\""))
    });
    Some(match class {
        Some(class) => format!("<{name} class=\"{class}\">"),
        None => format!("<{slash}{name}>"),
    })
}

/// Text as HTML; `quotes` for the value of an attribute.
pub(in crate::webex) fn escape(out: &mut String, text: &str, quotes: bool) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if quotes => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}
