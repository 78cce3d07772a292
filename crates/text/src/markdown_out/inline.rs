//! Writes what stands on a line.
//!
//! `CommonMark` decides by its neighbours whether a `*` opens, closes or is a star. Three measures make every one of ours
//! what it is meant to be: white space is moved out of styled text; two marks in a row are kept apart by a zero-width
//! space; and where a sign inside meets a letter outside (`**"so"**x`), a zero-width space goes between sign and mark.

use entente_model::{Inline, Loss};

use super::spaces;
use crate::runs::{Leaf, Run, Style};
use crate::{MarkdownDialect, MentionPrinter, Printed};

/// Seen by nobody, and neither white space nor punctuation.
const NOTHING: char = '\u{200b}';

/// Where on its line the text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    /// After nothing but digits, which a dot would make a list.
    Digits,
    Middle,
}

pub(super) struct Writer<'a> {
    pub(super) out: Printed,
    dialect: &'a MarkdownDialect,
    mention: MentionPrinter<'a>,
    /// What every line begins with.
    prefix: String,
    at: At,
    /// A mark that opened just now, after a letter: a sign next would undo it.
    opened: bool,
    /// Whether line ends are spaces.
    one_line: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(dialect: &'a MarkdownDialect, mention: MentionPrinter<'a>) -> Self {
        Self {
            out: Printed::default(),
            dialect,
            mention,
            prefix: String::new(),
            at: At::Start,
            opened: false,
            one_line: false,
        }
    }

    pub(super) fn finish(self) -> Printed {
        self.out
    }

    /// Writes markup.
    pub(super) fn raw(&mut self, markup: &str) {
        self.out.text.push_str(markup);
    }

    /// The runs of some text, with a plain name for everybody who cannot be called, and nothing at the ends. Nothing at all, if
    /// there is nothing to be seen.
    pub(super) fn runs(&self, content: &[Inline]) -> (Vec<Run>, bool) {
        let mut runs = crate::runs::flatten(content);
        let mut lost = false;
        for run in &mut runs {
            if let Leaf::Mention(mention) = &run.leaf
                && (self.mention)(mention).is_none()
            {
                run.leaf = Leaf::Text(crate::runs::uncontrolled(&mention.name));
                lost = true;
            }
        }
        crate::runs::trim(&mut runs);
        (runs, lost)
    }

    /// What follows stands at the beginning of a line or of an item.
    pub(super) fn start_line(&mut self) {
        self.at = At::Start;
    }

    /// Lines from the next one on begin with this too. Gives back what [`Writer::outdent`] needs.
    pub(super) fn indent(&mut self, with: &str) -> usize {
        let outer = self.prefix.len();
        self.prefix.push_str(with);
        outer
    }

    pub(super) fn outdent(&mut self, outer: usize) {
        self.prefix.truncate(outer);
    }

    pub(super) fn new_line(&mut self) {
        self.out.text.push('\n');
        self.out.text.push_str(&self.prefix);
        self.at = At::Start;
    }

    pub(super) fn empty_line(&mut self) {
        self.out.text.push('\n');
        self.out.text.push_str(self.prefix.trim_end());
        self.new_line();
    }

    /// Breaks what must not appear even in code.
    pub(super) fn inert(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for bad in self.dialect.inert {
            let mut chars = bad.chars();
            if let Some(first) = chars.next() {
                text = text.replace(bad, &format!("{first}{NOTHING}{}", chars.as_str()));
            }
        }
        text
    }

    pub(super) fn heading(&mut self, runs: Vec<Run>) {
        self.one_line = true;
        self.paragraph(runs);
        self.one_line = false;
    }

    /// Writes runs.
    pub(super) fn paragraph(&mut self, mut runs: Vec<Run>) {
        if self.dialect.strike.is_none() {
            for run in runs.iter_mut().filter(|run| run.style.strike) {
                run.style.strike = false;
                self.out.lost(Loss::Formatting);
            }
        }
        crate::runs::trim(&mut runs);
        let runs = spaces::out(runs);
        let mut open: Vec<Tag> = Vec::with_capacity(4);
        for (index, run) in runs.iter().enumerate() {
            let wanted = self.tags(run);
            let kept = open.iter().zip(&wanted).take_while(|(open, wanted)| open == wanted).count();
            let spaced = kept == wanted.len() && is_space(run);
            self.close(&mut open, kept, spaced);
            for tag in wanted.into_iter().skip(kept) {
                self.open(&tag);
                open.push(tag);
            }
            let before_link = runs.get(index + 1).is_none_or(|next| next.link != run.link);
            self.leaf(&run.leaf, before_link, run.link.is_some());
        }
        self.close(&mut open, 0, true);
    }

    fn tags(&self, run: &Run) -> Vec<Tag> {
        let Style { bold, italic, strike } = run.style;
        let mut tags = Vec::with_capacity(4);
        tags.extend(run.link.clone().map(Tag::Link));
        tags.extend(bold.then_some(Tag::Mark("**")));
        tags.extend(italic.then_some(Tag::Mark("*")));
        tags.extend(self.dialect.strike.filter(|_| strike).map(Tag::Mark));
        tags
    }

    fn open(&mut self, tag: &Tag) {
        match tag {
            Tag::Link(_) => {
                self.before_sign('[');
                self.raw("[");
            }
            Tag::Mark(mark) => {
                self.before_sign('*');
                let last = self.out.text.chars().next_back();
                let free = last.is_none_or(|last| last.is_whitespace() || last.is_ascii_punctuation());
                self.raw(mark);
                self.opened = !free;
            }
        }
        self.at = At::Middle;
    }

    /// Closes down to `kept`; `spaced` tells whether white space or the end follows.
    fn close(&mut self, open: &mut Vec<Tag>, kept: usize, spaced: bool) {
        while open.len() > kept {
            let Some(tag) = open.pop() else { return };
            self.opened = false;
            match tag {
                Tag::Mark(mark) => {
                    let last = self.out.text.chars().next_back().unwrap_or(' ');
                    let alone = spaced && open.len() == kept;
                    if mark.starts_with(last) || (is_sign(last) && !alone) {
                        self.out.text.push(NOTHING);
                    }
                    self.raw(mark);
                }
                Tag::Link(url) => {
                    self.raw("](");
                    destination(&mut self.out.text, &url);
                    self.raw(")");
                }
            }
        }
    }

    /// Keeps a sign that is about to be written from undoing what stands before it.
    fn before_sign(&mut self, sign: char) {
        let last = self.out.text.chars().next_back();
        let touches = matches!(sign, '*' | '`') && matches!(last, Some('*' | '~' | '`'));
        if std::mem::take(&mut self.opened) || touches {
            self.out.text.push(NOTHING);
        }
    }

    fn leaf(&mut self, leaf: &Leaf, last_of_its_link: bool, linked: bool) {
        match leaf {
            Leaf::Text(text) => self.text(text, last_of_its_link),
            Leaf::Code(text) => self.code(text, linked),
            Leaf::Mention(mention) => {
                self.before_sign('<');
                let markup = (self.mention)(mention).unwrap_or_default();
                self.raw(&markup);
                self.at = At::Middle;
            }
            Leaf::Break if self.one_line => self.text(" ", false),
            Leaf::Break => {
                let kept = self.out.text.trim_end_matches(' ').len();
                self.out.text.truncate(kept);
                self.raw(self.dialect.hard_break);
                self.new_line();
            }
        }
    }

    fn code(&mut self, text: &str, linked: bool) {
        let mut text = self.inert(text);
        if linked {
            // At the beginning of a paragraph it would define a reference: that is looked for before code is.
            text = text.replace("]:", &format!("]{NOTHING}:"));
        }
        let fence = "`".repeat(super::longest_run(&text, '`') + 1);
        self.before_sign('`');
        self.raw(&fence);
        let blank = text.chars().all(|c| c == ' ');
        let padded = text.starts_with('`')
            || text.ends_with('`')
            || (!blank && text.starts_with(' ') && text.ends_with(' '));
        let pad = if padded { " " } else { "" };
        self.raw(pad);
        self.raw(&text);
        self.raw(pad);
        self.raw(&fence);
        self.at = At::Middle;
    }

    /// Text, escaped where it could mean something.
    fn text(&mut self, text: &str, link_may_follow: bool) {
        let mut chars = text.chars().peekable();
        let mut before: Option<char> = None;
        while let Some(c) = chars.next() {
            let next = chars.peek().copied();
            if self.opened && is_sign(c) {
                self.before_sign(c);
            }
            self.opened = false;
            let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let escaped = match c {
                ' ' if self.at == At::Start => {
                    self.out.text.push('\u{a0}');
                    before = Some(c);
                    continue;
                }
                '<' => {
                    self.raw("&lt;");
                    self.at = At::Middle;
                    before = Some(c);
                    continue;
                }
                '&' if next.is_none_or(|next| next == '#' || next.is_alphanumeric()) => {
                    self.raw("&amp;");
                    self.at = At::Middle;
                    before = Some(c);
                    continue;
                }
                '\\' | '`' | '*' | '[' | ']' | '~' => true,
                '_' => !(word(before) && word(next)),
                '#' => self.at == At::Start || self.one_line,
                '>' | '+' | '-' | '=' | '|' | ':' => self.at == At::Start,
                '.' | ')' => self.at == At::Digits,
                '!' => next.is_none() && link_may_follow,
                _ => false,
            };
            self.at = match self.at {
                At::Start | At::Digits if c.is_ascii_digit() => At::Digits,
                _ => At::Middle,
            };
            if escaped {
                self.out.text.push('\\');
            }
            self.out.text.push(c);
            before = Some(c);
        }
    }
}

#[derive(PartialEq)]
enum Tag {
    Mark(&'static str),
    Link(std::rc::Rc<str>),
}

/// Whether `CommonMark` counts it as punctuation. Signs it does not count do no harm here.
fn is_sign(c: char) -> bool {
    !c.is_alphanumeric() && c != NOTHING
}

fn is_space(run: &Run) -> bool {
    match &run.leaf {
        Leaf::Break => true,
        Leaf::Text(text) => text.starts_with(char::is_whitespace),
        _ => false,
    }
}

/// A cleaned address, with what ends a destination or means something in one escaped.
fn destination(out: &mut String, url: &str) {
    for c in url.chars() {
        match c {
            '(' | ')' | '*' | '_' | '[' | ']' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
}

/// The paragraphs that empty lines make of some runs.
pub(super) fn paragraphs(runs: Vec<Run>) -> Vec<Vec<Run>> {
    let mut all = vec![Vec::new()];
    let mut breaks = 0;
    for run in runs {
        let blank = matches!(&run.leaf, Leaf::Text(text) if text.trim().is_empty());
        if matches!(run.leaf, Leaf::Break) {
            breaks += 1;
        } else if !blank {
            if breaks > 1 {
                all.last_mut().map(crate::runs::trim);
                all.push(Vec::new());
            }
            breaks = 0;
        }
        if let Some(last) = all.last_mut() {
            last.push(run);
        }
    }
    all
}
