//! A body to Markdown that every `CommonMark` parser reads back as the same text. This file writes blocks; what stands on
//! a line is written in `inline`.
//!
//! Everything that could be markup is escaped where it could be, and left alone elsewhere, since an escape counts
//! against the length and shows where a service's parser is sloppy. What cannot be escaped (in code) is broken with an
//! invisible space if the dialect says that it means something.

use entente_model::{Block, Body, Inline, Loss};

use crate::runs::Run;
use crate::{MentionPrinter, Printed};

mod inline;
mod spaces;

use inline::Writer;

/// What a platform's Markdown can do beyond `CommonMark`, and what it must not be shown.
#[derive(Debug, Clone, Copy)]
pub struct MarkdownDialect {
    /// The mark around struck text, such as `~~`; `None` where there is none.
    pub strike: Option<&'static str>,
    /// What must not appear even in code, because the service looks for it before it reads the Markdown. Each of at
    /// least two characters.
    pub inert: &'static [&'static str],
    /// How a line ends inside a paragraph, without the line end itself: two spaces or a backslash.
    pub hard_break: &'static str,
}

impl Default for MarkdownDialect {
    fn default() -> Self {
        Self { strike: None, inert: &[], hard_break: "  " }
    }
}

/// Prints a body.
pub fn markdown_out(body: &Body, dialect: &MarkdownDialect, mention: MentionPrinter<'_>) -> Printed {
    let mut printer = Printer { w: Writer::new(dialect, mention) };
    printer.blocks(&body.0, false);
    printer.w.finish()
}

struct Printer<'a> {
    w: Writer<'a>,
}

impl Printer<'_> {
    /// Blocks with an empty line between, but for a list below its item's text.
    fn blocks(&mut self, blocks: &[Block], item: bool) {
        let mut before: Option<&Block> = None;
        let mut other_mark = false;
        let said: Vec<&Block> = blocks.iter().filter(|block| self.says_something(block)).collect();
        for block in said {
            match (before, block) {
                (None, _) => {}
                (Some(Block::Paragraph(_)), Block::List { .. }) if item => self.w.new_line(),
                _ => self.w.empty_line(),
            }
            // Two lists in a row would be one, unless their marks differ.
            other_mark = !other_mark
                && matches!((before, block), (Some(Block::List { ordered: a, .. }), Block::List { ordered: b, .. }) if a == b);
            self.block(block, other_mark);
            before = Some(block);
        }
    }

    fn block(&mut self, block: &Block, other_mark: bool) {
        match block {
            Block::Paragraph(content) => self.paragraph(content),
            Block::Heading(level, content) => {
                let marks = "######";
                self.w.raw(&marks[..usize::from((*level).clamp(1, 6))]);
                self.w.raw(" ");
                let runs = self.runs(content);
                self.w.heading(runs);
            }
            Block::Quote(inner) => {
                self.w.raw("> ");
                let outer = self.w.indent("> ");
                self.w.start_line();
                self.blocks(inner, false);
                self.w.outdent(outer);
            }
            Block::List { ordered, items } => {
                let says = |item: &&Vec<Block>| item.iter().any(|block| self.says_something(block));
                let said: Vec<&Vec<Block>> = items.iter().filter(says).collect();
                for (index, item) in said.into_iter().enumerate() {
                    if index > 0 {
                        self.w.new_line();
                    }
                    let mark = match (ordered, other_mark) {
                        (true, false) => format!("{}. ", index + 1),
                        (true, true) => format!("{}) ", index + 1),
                        (false, false) => "- ".to_owned(),
                        (false, true) => "* ".to_owned(),
                    };
                    self.w.raw(&mark);
                    let outer = self.w.indent(&" ".repeat(mark.len()));
                    self.w.start_line();
                    self.blocks(item, true);
                    self.w.outdent(outer);
                }
            }
            Block::Code { language, text } => self.code(language.as_deref(), text),
        }
    }

    /// Empty lines inside a paragraph make it several.
    fn paragraph(&mut self, content: &[Inline]) {
        let all = self.runs(content);
        for (index, lines) in inline::paragraphs(all).into_iter().enumerate() {
            if index > 0 {
                self.w.empty_line();
            }
            self.w.paragraph(lines);
        }
    }

    fn runs(&mut self, content: &[Inline]) -> Vec<Run> {
        let (runs, lost) = self.w.runs(content);
        if lost {
            self.w.out.lost(Loss::Mention);
        }
        runs
    }

    fn says_something(&self, block: &Block) -> bool {
        match block {
            Block::Paragraph(content) | Block::Heading(_, content) => !self.w.runs(content).0.is_empty(),
            Block::Quote(inner) => inner.iter().any(|block| self.says_something(block)),
            Block::List { items, .. } => items.iter().flatten().any(|block| self.says_something(block)),
            Block::Code { text, .. } => !crate::html_in::verbatim(text).is_empty(),
        }
    }

    fn code(&mut self, language: Option<&str>, text: &str) {
        let text = self.w.inert(&crate::html_in::verbatim(text));
        let fence = "`".repeat(longest_run(&text, '`').max(2) + 1);
        self.w.raw(&fence);
        if let Some(language) = language {
            let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '#' | '.' | '_');
            if language.chars().all(named) {
                self.w.raw(language);
            } else {
                self.w.out.lost(Loss::Formatting);
            }
        }
        for line in text.split('\n') {
            self.w.new_line();
            self.w.raw(line);
        }
        self.w.new_line();
        self.w.raw(&fence);
    }
}

/// The length of the longest run of `c`.
fn longest_run(text: &str, c: char) -> usize {
    let (mut longest, mut current) = (0, 0);
    for found in text.chars() {
        current = if found == c { current + 1 } else { 0 };
        longest = longest.max(current);
    }
    longest
}

#[cfg(test)]
mod tests;
