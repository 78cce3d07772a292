//! `html` as input to a post. The published description calls it read-only, clients in the wild send it, and the service
//! takes it with few tags: headings, lists, underline, italic, bold, links, quotes, code, mentions.

use std::ops::Deref;

use scraper::node::{Element, Node};
use scraper::{ElementRef, Html};

use super::mention::Mention;
use super::writer::Writer;
use super::{Directory, Rendered};

/// A node of the tree; the parser does not export its name.
type NodeRef<'a> = <ElementRef<'a> as Deref>::Target;

/// Cleans HTML and renders its plain text.
pub(in crate::webex) fn clean(source: &str, directory: &Directory<'_>) -> Rendered {
    let fragment = Html::parse_fragment(source);
    let mut mentions = Vec::new();
    let mut writer = Writer::new(&[], directory.bare_ids);
    walk(fragment.tree.root(), &mut writer, &mut mentions, directory);
    super::finish(writer, &mentions)
}

fn walk(node: NodeRef<'_>, writer: &mut Writer<'_>, mentions: &mut Vec<Mention>, directory: &Directory<'_>) {
    for child in node.children() {
        match child.value() {
            Node::Text(text) => writer.text(text),
            Node::Element(element) if matches!(element.name(), "script" | "style") => {}
            Node::Element(element) => {
                if let Some(mention) = mention(element, &child, directory) {
                    writer.mention(&mention);
                    mentions.push(mention);
                    continue;
                }
                let end = begin(element, writer);
                walk(child, writer, mentions, directory);
                match end {
                    End::Block(tag) => writer.end_block(tag),
                    End::Inline(tag) => writer.tag(tag),
                    End::Nothing => {}
                }
            }
            _ => {}
        }
    }
}

enum End {
    Block(&'static str),
    Inline(&'static str),
    Nothing,
}

fn begin(element: &Element, writer: &mut Writer<'_>) -> End {
    let blocks = [
        ("p", "<p>", "</p>"),
        ("h1", "<h1>", "</h1>"),
        ("h2", "<h2>", "</h2>"),
        ("h3", "<h3>", "</h3>"),
        ("ul", "<ul>", "</ul>"),
        ("ol", "<ol>", "</ol>"),
        ("li", "<li>", "</li>"),
        ("blockquote", "<blockquote>", "</blockquote>"),
        ("pre", "<pre>", "</pre>"),
    ];
    let inlines = [
        ("b", "<strong>", "</strong>"),
        ("strong", "<strong>", "</strong>"),
        ("i", "<em>", "</em>"),
        ("em", "<em>", "</em>"),
        ("u", "<u>", "</u>"),
        ("code", "<code>", "</code>"),
    ];
    let name = element.name();
    if let Some((_, open, close)) = blocks.iter().find(|(tag, ..)| *tag == name) {
        writer.block(open);
        return End::Block(close);
    }
    if let Some((_, open, close)) = inlines.iter().find(|(tag, ..)| *tag == name) {
        writer.tag(open);
        return End::Inline(close);
    }
    match (name, element.attr("href")) {
        ("a", Some(address)) => {
            writer.link(address);
            End::Inline("</a>")
        }
        ("br", _) => {
            writer.line_break();
            End::Nothing
        }
        _ => End::Nothing,
    }
}

fn mention(element: &Element, node: &NodeRef<'_>, directory: &Directory<'_>) -> Option<Mention> {
    if element.name() != "spark-mention" {
        return None;
    }
    if element.attr("data-group-type") == Some("all") {
        return Some(Mention::All);
    }
    let shown: String = node
        .descendants()
        .filter_map(|child| match child.value() {
            Node::Text(text) => Some(&**text),
            _ => None,
        })
        .collect();
    let (uuid, known) = (directory.by_id)(element.attr("data-object-id")?)?;
    Some(Mention::Person { uuid, name: if shown.is_empty() { known } else { shown } })
}
