//! What Teams makes of HTML on saving. Graph: "chatMessage resource type", "Send chatMessage in a channel or a chat";
//! the list of elements is from observation, as the vendor publishes none.
//!
//! Unknown elements vanish and leave their children; scripts and styles vanish with them; unknown attributes go; a body
//! without a block around it gets a `<p>`. So a saved body is seldom the one that was sent, and comparing the two byte
//! for byte is a mistake a client should make here rather than in life.

use std::fmt::Write as _;

use scraper::{ElementRef, Html, Node};

/// Elements that survive.
const KEPT: [&str; 39] = [
    "p",
    "div",
    "span",
    "br",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "strike",
    "del",
    "h1",
    "h2",
    "h3",
    "blockquote",
    "pre",
    "code",
    "ul",
    "ol",
    "li",
    "a",
    "img",
    "table",
    "tbody",
    "tr",
    "td",
    "th",
    "hr",
    "sub",
    "sup",
    "at",
    "attachment",
    "emoji",
    "customemoji",
    "codeblock",
    "systemeventmessage",
    "readonly",
    "thead",
];

/// Elements that vanish with what they contain.
const SILENCED: [&str; 6] = ["script", "style", "head", "title", "iframe", "object"];

/// Elements that need no paragraph around them.
const BLOCKS: [&str; 13] = [
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "blockquote",
    "pre",
    "ul",
    "ol",
    "table",
    "hr",
    "codeblock",
    "systemeventmessage",
];

/// Elements without an end tag.
const EMPTY: [&str; 3] = ["br", "img", "hr"];

/// Attributes that survive, anywhere.
const ATTRIBUTES: [&str; 15] = [
    "id",
    "href",
    "title",
    "src",
    "alt",
    "width",
    "height",
    "style",
    "itemtype",
    "itemid",
    "itemscope",
    "class",
    "source",
    "rel",
    "start",
];

/// Nesting beyond this is not followed; a body of 28 KB could otherwise exhaust the stack.
const DEEPEST: usize = 256;

/// What is left of a body.
#[derive(Debug, Default)]
pub(crate) struct Normalized {
    /// The HTML as it is stored.
    pub(crate) html: String,
    /// The `id` of every `<at>`, in order.
    pub(crate) mentions: Vec<String>,
    /// The `id` of every `<attachment>`, in order.
    pub(crate) attachments: Vec<String>,
}

/// Normalizes a body.
pub(crate) fn normalize(content: &str, wrap: bool) -> Normalized {
    let mut out = Normalized::default();
    if !content.contains(['<', '&']) {
        out.html = if wrap { format!("<p>{content}</p>") } else { content.to_owned() };
        return out;
    }
    let tree = Html::parse_fragment(content);
    let mut open = false;
    for child in tree.root_element().children() {
        let element = ElementRef::wrap(child);
        let block = element.is_some_and(|element| BLOCKS.contains(&element.value().name()));
        if open && block {
            out.html.push_str("</p>");
            open = false;
        }
        let blank = child.value().as_text().is_some_and(|text| text.trim().is_empty());
        if wrap && !open && !block && !blank {
            out.html.push_str("<p>");
            open = true;
        }
        match element {
            Some(element) => write_element(element, 0, &mut out),
            None => write_text(child.value(), &mut out.html),
        }
    }
    if open {
        out.html.push_str("</p>");
    }
    out
}

fn write_element(element: ElementRef<'_>, depth: usize, out: &mut Normalized) {
    let value = element.value();
    let name = value.name();
    if SILENCED.contains(&name) || depth > DEEPEST {
        return;
    }
    let kept = KEPT.contains(&name);
    if kept {
        let _ = write!(out.html, "<{name}");
        for (attribute, text) in value.attrs().filter(|(attribute, _)| ATTRIBUTES.contains(attribute)) {
            let _ = write!(out.html, " {attribute}=\"");
            escape(text, true, &mut out.html);
            out.html.push('"');
        }
        out.html.push('>');
        match (name, value.attr("id")) {
            ("at", Some(id)) => out.mentions.push(id.to_owned()),
            ("attachment", Some(id)) => out.attachments.push(id.to_owned()),
            _ => {}
        }
    }
    for child in element.children() {
        match ElementRef::wrap(child) {
            Some(inner) => write_element(inner, depth + 1, out),
            None => write_text(child.value(), &mut out.html),
        }
    }
    if kept && !EMPTY.contains(&name) {
        let _ = write!(out.html, "</{name}>");
    }
}

/// Comments and the like are no text and vanish.
fn write_text(node: &Node, out: &mut String) {
    if let Some(text) = node.as_text() {
        escape(text, false, out);
    }
}

/// Escapes text or, with `quoted`, the value of an attribute.
pub(crate) fn escape(text: &str, quoted: bool, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if quoted => out.push_str("&quot;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            other => out.push(other),
        }
    }
}

/// The text a person reads, for the ledger and for bots: no markup, line breaks for breaks and paragraphs.
pub(crate) fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    if !html.contains(['<', '&']) {
        out.push_str(html);
        return out;
    }
    read(Html::parse_fragment(html).root_element(), 0, &mut out);
    out.truncate(out.trim_end_matches('\n').len());
    out
}

fn read(element: ElementRef<'_>, depth: usize, out: &mut String) {
    if depth > DEEPEST {
        return;
    }
    for child in element.children() {
        let Some(inner) = ElementRef::wrap(child) else {
            if let Some(text) = child.value().as_text() {
                out.extend(text.chars().map(|c| if c == '\u{a0}' { ' ' } else { c }));
            }
            continue;
        };
        match inner.value().name() {
            "br" => out.push('\n'),
            "emoji" | "customemoji" | "img" => out.push_str(inner.value().attr("alt").unwrap_or_default()),
            name => {
                let block = BLOCKS.contains(&name) || name == "li" || name == "tr";
                if block && !out.is_empty() && !out.ends_with('\n') {
                    out.push('\n');
                }
                read(inner, depth + 1, out);
                if block && !out.ends_with('\n') {
                    out.push('\n');
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(content: &str) -> String {
        normalize(content, true).html
    }

    #[test]
    fn loose_text_gets_a_paragraph_and_blocks_do_not() {
        assert_eq!(saved("hi"), "<p>hi</p>");
        assert_eq!(saved("a <b>c</b>"), "<p>a <b>c</b></p>");
        assert_eq!(saved("<p>a</p>"), "<p>a</p>");
        assert_eq!(saved("a<p>b</p>c"), "<p>a</p><p>b</p><p>c</p>");
        assert_eq!(normalize("a <b>c</b>", false).html, "a <b>c</b>");
    }

    #[test]
    fn unknown_markup_vanishes_and_its_text_stays() {
        assert_eq!(saved("<p onclick=\"x()\">a<blink>b</blink><!-- c --></p>"), "<p>ab</p>");
        assert_eq!(saved("<p>a<script>alert(1)</script></p>"), "<p>a</p>");
        assert_eq!(saved("<p>1 &lt; 2 &amp; \"3\"</p>"), "<p>1 &lt; 2 &amp; \"3\"</p>");
    }

    #[test]
    fn the_elements_of_teams_survive_with_their_ids() {
        let body = "<p><attachment id=\"17\"></attachment>hi <at id=\"0\">Bob</at></p>";
        let saved = normalize(body, true);
        assert_eq!(saved.html, body);
        assert_eq!((saved.mentions, saved.attachments), (vec!["0".to_owned()], vec!["17".to_owned()]));
    }

    #[test]
    fn plain_text_reads_like_the_message() {
        assert_eq!(plain("<p>a<br>b</p><p>c &amp; d</p>"), "a\nb\nc & d");
        assert_eq!(plain("<p>x&nbsp;<emoji alt=\"🙂\"></emoji></p>"), "x 🙂");
    }

    #[test]
    fn nesting_without_end_is_cut_off_and_not_followed() {
        let deep = "<b>".repeat(9_000);
        assert!(normalize(&deep, true).html.len() < 9_000);
        assert_eq!(plain(&format!("{deep}x")), "");
    }
}
