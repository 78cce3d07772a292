//! Who is called in a body. Parsers bound how deep one is.

use crate::{AccountRef, Block, Body, Inline, Mention};

impl Body {
    /// All mentions, in order.
    pub fn mentions(&self) -> Vec<&Mention> {
        let mut all = Vec::new();
        self.0.iter().for_each(|block| in_block(block, &mut all));
        all
    }

    /// All mentions, in order, to be changed.
    pub fn mentions_mut(&mut self) -> Vec<&mut Mention> {
        let mut all = Vec::new();
        self.0.iter_mut().for_each(|block| in_block_mut(block, &mut all));
        all
    }

    /// The accounts that are called, in order.
    pub fn called(&self) -> impl Iterator<Item = &AccountRef> {
        self.mentions().into_iter().filter_map(|mention| mention.account.as_ref())
    }
}

fn in_block<'a>(block: &'a Block, all: &mut Vec<&'a Mention>) {
    match block {
        Block::Paragraph(content) | Block::Heading(_, content) => in_text(content, all),
        Block::Quote(inner) => inner.iter().for_each(|block| in_block(block, all)),
        Block::List { items, .. } => items.iter().flatten().for_each(|block| in_block(block, all)),
        Block::Code { .. } => {}
    }
}

fn in_text<'a>(content: &'a [Inline], all: &mut Vec<&'a Mention>) {
    for inline in content {
        match inline {
            Inline::Mention(mention) => all.push(mention),
            Inline::Bold(inner) | Inline::Italic(inner) | Inline::Strike(inner) => in_text(inner, all),
            Inline::Link { label, .. } => in_text(label, all),
            Inline::Text(_) | Inline::Code(_) | Inline::Break => {}
        }
    }
}

fn in_block_mut<'a>(block: &'a mut Block, all: &mut Vec<&'a mut Mention>) {
    match block {
        Block::Paragraph(content) | Block::Heading(_, content) => in_text_mut(content, all),
        Block::Quote(inner) => inner.iter_mut().for_each(|block| in_block_mut(block, all)),
        Block::List { items, .. } => items.iter_mut().flatten().for_each(|block| in_block_mut(block, all)),
        Block::Code { .. } => {}
    }
}

fn in_text_mut<'a>(content: &'a mut [Inline], all: &mut Vec<&'a mut Mention>) {
    for inline in content {
        match inline {
            Inline::Mention(mention) => all.push(mention),
            Inline::Bold(inner) | Inline::Italic(inner) | Inline::Strike(inner) => in_text_mut(inner, all),
            Inline::Link { label, .. } => in_text_mut(label, all),
            Inline::Text(_) | Inline::Code(_) | Inline::Break => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_are_found_wherever_they_stand_in_order() {
        let call =
            |name: &str| Inline::Mention(Mention { everybody: false, account: None, name: name.to_owned() });
        let label = Inline::Link { url: "https://a.example".to_owned(), label: vec![call("b")] };
        let mut body = Body(vec![
            Block::Heading(1, vec![call("a"), label]),
            Block::Quote(vec![Block::Paragraph(vec![Inline::Bold(vec![Inline::Italic(vec![call("c")])])])]),
            Block::Code { language: None, text: "@nobody".to_owned() },
            Block::List { ordered: false, items: vec![vec![], vec![Block::Paragraph(vec![call("d")])]] },
        ]);
        let names = |body: &Body| body.mentions().iter().map(|one| one.name.clone()).collect::<String>();
        assert_eq!(names(&body), "abcd");
        body.mentions_mut().into_iter().for_each(|mention| mention.name.make_ascii_uppercase());
        assert_eq!(names(&body), "ABCD");
        assert_eq!(body.called().count(), 0);
    }
}
