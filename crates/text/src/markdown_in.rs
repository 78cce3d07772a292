//! `CommonMark`, with strikethrough, to a body. Raw HTML is text: who writes `<b>` in Markdown sees `<b>`.

use std::ops::Range;

use entente_model::{Block, Body, Inline};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::bounded;
use crate::build::{Builder, Holder, Mark};
use crate::html_in::verbatim;

/// Finds a platform's own notation at the beginning of some text: its length in bytes and what stands for it.
pub type Notation<'a> = &'a mut dyn FnMut(&str) -> Option<(usize, Vec<Inline>)>;

/// Reads Markdown. `notation` is asked at every `<` of running text, which is where services hide their mentions; an
/// escaped one is text.
pub fn markdown_in(markdown: &str, notation: Notation<'_>) -> Body {
    let markdown = bounded(markdown);
    let mut reader =
        Reader { source: markdown, notation, builder: Builder::default(), code: None, raw: 0..0 };
    for (event, range) in Parser::new_ext(markdown, Options::ENABLE_STRIKETHROUGH).into_offset_iter() {
        reader.event(event, range);
    }
    reader.running();
    reader.builder.finish()
}

struct Reader<'a> {
    source: &'a str,
    notation: Notation<'a>,
    builder: Builder,
    /// The block of code being read: its language and text.
    code: Option<(Option<String>, String)>,
    /// Running text that stands in the source as it is, not yet written.
    raw: Range<usize>,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        if let Event::Text(text) = &event {
            return match &mut self.code {
                Some((_, code)) => code.push_str(text),
                None => self.text(text, range),
            };
        }
        self.running();
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Html(text) | Event::InlineHtml(text) => self.lines(&text),
            Event::Code(text) => {
                self.builder.on(Mark::Code);
                self.builder.text(&text);
                self.builder.off(Mark::Code);
            }
            Event::SoftBreak | Event::HardBreak => self.builder.line_end(),
            Event::Rule => self.builder.boundary(),
            _ => {}
        }
    }

    /// Puts together what the parser cuts at every sign, as far as the source says the same.
    fn text(&mut self, text: &str, range: Range<usize>) {
        if self.source.get(range.clone()) != Some(text) {
            // An entity.
            self.running();
            self.builder.text(text);
        } else if self.raw.end == range.start {
            self.raw.end = range.end;
        } else {
            self.running();
            let escaped = self.source[..range.start].ends_with('\\');
            let first = text.chars().next().filter(|_| escaped).map_or(0, char::len_utf8);
            self.builder.text(&text[..first]);
            self.raw = range.start + first..range.end;
        }
    }

    /// Writes the running text, with what the platform notes in it.
    fn running(&mut self) {
        let mut text = &self.source[std::mem::take(&mut self.raw)];
        let mut from = 0;
        while let Some(at) = text[from..].find('<').map(|at| at + from) {
            if let Some((length, inlines)) = (self.notation)(&text[at..]) {
                self.builder.text(&text[..at]);
                self.builder.inlines(&inlines);
                text = &text[at + length..];
                from = 0;
            } else {
                from = at + 1;
            }
        }
        self.builder.text(text);
    }

    fn lines(&mut self, text: &str) {
        for (index, line) in text.lines().enumerate() {
            if index > 0 {
                self.builder.line_end();
            }
            self.builder.text(line);
        }
        if text.ends_with('\n') {
            self.builder.line_end();
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.builder.boundary(),
            Tag::Heading { level, .. } => self.builder.heading(Some(*level as u8)),
            Tag::BlockQuote(_) => self.builder.begin(Holder::Quote),
            Tag::List(first) => self.builder.begin(Holder::List { ordered: first.is_some() }),
            Tag::Item => self.builder.begin(Holder::Item),
            Tag::CodeBlock(kind) => {
                self.builder.boundary();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => info.split_whitespace().next().map(str::to_owned),
                    CodeBlockKind::Indented => None,
                };
                self.code = Some((language, String::new()));
            }
            Tag::Emphasis => self.builder.on(Mark::Italic),
            Tag::Strong => self.builder.on(Mark::Bold),
            Tag::Strikethrough => self.builder.on(Mark::Strike),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => self.builder.link(Some(dest_url)),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.builder.boundary(),
            TagEnd::Heading(_) => self.builder.heading(None),
            TagEnd::BlockQuote(_) => self.builder.end(Holder::Quote),
            TagEnd::List(ordered) => self.builder.end(Holder::List { ordered }),
            TagEnd::Item => self.builder.end(Holder::Item),
            TagEnd::CodeBlock => {
                if let Some((language, text)) = self.code.take() {
                    let text = verbatim(&text);
                    if !text.is_empty() {
                        self.builder.block(Block::Code { language, text });
                    }
                }
            }
            TagEnd::Emphasis => self.builder.off(Mark::Italic),
            TagEnd::Strong => self.builder.off(Mark::Bold),
            TagEnd::Strikethrough => self.builder.off(Mark::Strike),
            TagEnd::Link | TagEnd::Image => self.builder.link(None),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
