//! The body of a row, with short names because every waiting message carries them.

use entente_model::{AccountRef, Block, Body, Inline, Mention, WorkspaceRef};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) enum BlockRow {
    #[serde(rename = "p")]
    Paragraph(Vec<InlineRow>),
    #[serde(rename = "h")]
    Heading(u8, Vec<InlineRow>),
    #[serde(rename = "q")]
    Quote(Vec<BlockRow>),
    #[serde(rename = "l")]
    List(bool, Vec<Vec<BlockRow>>),
    #[serde(rename = "c")]
    Code(Option<String>, String),
}

#[derive(Serialize, Deserialize)]
pub(super) enum InlineRow {
    #[serde(rename = "t")]
    Text(String),
    #[serde(rename = "b")]
    Bold(Vec<InlineRow>),
    #[serde(rename = "i")]
    Italic(Vec<InlineRow>),
    #[serde(rename = "s")]
    Strike(Vec<InlineRow>),
    #[serde(rename = "c")]
    Code(String),
    #[serde(rename = "a")]
    Link(String, Vec<InlineRow>),
    #[serde(rename = "m")]
    Mention(String, Option<[String; 3]>),
    #[serde(rename = "e")]
    Everybody(String),
    #[serde(rename = "n")]
    Break,
}

pub(super) fn rows(body: &Body) -> Vec<BlockRow> {
    body.0.iter().map(block_row).collect()
}

pub(super) fn body(rows: Vec<BlockRow>) -> Body {
    Body(rows.into_iter().map(block).collect())
}

fn block_row(block: &Block) -> BlockRow {
    match block {
        Block::Paragraph(content) => BlockRow::Paragraph(inline_rows(content)),
        Block::Heading(level, content) => BlockRow::Heading(*level, inline_rows(content)),
        Block::Quote(inner) => BlockRow::Quote(inner.iter().map(block_row).collect()),
        Block::List { ordered, items } => {
            BlockRow::List(*ordered, items.iter().map(|item| item.iter().map(block_row).collect()).collect())
        }
        Block::Code { language, text } => BlockRow::Code(language.clone(), text.clone()),
    }
}

fn block(row: BlockRow) -> Block {
    match row {
        BlockRow::Paragraph(content) => Block::Paragraph(inlines(content)),
        BlockRow::Heading(level, content) => Block::Heading(level, inlines(content)),
        BlockRow::Quote(inner) => Block::Quote(inner.into_iter().map(block).collect()),
        BlockRow::List(ordered, items) => {
            let items = items.into_iter().map(|item| item.into_iter().map(block).collect()).collect();
            Block::List { ordered, items }
        }
        BlockRow::Code(language, text) => Block::Code { language, text },
    }
}

fn inline_rows(content: &[Inline]) -> Vec<InlineRow> {
    let row = |inline: &Inline| match inline {
        Inline::Text(text) => InlineRow::Text(text.clone()),
        Inline::Bold(inner) => InlineRow::Bold(inline_rows(inner)),
        Inline::Italic(inner) => InlineRow::Italic(inline_rows(inner)),
        Inline::Strike(inner) => InlineRow::Strike(inline_rows(inner)),
        Inline::Code(text) => InlineRow::Code(text.clone()),
        Inline::Link { url, label } => InlineRow::Link(url.clone(), inline_rows(label)),
        Inline::Mention(Mention { everybody: true, name, .. }) => InlineRow::Everybody(name.clone()),
        Inline::Mention(Mention { everybody: false, account, name }) => InlineRow::Mention(
            name.clone(),
            account.as_ref().map(|at| {
                [at.workspace.platform.to_string(), at.workspace.id.to_string(), at.id.to_string()]
            }),
        ),
        Inline::Break => InlineRow::Break,
    };
    content.iter().map(row).collect()
}

fn inlines(rows: Vec<InlineRow>) -> Vec<Inline> {
    let inline = |row| match row {
        InlineRow::Text(text) => Inline::Text(text),
        InlineRow::Bold(inner) => Inline::Bold(inlines(inner)),
        InlineRow::Italic(inner) => Inline::Italic(inlines(inner)),
        InlineRow::Strike(inner) => Inline::Strike(inlines(inner)),
        InlineRow::Code(text) => Inline::Code(text),
        InlineRow::Link(url, label) => Inline::Link { url, label: inlines(label) },
        InlineRow::Mention(name, account) => {
            let account = account.map(|[platform, workspace, id]| AccountRef {
                workspace: WorkspaceRef { platform: platform.into(), id: workspace.into() },
                id: id.into(),
            });
            Inline::Mention(Mention { everybody: false, account, name })
        }
        InlineRow::Everybody(name) => Inline::Mention(Mention { everybody: true, account: None, name }),
        InlineRow::Break => Inline::Break,
    };
    rows.into_iter().map(inline).collect()
}
