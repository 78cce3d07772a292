//! A body to HTML. The dialect is an allow-list: what a platform does not show becomes something that it does, and the
//! loss is told. All text is escaped here and nowhere else.

use entente_model::{Block, Body, Loss};

use crate::html_in::verbatim;
use crate::runs::{self, Leaf, Run};
use crate::{MentionPrinter, Printed};

/// What a platform shows.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate fact about a platform")]
pub struct HtmlDialect {
    /// The deepest heading; deeper ones are printed as this, and 0 makes all of them bold paragraphs.
    pub headings: u8,
    /// Bulleted and numbered lists; otherwise lines with a mark in front.
    pub lists: bool,
    /// Quotes.
    pub quotes: bool,
    /// The name of the element for struck text.
    pub strike: Option<&'static str>,
    /// Inline code.
    pub code: bool,
    /// Prints a block of code from its language and its escaped text. `None`: `<pre><code>`.
    pub code_block: Option<fn(&mut String, Option<&str>, &str)>,
    /// Links; otherwise the label alone.
    pub links: bool,
}

impl Default for HtmlDialect {
    /// Everything, in the plainest elements.
    fn default() -> Self {
        Self {
            headings: 6,
            lists: true,
            quotes: true,
            strike: Some("s"),
            code: true,
            code_block: None,
            links: true,
        }
    }
}

/// Prints a body.
pub fn html_out(body: &Body, dialect: &HtmlDialect, mention: MentionPrinter<'_>) -> Printed {
    let mut printer = Printer { out: Printed::default(), dialect, mention };
    printer.blocks(&body.0);
    printer.out
}

/// Adds text with everything that means something in HTML escaped.
pub fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

struct Printer<'a> {
    out: Printed,
    dialect: &'a HtmlDialect,
    mention: MentionPrinter<'a>,
}

impl Printer<'_> {
    fn raw(&mut self, markup: &str) {
        self.out.text.push_str(markup);
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Paragraph(content) => {
                self.raw("<p>");
                self.runs(runs::flatten(content));
                self.raw("</p>");
            }
            Block::Heading(_, content) if self.dialect.headings == 0 => {
                self.out.lost(Loss::Formatting);
                let mut runs = runs::flatten(content);
                for run in &mut runs {
                    run.style.bold = true;
                }
                self.raw("<p>");
                self.runs(runs);
                self.raw("</p>");
            }
            Block::Heading(level, content) => {
                let level = (*level).clamp(1, self.dialect.headings.min(6));
                let digit = char::from(b'0' + level);
                self.raw("<h");
                self.out.text.push(digit);
                self.raw(">");
                self.runs(runs::flatten(content));
                self.raw("</h");
                self.out.text.push(digit);
                self.raw(">");
            }
            Block::Quote(inner) if self.dialect.quotes => {
                self.raw("<blockquote>");
                self.blocks(inner);
                self.raw("</blockquote>");
            }
            Block::Quote(inner) => {
                self.out.lost(Loss::Formatting);
                self.blocks(inner);
            }
            Block::List { ordered, items } if self.dialect.lists => {
                self.raw(if *ordered { "<ol>" } else { "<ul>" });
                for item in items {
                    self.raw("<li>");
                    match item.as_slice() {
                        // A lone paragraph stands close to its mark.
                        [Block::Paragraph(content), rest @ ..] if !rest.iter().any(is_paragraph) => {
                            self.runs(runs::flatten(content));
                            self.blocks(rest);
                        }
                        blocks => self.blocks(blocks),
                    }
                    self.raw("</li>");
                }
                self.raw(if *ordered { "</ol>" } else { "</ul>" });
            }
            Block::List { ordered, items } => {
                self.out.lost(Loss::Formatting);
                for (index, item) in items.iter().enumerate() {
                    self.raw("<p>");
                    let mark = if *ordered { format!("{}. ", index + 1) } else { "• ".to_owned() };
                    self.raw(&mark);
                    let rest = match item.as_slice() {
                        [Block::Paragraph(content), rest @ ..] => {
                            self.runs(runs::flatten(content));
                            rest
                        }
                        blocks => blocks,
                    };
                    self.raw("</p>");
                    self.blocks(rest);
                }
            }
            Block::Code { language, text } => {
                let mut escaped = String::with_capacity(text.len());
                escape(&mut escaped, &verbatim(text));
                if let Some(print) = self.dialect.code_block {
                    return print(&mut self.out.text, language.as_deref(), &escaped);
                }
                self.raw("<pre><code");
                if let Some(language) = language {
                    self.raw(" class=\"language-");
                    escape(&mut self.out.text, language);
                    self.raw("\"");
                }
                self.raw(">");
                self.raw(&escaped);
                self.raw("</code></pre>");
            }
        }
    }

    /// Prints runs, opening and closing only what changes from one to the next. Nested link, bold, italic, strike.
    fn runs(&mut self, mut runs: Vec<Run>) {
        runs::trim(&mut runs);
        let mut open: Vec<Tag> = Vec::with_capacity(4);
        let mut spaced = true;
        for run in &runs {
            let wanted = self.tags(run);
            let kept = open.iter().zip(&wanted).take_while(|(open, wanted)| open == wanted).count();
            for tag in open.drain(kept..).rev() {
                self.close(&tag);
            }
            for tag in wanted.into_iter().skip(kept) {
                self.open(&tag);
                open.push(tag);
            }
            match &run.leaf {
                Leaf::Text(text) => spaced = self.text(text, spaced),
                Leaf::Break => {
                    self.raw("<br>");
                    spaced = true;
                }
                Leaf::Code(text) => {
                    if self.dialect.code {
                        self.raw("<code>");
                        spaced = self.text(text, true);
                        self.raw("</code>");
                    } else {
                        self.out.lost(Loss::Formatting);
                        spaced = self.text(text, spaced);
                    }
                }
                Leaf::Mention(mention) => {
                    if let Some(markup) = (self.mention)(mention) {
                        self.raw(&markup);
                    } else {
                        self.out.lost(Loss::Mention);
                        self.text(&mention.name, false);
                    }
                    spaced = false;
                }
            }
        }
        for tag in open.into_iter().rev() {
            self.close(&tag);
        }
    }

    fn tags(&mut self, run: &Run) -> Vec<Tag> {
        let mut tags = Vec::with_capacity(4);
        if let Some(url) = &run.link {
            if self.dialect.links {
                tags.push(Tag::Link(url.clone()));
            } else {
                self.out.lost(Loss::Formatting);
            }
        }
        if run.style.bold {
            tags.push(Tag::Named("strong"));
        }
        if run.style.italic {
            tags.push(Tag::Named("em"));
        }
        match self.dialect.strike {
            Some(name) if run.style.strike => tags.push(Tag::Named(name)),
            None if run.style.strike => self.out.lost(Loss::Formatting),
            _ => {}
        }
        tags
    }

    fn open(&mut self, tag: &Tag) {
        match tag {
            Tag::Named(name) => {
                self.raw("<");
                self.raw(name);
                self.raw(">");
            }
            Tag::Link(url) => {
                self.raw("<a href=\"");
                escape(&mut self.out.text, url);
                self.raw("\">");
            }
        }
    }

    fn close(&mut self, tag: &Tag) {
        self.raw("</");
        self.raw(match tag {
            Tag::Named(name) => name,
            Tag::Link(_) => "a",
        });
        self.raw(">");
    }

    /// Text whose spaces stay: those that HTML would swallow become no-break spaces. Tells whether it ended in one.
    fn text(&mut self, text: &str, mut spaced: bool) -> bool {
        let mut plain = 0;
        for (at, _) in text.match_indices(' ') {
            let before = &text[plain..at];
            spaced = spaced && before.is_empty();
            escape(&mut self.out.text, before);
            self.raw(if spaced { "&nbsp;" } else { " " });
            spaced = true;
            plain = at + 1;
        }
        escape(&mut self.out.text, &text[plain..]);
        spaced && plain == text.len()
    }
}

#[derive(PartialEq)]
enum Tag {
    Named(&'static str),
    Link(std::rc::Rc<str>),
}

fn is_paragraph(block: &Block) -> bool {
    matches!(block, Block::Paragraph(_))
}

#[cfg(test)]
mod tests;
