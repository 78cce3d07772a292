//! What the service makes of a message's markup: the `html` and the plain `text` it answers, and who is mentioned.
//!
//! From the formatting guide ("Formatting Messages" and "REST API Basics"): bold, italic, links, lists, quotes, code and
//! headings are shown; strike-through, rules, tables and images are not, so they stay as they were typed. Mentions are
//! found by pattern *before* the Markdown is read, as the service does, so a pattern inside code is a mention too.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use uuid::Uuid;

pub(super) mod html;
mod mention;
mod writer;

use mention::Mention;
use writer::Writer;
pub(super) use writer::escape;

/// A message's content as the service stores it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rendered {
    pub(super) html: String,
    pub(super) text: String,
    pub(super) mentioned: Vec<Uuid>,
    pub(super) all: bool,
}

/// What rendering asks the directory.
pub(super) struct Directory<'a> {
    /// Id and display name by REST id or UUID.
    pub(super) by_id: &'a dyn Fn(&str) -> Option<(Uuid, String)>,
    /// The same by e-mail address.
    pub(super) by_email: &'a dyn Fn(&str) -> Option<(Uuid, String)>,
    /// Whether `data-object-id` is a bare UUID.
    pub(super) bare_ids: bool,
}

/// Renders Markdown.
pub(super) fn markdown(source: &str, directory: &Directory<'_>) -> Rendered {
    let (marked, mentions) = mention::take_out(source, directory);
    let mut writer = Writer::new(&mentions, directory.bare_ids);
    for event in Parser::new_ext(&marked, Options::empty()) {
        step(&mut writer, event);
    }
    finish(writer, &mentions)
}

fn step(writer: &mut Writer<'_>, event: Event<'_>) {
    match event {
        Event::Start(tag) => open(writer, &tag),
        Event::End(tag) => close(writer, tag),
        Event::Text(text) => writer.text(&text),
        Event::Code(code) => {
            writer.tag("<code>");
            writer.text(&code);
            writer.tag("</code>");
        }
        Event::SoftBreak => writer.text("\n"),
        Event::HardBreak => writer.line_break(),
        Event::Rule => {
            writer.block("<p>");
            writer.text("---");
            writer.end_block("</p>");
        }
        Event::Html(raw) | Event::InlineHtml(raw) => writer.raw(&raw),
        // Extensions that are not switched on.
        Event::FootnoteReference(_)
        | Event::TaskListMarker(_)
        | Event::InlineMath(_)
        | Event::DisplayMath(_) => {}
    }
}

fn open(writer: &mut Writer<'_>, tag: &Tag<'_>) {
    match tag {
        Tag::Paragraph => writer.block("<p>"),
        Tag::Heading { level, .. } => writer.block(&format!("<{level}>")),
        Tag::BlockQuote(_) => writer.block("<blockquote>"),
        Tag::CodeBlock(_) => writer.block("<pre><code>"),
        Tag::List(Some(_)) => writer.block("<ol>"),
        Tag::List(None) => writer.block("<ul>"),
        Tag::Item => writer.block("<li>"),
        Tag::Emphasis => writer.tag("<em>"),
        Tag::Strong => writer.tag("<strong>"),
        Tag::Link { dest_url, .. } => writer.link(dest_url),
        // An image is its alternative text.
        _ => {}
    }
}

fn close(writer: &mut Writer<'_>, tag: TagEnd) {
    match tag {
        TagEnd::Paragraph => writer.end_block("</p>"),
        TagEnd::Heading(level) => writer.end_block(&format!("</{level}>")),
        TagEnd::BlockQuote(_) => writer.end_block("</blockquote>"),
        TagEnd::CodeBlock => {
            writer.trim_line();
            writer.end_block("</code></pre>");
        }
        TagEnd::List(true) => writer.end_block("</ol>"),
        TagEnd::List(false) => writer.end_block("</ul>"),
        TagEnd::Item => writer.end_block("</li>"),
        TagEnd::Emphasis => writer.tag("</em>"),
        TagEnd::Strong => writer.tag("</strong>"),
        TagEnd::Link => writer.tag("</a>"),
        _ => {}
    }
}

fn finish(writer: Writer<'_>, mentions: &[Mention]) -> Rendered {
    let (html, text) = writer.finish();
    let mut rendered = Rendered { html, text, ..Rendered::default() };
    for mention in mentions {
        match mention {
            Mention::Person { uuid, .. } if !rendered.mentioned.contains(uuid) => {
                rendered.mentioned.push(*uuid);
            }
            Mention::All => rendered.all = true,
            _ => {}
        }
    }
    rendered
}

#[cfg(test)]
mod tests;
