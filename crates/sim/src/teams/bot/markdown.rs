//! The Markdown of bots as the HTML that Graph shows. Microsoft Teams: "Format your bot messages", text formatting.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::teams::html::escape;

/// HTML of a bot's text. What is HTML already stays; the caller normalizes it.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for event in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(tag) => start(&tag, &mut out),
            Event::End(tag) => out.push_str(end(tag)),
            Event::Text(text) => escape(&text, false, &mut out),
            Event::Code(text) => {
                out.push_str("<code>");
                escape(&text, false, &mut out);
                out.push_str("</code>");
            }
            Event::Html(text) | Event::InlineHtml(text) => out.push_str(&text),
            Event::SoftBreak => out.push('\n'),
            Event::HardBreak => out.push_str("<br>"),
            Event::Rule => out.push_str("<hr>"),
            _ => {}
        }
    }
    out
}

fn start(tag: &Tag<'_>, out: &mut String) {
    match tag {
        Tag::Link { dest_url, .. } => {
            out.push_str("<a href=\"");
            escape(dest_url, true, out);
            out.push_str("\">");
        }
        Tag::Image { dest_url, .. } => {
            out.push_str("<img src=\"");
            escape(dest_url, true, out);
            out.push_str("\">");
        }
        Tag::Paragraph => out.push_str("<p>"),
        Tag::Heading { level, .. } => out.push_str(match level {
            HeadingLevel::H1 => "<h1>",
            HeadingLevel::H2 => "<h2>",
            _ => "<h3>",
        }),
        Tag::BlockQuote(_) => out.push_str("<blockquote>"),
        Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => out.push_str("<pre><code>"),
        Tag::List(Some(_)) => out.push_str("<ol>"),
        Tag::List(None) => out.push_str("<ul>"),
        Tag::Item => out.push_str("<li>"),
        Tag::Emphasis => out.push_str("<em>"),
        Tag::Strong => out.push_str("<strong>"),
        Tag::Strikethrough => out.push_str("<del>"),
        _ => {}
    }
}

fn end(tag: TagEnd) -> &'static str {
    match tag {
        TagEnd::Link => "</a>",
        TagEnd::Paragraph => "</p>",
        TagEnd::Heading(HeadingLevel::H1) => "</h1>",
        TagEnd::Heading(HeadingLevel::H2) => "</h2>",
        TagEnd::Heading(_) => "</h3>",
        TagEnd::BlockQuote(_) => "</blockquote>",
        TagEnd::CodeBlock => "</code></pre>",
        TagEnd::List(true) => "</ol>",
        TagEnd::List(false) => "</ul>",
        TagEnd::Item => "</li>",
        TagEnd::Emphasis => "</em>",
        TagEnd::Strong => "</strong>",
        TagEnd::Strikethrough => "</del>",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn the_usual_marks_become_elements() {
        assert_eq!(
            html("**Ada:** *hi* `x<y` ~~no~~"),
            "<p><strong>Ada:</strong> <em>hi</em> <code>x&lt;y</code> <del>no</del></p>"
        );
        assert_eq!(html("- a\n- b"), "<ul><li>a</li><li>b</li></ul>");
        assert_eq!(
            html("[a](https://x.example/?a=1&b=2)"),
            "<p><a href=\"https://x.example/?a=1&amp;b=2\">a</a></p>"
        );
    }
}
