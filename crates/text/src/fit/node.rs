//! What is left of a body that is being cut, as queues that are taken from the front.

use std::collections::VecDeque;

use entente_model::{Block, Body, Inline, is_visible};

use crate::runs::{self, Leaf, Run};

/// A block of which the front may be gone.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// A paragraph.
    Words(VecDeque<Run>),
    Heading(u8, VecDeque<Run>),
    Code {
        language: Option<String>,
        text: String,
    },
    Quote(VecDeque<Node>),
    List {
        ordered: bool,
        items: VecDeque<VecDeque<Node>>,
    },
}

/// The nodes of these blocks, but for those that say nothing.
pub(super) fn of(blocks: &[Block]) -> VecDeque<Node> {
    blocks.iter().map(Node::new).filter(Node::is_said).collect()
}

/// A lower bound of what these cost in any measure. Nothing is looked at once it is more than `enough`.
pub(super) fn weight<'n>(nodes: impl IntoIterator<Item = &'n Node>, enough: usize) -> usize {
    let mut sum = 0_usize;
    for node in nodes {
        if sum > enough {
            break;
        }
        let left = enough - sum;
        sum = sum.saturating_add(match node {
            Node::Words(runs) | Node::Heading(_, runs) => weight_of_runs(runs, left),
            // Counting stops one behind, which tells that it was too many.
            Node::Code { text, .. } => text.chars().take(left.saturating_add(1)).count(),
            Node::Quote(inner) => weight(inner, left),
            Node::List { items, .. } => weight(items.iter().flatten(), left),
        });
    }
    sum
}

fn weight_of_runs(runs: &VecDeque<Run>, enough: usize) -> usize {
    let mut sum = 0_usize;
    for run in runs {
        if sum > enough {
            break;
        }
        sum += match &run.leaf {
            Leaf::Text(text) | Leaf::Code(text) => {
                text.chars().take((enough - sum).saturating_add(1)).count()
            }
            // A name need not be printed.
            Leaf::Mention(_) => 0,
            Leaf::Break => 1,
        };
    }
    sum
}

impl Node {
    fn new(block: &Block) -> Self {
        match block {
            Block::Paragraph(content) => Self::Words(trimmed(content)),
            Block::Heading(level, content) => Self::Heading(*level, trimmed(content)),
            Block::Code { language, text } => Self::Code { language: language.clone(), text: text.clone() },
            Block::Quote(inner) => Self::Quote(of(inner)),
            Block::List { ordered, items } => {
                let items = items.iter().map(|item| of(item)).filter(|item| !item.is_empty()).collect();
                Self::List { ordered: *ordered, items }
            }
        }
    }

    /// As a block.
    pub(super) fn block(&self) -> Block {
        let words = |runs: &VecDeque<Run>| runs::nest(runs.iter().cloned().collect());
        match self {
            Self::Words(runs) => Block::Paragraph(words(runs)),
            Self::Heading(level, runs) => Block::Heading(*level, words(runs)),
            Self::Code { language, text } => Block::Code { language: language.clone(), text: text.clone() },
            Self::Quote(inner) => Block::Quote(inner.iter().map(Self::block).collect()),
            Self::List { ordered, items } => {
                let items = items.iter().map(|item| item.iter().map(Self::block).collect()).collect();
                Block::List { ordered: *ordered, items }
            }
        }
    }

    /// The same as plain text.
    pub(super) fn plain(&self) -> Self {
        let plain = Body(vec![self.block()]).plain();
        match Body::text(plain.trim()).0.pop() {
            Some(Block::Paragraph(content)) => Self::Words(trimmed(&content)),
            _ => Self::Words(VecDeque::new()),
        }
    }

    /// Whether there is anything to see. An end is found at the front, if there is one.
    pub(super) fn is_said(&self) -> bool {
        match self {
            Self::Words(runs) | Self::Heading(_, runs) => runs.iter().any(|run| leaf_is_said(&run.leaf)),
            Self::Code { text, .. } => text.chars().any(is_visible),
            Self::Quote(inner) => inner.iter().any(Self::is_said),
            Self::List { items, .. } => items.iter().flatten().any(Self::is_said),
        }
    }
}

/// Whether there is anything to see.
pub(super) fn is_said(block: &Block) -> bool {
    match block {
        Block::Paragraph(content) | Block::Heading(_, content) => inlines_are_said(content),
        Block::Code { text, .. } => text.chars().any(is_visible),
        Block::Quote(inner) => inner.iter().any(is_said),
        Block::List { items, .. } => items.iter().flatten().any(is_said),
    }
}

fn inlines_are_said(content: &[Inline]) -> bool {
    content.iter().any(|inline| match inline {
        Inline::Text(text) | Inline::Code(text) => text.chars().any(is_visible),
        Inline::Bold(inner) | Inline::Italic(inner) | Inline::Strike(inner) => inlines_are_said(inner),
        Inline::Link { label, .. } => inlines_are_said(label),
        Inline::Mention(mention) => mention.name.chars().any(is_visible),
        Inline::Break => false,
    })
}

fn leaf_is_said(leaf: &Leaf) -> bool {
    match leaf {
        Leaf::Text(text) | Leaf::Code(text) => text.chars().any(is_visible),
        Leaf::Mention(mention) => mention.name.chars().any(is_visible),
        Leaf::Break => false,
    }
}

fn trimmed(content: &[Inline]) -> VecDeque<Run> {
    let mut runs = runs::flatten(content);
    runs::trim(&mut runs);
    runs.into()
}
