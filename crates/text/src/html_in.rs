//! HTML to a body.
//!
//! The tokens of an HTML5 tokenizer drive the builder directly; no document tree is made. A tree builder must repeat
//! every open `<b>` in every new paragraph, so that a hundred kilobytes can grow to gigabytes, and a tree must be walked
//! and dropped without recursion; a list of tokens has neither trouble. What chat services send is simple enough to be
//! understood without the tree builder's repairs: block tags are boundaries, styles are counters.

use std::cell::RefCell;

use entente_model::{Block, Body, Inline};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{Rawtext, Rcdata};
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use crate::bounded;
use crate::build::{Builder, Holder, Mark};

/// What to do with an element of the platform's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Treat {
    /// As HTML has it: known elements as usual, unknown ones as if only their content stood there.
    Usual,
    /// Drop it with everything inside.
    Drop,
    /// Put these in its place; its content follows as usual.
    Inlines(Vec<Inline>),
    /// Put these in its place; its content follows as usual.
    Blocks(Vec<Block>),
    /// Gather its text and ask [`Elements::gathered`].
    Gather,
    /// It is a block of code in this language.
    Code(Option<String>),
}

/// Knows a platform's own elements.
pub trait Elements {
    /// How to treat this element, of whatever name.
    fn treat(&mut self, element: &Element<'_>) -> Treat;

    /// What stands for the element whose text was gathered.
    fn gathered(&mut self, _element: &Element<'_>, text: &str) -> Vec<Inline> {
        vec![Inline::Text(text.to_owned())]
    }
}

/// Knows none.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoElements;

impl Elements for NoElements {
    fn treat(&mut self, _: &Element<'_>) -> Treat {
        Treat::Usual
    }
}

/// An element's name and attributes.
#[derive(Debug, Clone, Copy)]
pub struct Element<'a>(&'a Tag);

impl<'a> Element<'a> {
    /// Its name, in lower case.
    pub fn name(&self) -> &'a str {
        &self.0.name
    }

    /// An attribute by its name in lower case.
    pub fn attr(&self, name: &str) -> Option<&'a str> {
        self.0.attrs.iter().find(|attr| &*attr.name.local == name).map(|attr| &*attr.value)
    }
}

/// Reads a fragment of HTML.
pub fn html_in(html: &str, elements: &mut dyn Elements) -> Body {
    let html = bounded(html);
    let reader = Reader(RefCell::new(State { builder: Builder::default(), elements, mode: Mode::Flow }));
    let tokenizer = Tokenizer::new(reader, TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() });
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

struct Reader<'e>(RefCell<State<'e>>);

struct State<'e> {
    builder: Builder,
    elements: &'e mut dyn Elements,
    mode: Mode,
}

/// What text and tags mean at the moment.
enum Mode {
    /// The ordinary.
    Flow,
    /// Nothing, until the element of this name has ended as often as it has begun.
    Drop { name: String, depth: usize },
    /// Text for a platform's element.
    Gather { tag: Tag, depth: usize, text: String },
    /// Verbatim text, until the element of this name ends.
    Code { name: String, language: Option<String>, text: String },
}

impl TokenSink for Reader<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => state.text(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return state.begin(tag),
            Token::TagToken(tag) => state.end(&tag.name),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl State<'_> {
    fn text(&mut self, text: &str) {
        match &mut self.mode {
            Mode::Flow => self.builder.flowing(text),
            Mode::Drop { .. } => {}
            Mode::Gather { text: gathered, .. } | Mode::Code { text: gathered, .. } => {
                gathered.push_str(text);
            }
        }
    }

    fn begin(&mut self, tag: Tag) -> TokenSinkResult<()> {
        match &mut self.mode {
            Mode::Flow => return self.begin_in_flow(tag),
            Mode::Drop { name, depth } => *depth += usize::from(*name == *tag.name),
            Mode::Gather { tag: gathering, depth, .. } => *depth += usize::from(gathering.name == tag.name),
            Mode::Code { language, text, .. } => match &*tag.name {
                "br" => text.push('\n'),
                "code" if language.is_none() => *language = language_of(&tag),
                _ => {}
            },
        }
        TokenSinkResult::Continue
    }

    fn begin_in_flow(&mut self, tag: Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        match self.elements.treat(&Element(&tag)) {
            Treat::Usual => {}
            Treat::Inlines(inlines) => {
                self.builder.inlines(&inlines);
                return TokenSinkResult::Continue;
            }
            Treat::Blocks(blocks) => {
                self.builder.boundary();
                for block in blocks {
                    self.builder.block(block);
                }
                return TokenSinkResult::Continue;
            }
            _ if tag.self_closing => return TokenSinkResult::Continue,
            Treat::Drop => {
                self.mode = Mode::Drop { name: name.to_owned(), depth: 1 };
                return TokenSinkResult::Continue;
            }
            Treat::Gather => {
                self.mode = Mode::Gather { tag, depth: 1, text: String::new() };
                return TokenSinkResult::Continue;
            }
            Treat::Code(language) => {
                self.builder.boundary();
                self.mode = Mode::Code { name: name.to_owned(), language, text: String::new() };
                return TokenSinkResult::Continue;
            }
        }
        match name {
            "br" => self.builder.line_end(),
            "b" | "strong" => self.builder.on(Mark::Bold),
            "i" | "em" | "cite" | "dfn" | "var" => self.builder.on(Mark::Italic),
            "s" | "del" | "strike" => self.builder.on(Mark::Strike),
            "code" | "kbd" | "samp" | "tt" => self.builder.on(Mark::Code),
            "a" => self.builder.link(Element(&tag).attr("href")),
            "img" => self.builder.flowing(Element(&tag).attr("alt").unwrap_or_default()),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.builder.heading(Some(name.as_bytes()[1] - b'0')),
            "blockquote" => self.builder.begin(Holder::Quote),
            "ul" | "menu" => self.builder.begin(Holder::List { ordered: false }),
            "ol" => self.builder.begin(Holder::List { ordered: true }),
            "li" => self.builder.begin(Holder::Item),
            "pre" => {
                self.builder.boundary();
                let language = language_of(&tag);
                self.mode = Mode::Code { name: name.to_owned(), language, text: String::new() };
            }
            "td" | "th" if self.builder.has_text() => self.builder.flowing(" | "),
            "title" | "textarea" => {
                self.mode = Mode::Drop { name: name.to_owned(), depth: 1 };
                return TokenSinkResult::RawData(Rcdata);
            }
            "script" | "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
                self.mode = Mode::Drop { name: name.to_owned(), depth: 1 };
                return TokenSinkResult::RawData(Rawtext);
            }
            "head" | "template" | "object" | "svg" | "math" if !tag.self_closing => {
                self.mode = Mode::Drop { name: name.to_owned(), depth: 1 };
            }
            name if is_block(name) => self.builder.boundary(),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn end(&mut self, name: &str) {
        match &mut self.mode {
            Mode::Flow => self.end_in_flow(name),
            Mode::Drop { name: dropping, depth } => {
                *depth -= usize::from(dropping == name);
                if *depth == 0 {
                    self.mode = Mode::Flow;
                }
            }
            Mode::Gather { tag, depth, .. } => {
                *depth -= usize::from(&*tag.name == name);
                if *depth == 0
                    && let Mode::Gather { tag, text, .. } = std::mem::replace(&mut self.mode, Mode::Flow)
                {
                    let inlines = self.elements.gathered(&Element(&tag), &text);
                    self.builder.inlines(&inlines);
                }
            }
            Mode::Code { name: verbatim, text, .. } => {
                if verbatim == name {
                    self.end_code();
                } else if is_block(name) && !text.is_empty() && !text.ends_with('\n') {
                    text.push('\n');
                }
            }
        }
    }

    fn end_in_flow(&mut self, name: &str) {
        match name {
            "br" => self.builder.line_end(),
            "b" | "strong" => self.builder.off(Mark::Bold),
            "i" | "em" | "cite" | "dfn" | "var" => self.builder.off(Mark::Italic),
            "s" | "del" | "strike" => self.builder.off(Mark::Strike),
            "code" | "kbd" | "samp" | "tt" => self.builder.off(Mark::Code),
            "a" => self.builder.link(None),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.builder.heading(None),
            "blockquote" => self.builder.end(Holder::Quote),
            "ul" | "menu" => self.builder.end(Holder::List { ordered: false }),
            "ol" => self.builder.end(Holder::List { ordered: true }),
            "li" => self.builder.end(Holder::Item),
            name if is_block(name) => self.builder.boundary(),
            _ => {}
        }
    }

    fn end_code(&mut self) {
        if let Mode::Code { language, text, .. } = std::mem::replace(&mut self.mode, Mode::Flow) {
            let text = verbatim(&text);
            if !text.is_empty() {
                self.builder.block(Block::Code { language, text });
            }
        }
    }

    fn finish(mut self) -> Body {
        match std::mem::replace(&mut self.mode, Mode::Flow) {
            // An element that never ends says nothing about what stands in it.
            Mode::Gather { text, .. } => self.builder.flowing(&text),
            mode @ Mode::Code { .. } => {
                self.mode = mode;
                self.end_code();
            }
            Mode::Flow | Mode::Drop { .. } => {}
        }
        self.builder.finish()
    }
}

/// Verbatim text as the model has it: `\n` for line ends, none in front or behind.
pub(crate) fn verbatim(text: &str) -> String {
    let kept = |c: char| match c {
        '\u{a0}' => Some(' '),
        '\n' | '\t' => Some(c),
        c => (!c.is_control()).then_some(c),
    };
    let mut text: String = text.strip_prefix("\r\n").unwrap_or(text).chars().filter_map(kept).collect();
    text.truncate(text.trim_end_matches('\n').len());
    if text.starts_with('\n') {
        text.remove(0);
    }
    text
}

fn language_of(tag: &Tag) -> Option<String> {
    let classes = Element(tag).attr("class")?;
    classes.split_ascii_whitespace().find_map(|class| class.strip_prefix("language-")).map(str::to_owned)
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "aside"
            | "header"
            | "footer"
            | "main"
            | "nav"
            | "figure"
            | "figcaption"
            | "address"
            | "details"
            | "summary"
            | "dl"
            | "dt"
            | "dd"
            | "table"
            | "thead"
            | "tbody"
            | "tfoot"
            | "tr"
            | "caption"
            | "hr"
            | "pre"
            | "ul"
            | "ol"
            | "li"
            | "blockquote"
            | "form"
            | "fieldset"
            | "body"
            | "html"
            | "center"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
    )
}

#[cfg(test)]
mod tests;
