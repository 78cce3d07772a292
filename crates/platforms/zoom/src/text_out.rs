//! A body to what Zoom shows: plain text, and formats as ranges of it. "Send a chat message", `message` and `rich_text`.
//!
//! Nothing in the text is markup and nothing in it calls anybody: a mention needs an entry of `at_items`, which is for
//! channels, so in a direct conversation a name stays a name. Of mentions only that of everybody is made. Formats of lines (quote, list, heading) spread over whole
//! lines and clear one another, so what is nested deeper is flattened to what Zoom can show, and that is told.
//!
//! Positions are counted in UTF-16 units. The reference does not say so; Zoom's clients are programs in which a text is
//! such units, and only a text with signs beyond the basic plane before a format can tell the difference.

use entente_model::{Block, Body, Inline, Loss};
use entente_text::fit;
use entente_text::runs::{Leaf, Run, flatten, trim, uncontrolled};

use crate::profile::MAX_TEXT;
use crate::wire::outgoing::{Call, Range};

/// What everybody is called by. Zoom shows what the text has there.
const EVERYBODY: &str = "@all";

/// A body as Zoom takes it.
#[derive(Debug, Default)]
pub(crate) struct Printed {
    pub(crate) message: String,
    pub(crate) ranges: Vec<Range>,
    pub(crate) calls: Vec<Call>,
    pub(crate) losses: Vec<Loss>,
}

/// Prints a body.
pub(crate) fn print(body: &Body) -> Printed {
    let mut out = Printer { addresses: false, ..Printer::default() };
    out.blocks(&body.0, Within::Nothing);
    out.printed
}

/// Prints a body for an edit, which takes no ranges ("Update a message"): addresses are written out where there is room.
pub(crate) fn print_plain(body: &Body) -> Printed {
    let mut full = Printer { addresses: true, ..Printer::default() };
    full.blocks(&body.0, Within::Nothing);
    let mut printed = if units(&full.printed.message) <= MAX_TEXT { full.printed } else { print(body) };
    if !printed.ranges.is_empty() {
        lost(&mut printed.losses, Loss::Formatting);
        printed.ranges.clear();
    }
    if !printed.calls.is_empty() {
        lost(&mut printed.losses, Loss::Mention);
        printed.calls.clear();
    }
    printed
}

/// The parts of a body, each short enough for one message.
pub(crate) fn split(body: Body) -> Vec<Body> {
    fit(body, MAX_TEXT, &|body| units(&print(body).message))
}

/// The length of a text as positions and limits count it.
pub(crate) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// What holds the blocks that are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Quote,
}

#[derive(Default)]
struct Printer {
    printed: Printed,
    /// Length of the message so far.
    at: usize,
    /// Where the last format of lines ended.
    lines_end: Option<usize>,
    /// Whether addresses of links are written out.
    addresses: bool,
}

impl Printer {
    fn blocks(&mut self, blocks: &[Block], within: Within) {
        for block in blocks {
            match block {
                Block::Paragraph(content) => self.paragraph(content, within),
                Block::Heading(level, content) => self.heading(*level, content, within),
                Block::Quote(inner) if within == Within::Nothing => {
                    let begin = self.begin_block(1);
                    let before = self.printed.ranges.len();
                    self.blocks(inner, Within::Quote);
                    self.lines(begin, "Quote", before);
                }
                Block::Quote(inner) => {
                    self.lose(Loss::Formatting);
                    self.blocks(inner, within);
                }
                Block::List { ordered, items } => self.list(*ordered, items, within),
                Block::Code { text, .. } => self.code(text),
            }
        }
    }

    /// Ends the line before, with an empty one more between paragraphs, and says where the next one begins.
    fn begin_block(&mut self, ends: usize) -> usize {
        if self.at > 0 {
            (0..ends).for_each(|_| self.push("\n"));
        }
        self.at
    }

    fn push(&mut self, text: &str) {
        self.printed.message.push_str(text);
        self.at += units(text);
    }

    fn lose(&mut self, loss: Loss) {
        lost(&mut self.printed.losses, loss);
    }

    fn paragraph(&mut self, content: &[Inline], within: Within) {
        let mut runs = flatten(content);
        trim(&mut runs);
        if runs.is_empty() {
            return;
        }
        // Between plain paragraphs only an empty line shows that there are two.
        let ends = if self.plain_before() || within == Within::Quote { 2 } else { 1 };
        let begins_quote = within == Within::Quote && self.printed.message.ends_with('\n');
        if !begins_quote {
            self.begin_block(ends);
        }
        self.runs(&runs, within);
    }

    /// Whether what was printed last is plain lines.
    fn plain_before(&self) -> bool {
        self.lines_end != Some(self.at)
    }

    fn heading(&mut self, level: u8, content: &[Inline], within: Within) {
        let mut runs = flatten(content);
        trim(&mut runs);
        if runs.is_empty() {
            return;
        }
        if within == Within::Quote {
            self.lose(Loss::Formatting);
            return self.paragraph(content, within);
        }
        let begin = self.begin_block(1);
        let before = self.printed.ranges.len();
        self.runs(&one_line(runs), within);
        if level > 3 {
            self.lose(Loss::Formatting);
        }
        let name = ["h1", "h2", "h3"][usize::from(level.clamp(1, 3)) - 1];
        self.lines(begin, "Paragraph", before);
        if let Some(range) = self.printed.ranges.get_mut(before) {
            range.format_attr = Some(name.to_owned());
        }
    }

    fn list(&mut self, ordered: bool, items: &[Vec<Block>], within: Within) {
        let mut lines = Vec::new();
        for item in items {
            self.item(item, &mut lines);
        }
        if lines.is_empty() {
            return;
        }
        let continued = within == Within::Quote && self.printed.message.ends_with('\n');
        let begin = if continued { self.at } else { self.begin_block(1) };
        let before = self.printed.ranges.len();
        for (index, line) in lines.iter().enumerate() {
            if index > 0 {
                self.push("\n");
            }
            self.runs(line, within);
        }
        if within == Within::Quote {
            // A list clears the quote that it stands in.
            self.lose(Loss::Formatting);
        } else {
            self.lines(begin, if ordered { "NumberedList" } else { "BulletedList" }, before);
        }
    }

    /// An item's lines: one for its text, and one for each item of the lists in it, which are shown on its own level.
    fn item(&mut self, item: &[Block], lines: &mut Vec<Vec<Run>>) {
        let mut own: Vec<Run> = Vec::new();
        for block in item {
            let runs = match block {
                Block::Paragraph(content) => flatten(content),
                Block::Heading(_, content) => {
                    self.lose(Loss::Formatting);
                    flatten(content)
                }
                Block::Code { text, .. } => {
                    self.lose(Loss::Formatting);
                    flatten(&[Inline::Text(text.clone())])
                }
                Block::Quote(inner) => {
                    self.lose(Loss::Formatting);
                    let mut quoted = Vec::new();
                    self.item(inner, &mut quoted);
                    quoted.into_iter().flatten().collect()
                }
                Block::List { items, .. } => {
                    self.lose(Loss::Formatting);
                    flush(&mut own, lines);
                    for item in items {
                        self.item(item, lines);
                    }
                    continue;
                }
            };
            let mut runs = one_line(runs);
            trim(&mut runs);
            if !own.is_empty() && !runs.is_empty() {
                // A second paragraph would be a second item.
                self.lose(Loss::Formatting);
                own.push(space());
            }
            own.extend(runs);
        }
        flush(&mut own, lines);
    }

    /// Zoom has no format for code: its lines stay as they are, among the text.
    fn code(&mut self, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        self.lose(Loss::Formatting);
        let ends = if self.plain_before() { 2 } else { 1 };
        if !self.printed.message.ends_with('\n') {
            self.begin_block(ends);
        }
        for (index, line) in text.trim_matches('\n').split('\n').enumerate() {
            if index > 0 {
                self.push("\n");
            }
            // Tabs are the only controls that mean something in code.
            let line: Vec<String> = line.split('\t').map(uncontrolled).collect();
            self.push(&line.join("    "));
        }
    }

    /// Text with its formats. In a quote only links and italics outlive it.
    fn runs(&mut self, runs: &[Run], within: Within) {
        let mut open: [Option<usize>; 3] = [None; 3];
        let mut link: Option<usize> = None;
        for (index, run) in runs.iter().enumerate() {
            let begin = self.at;
            match &run.leaf {
                Leaf::Break => {
                    self.push("\n");
                    // No link crosses a line.
                    link = None;
                    continue;
                }
                Leaf::Text(text) => self.push(text),
                Leaf::Code(text) => {
                    self.lose(Loss::Formatting);
                    self.push(text);
                }
                Leaf::Mention(mention) if mention.everybody => {
                    self.push(EVERYBODY);
                    let (start_position, end_position) = (begin, self.at);
                    self.printed.calls.push(Call { at_type: 2, start_position, end_position });
                }
                Leaf::Mention(mention) => {
                    self.lose(Loss::Mention);
                    self.push(&uncontrolled(&mention.name));
                }
            }
            let styles =
                [("Bold", run.style.bold), ("Italic", run.style.italic), ("Strikethrough", run.style.strike)];
            for ((name, on), open) in styles.into_iter().zip(&mut open) {
                if on && within == Within::Quote && name != "Italic" {
                    lost(&mut self.printed.losses, Loss::Formatting);
                    continue;
                }
                *open = if on { self.range(*open, begin, name, None) } else { None };
            }
            let address = run.link.as_deref().filter(|_| self.at > begin);
            let continues = index > 0 && runs[index - 1].link == run.link;
            link = match address {
                Some(url) if is_web(url) => {
                    self.range(link.filter(|_| continues), begin, "AddLink", Some(url))
                }
                Some(_) => {
                    self.lose(Loss::Formatting);
                    None
                }
                None => None,
            };
            let ends = runs.get(index + 1).is_none_or(|next| next.link != run.link);
            if let (true, true, Some(url)) = (self.addresses, ends, address)
                && !self.printed.message.ends_with(url)
            {
                self.push(&format!(" ({url})"));
            }
        }
    }

    /// A range from `begin` to here, or the one before it made longer.
    fn range(
        &mut self,
        open: Option<usize>,
        begin: usize,
        name: &'static str,
        attr: Option<&str>,
    ) -> Option<usize> {
        let end = self.at;
        if let Some(index) = open {
            self.printed.ranges[index].end_position = end;
            return open;
        }
        if end == begin {
            return None;
        }
        self.printed.ranges.push(Range {
            start_position: begin,
            end_position: end,
            format_type: name,
            format_attr: attr.map(str::to_owned),
        });
        Some(self.printed.ranges.len() - 1)
    }

    /// A format of the lines from `begin` to here, before the formats in them: each clears some of those before it.
    fn lines(&mut self, begin: usize, name: &'static str, before: usize) {
        if self.at > begin {
            let range =
                Range { start_position: begin, end_position: self.at, format_type: name, format_attr: None };
            self.printed.ranges.insert(before, range);
            self.lines_end = Some(self.at);
        }
    }
}

fn lost(losses: &mut Vec<Loss>, loss: Loss) {
    if !losses.contains(&loss) {
        losses.push(loss);
    }
}

fn flush(own: &mut Vec<Run>, lines: &mut Vec<Vec<Run>>) {
    trim(own);
    if !own.is_empty() {
        lines.push(std::mem::take(own));
    }
}

/// The same on one line.
fn one_line(mut runs: Vec<Run>) -> Vec<Run> {
    for run in &mut runs {
        if run.leaf == Leaf::Break {
            run.leaf = Leaf::Text(" ".to_owned());
        }
    }
    runs
}

fn space() -> Run {
    Run { style: entente_text::runs::Style::default(), link: None, leaf: Leaf::Text(" ".to_owned()) }
}

/// `AddLink`: "must be a valid URL, with an `http` or `https` prefix".
fn is_web(url: &str) -> bool {
    url.split_once(':').is_some_and(|(scheme, _)| {
        scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
    })
}

#[cfg(test)]
mod tests;
