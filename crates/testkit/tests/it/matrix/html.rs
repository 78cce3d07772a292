//! HTML as Webex and Teams keep it: "Formatting Messages" and Graph's `itemBody`. Both write well-formed elements.

use super::seen::{Mark, Marks, Spans};

/// An element that begins: its name and its attributes.
pub(super) struct Tag<'a> {
    pub(super) name: &'a str,
    rest: &'a str,
}

impl Tag<'_> {
    /// The value of an attribute, decoded.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let (_, value) = self.rest.split_once(&format!(" {name}=\""))?;
        value.split_once('"').map(|(value, _)| decoded(value))
    }
}

/// What an element of the vendor's own means.
pub(super) enum Means {
    /// This mark on what it contains.
    Mark(Mark),
    /// This text, in place of what it contains, if anything.
    Text(String),
    Nothing,
}

/// Reads a message's HTML; `own` knows the vendor's own elements.
pub(super) fn read(html: &str, own: &dyn Fn(&Tag<'_>) -> Means) -> Spans {
    let mut out = Spans::default();
    // Open elements, with the marks that hold in them.
    let mut open: Vec<(&str, Marks)> = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let marks = open.last().map(|(_, marks)| marks.clone()).unwrap_or_default();
        let Some(at) = rest.find('<') else {
            out.push(&decoded(rest), &marks);
            break;
        };
        if at > 0 {
            let text = &rest[..at];
            let verbatim = marks.contains(&Mark::CodeBlock);
            if verbatim || !text.trim().is_empty() || !text.contains('\n') {
                out.push(&decoded(text), &marks);
            }
        }
        let end = rest[at..].find('>').map_or(rest.len(), |end| at + end);
        let inside = &rest[at + 1..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        if let Some(name) = inside.strip_prefix('/') {
            if block(name) {
                out.line();
            }
            if let Some(at) = open.iter().rposition(|(open, _)| *open == name) {
                open.truncate(at);
            }
            continue;
        }
        let inside = inside.trim_end_matches('/');
        let (name, attributes) = inside.split_at(inside.find(' ').unwrap_or(inside.len()));
        let tag = Tag { name, rest: attributes };
        if block(name) {
            out.line();
        }
        let mut marks = marks;
        match (mark(&tag, &open), own(&tag)) {
            (Some(Mark::Code), _) if marks.contains(&Mark::CodeBlock) => {}
            (Some(mark), _) | (None, Means::Mark(mark)) => {
                if matches!(mark, Mark::Bullets(_) | Mark::Numbers(_)) {
                    marks.retain(|held| !matches!(held, Mark::Bullets(_) | Mark::Numbers(_)));
                }
                marks.insert(mark);
            }
            (None, Means::Text(text)) => out.push(&text, &marks),
            (None, Means::Nothing) => {}
        }
        match name {
            "br" => out.push("\n", &marks),
            "img" | "hr" => {}
            _ => open.push((name, marks)),
        }
    }
    out
}

fn block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "ul"
            | "ol"
            | "li"
            | "blockquote"
            | "pre"
            | "codeblock"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
    )
}

/// What the elements mean that mean the same everywhere.
fn mark(tag: &Tag<'_>, open: &[(&str, Marks)]) -> Option<Mark> {
    Some(match tag.name {
        "b" | "strong" => Mark::Bold,
        "i" | "em" => Mark::Italic,
        "s" | "strike" | "del" => Mark::Strike,
        "code" => Mark::Code,
        "pre" | "codeblock" => Mark::CodeBlock,
        "blockquote" => Mark::Quote,
        "ul" | "ol" => {
            let depth = 1 + open.iter().filter(|(name, _)| matches!(*name, "ul" | "ol")).count();
            if tag.name == "ol" { Mark::Numbers(depth) } else { Mark::Bullets(depth) }
        }
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Mark::Heading,
        "a" => Mark::Link(tag.attribute("href")?),
        _ => return None,
    })
}

fn decoded(text: &str) -> String {
    let plain =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    plain.iter().fold(text.to_owned(), |text, (entity, sign)| text.replace(entity, sign))
}
