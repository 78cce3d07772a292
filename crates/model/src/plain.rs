//! A body as plain text: readable, for quotes and notices, and canonical, for recognising our own message by what it
//! says, whatever a platform did to its markup.

use crate::body::{Block, Body, Inline};

impl Body {
    /// The text as people would read it aloud: blocks on lines of their own, markup gone, labels instead of addresses.
    pub fn plain(&self) -> String {
        let mut out = String::new();
        blocks(&self.0, &mut out);
        out.truncate(out.trim_end().len());
        out
    }

    /// The letters and digits and signs of [`Body::plain`] without any white space, so that two texts are equal when they
    /// say the same, however a platform broke their lines or marked their lists.
    pub fn canonical(&self) -> String {
        self.plain().chars().filter(|c| is_visible(*c)).collect()
    }

    /// The first line of [`Body::plain`], at most `max` characters, with an ellipsis when something is missing.
    pub fn first_line(&self, max: usize) -> String {
        let plain = self.plain();
        let line = plain.lines().next().unwrap_or_default();
        let cut: String = line.chars().take(max).collect();
        if cut.len() < plain.len() { format!("{}…", cut.trim_end()) } else { cut }
    }
}

/// Whether a character says something: no white space, and none of the joiners, marks and controls that platforms add and drop
/// at will.
pub fn is_visible(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !is_joiner(c)
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe0e}' | '\u{fe0f}' | '\u{ad}')
}

fn blocks(blocks: &[Block], out: &mut String) {
    for block in blocks {
        match block {
            Block::Paragraph(content) | Block::Heading(_, content) => inlines(content, out),
            Block::Quote(inner) => self::blocks(inner, out),
            Block::List { items, .. } => items.iter().for_each(|item| self::blocks(item, out)),
            Block::Code { text, .. } => out.push_str(text),
        }
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
    }
}

fn inlines(content: &[Inline], out: &mut String) {
    for inline in content {
        match inline {
            Inline::Text(text) | Inline::Code(text) => out.push_str(text),
            Inline::Bold(inner) | Inline::Italic(inner) | Inline::Strike(inner) => inlines(inner, out),
            Inline::Link { label, .. } => inlines(label, out),
            Inline::Mention(mention) => out.push_str(&mention.name),
            Inline::Break => out.push('\n'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_text_forgets_lines_and_markup() {
        let list = Block::List {
            ordered: true,
            items: vec![vec![Block::Paragraph(vec![Inline::Text("a b".into())])]],
        };
        let body = Body(vec![
            Block::Paragraph(vec![Inline::Bold(vec![Inline::Text("x".into())]), Inline::Break]),
            list,
        ]);
        assert_eq!(body.plain(), "x\na b");
        assert_eq!(body.canonical(), "xab");
        assert_eq!(Body::text("x\u{a0}a\r\n b").canonical(), body.canonical());
    }

    #[test]
    fn the_first_line_tells_when_more_follows() {
        assert_eq!(Body::text("one\ntwo").first_line(10), "one…");
        assert_eq!(Body::text("one").first_line(10), "one");
        assert_eq!(Body::text("one two").first_line(4), "one…");
    }
}
