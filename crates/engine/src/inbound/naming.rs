//! Names for people whom a message mentions by id alone, as some vendors send them. Whoever is known to us has a name; others
//! are somebody.

use entente_model::{AccountRef, Block, Body, Inline, Mention};
use entente_store::StoreError;

use crate::engine::Engine;

/// Who is not known by name.
const SOMEBODY: &str = "somebody";

impl Engine {
    /// Fills in the names that are missing.
    pub(super) async fn name_people(&self, body: &mut Body) -> Result<(), StoreError> {
        let mut nameless = Vec::new();
        blocks(&mut body.0, &mut |mention| {
            if mention.name.is_empty() {
                nameless.extend(mention.account.clone());
            }
        });
        let known = if nameless.is_empty() {
            Vec::new()
        } else {
            nameless.sort();
            nameless.dedup();
            self.store.identities(&nameless).await?
        };
        let name = |account: &AccountRef| {
            let at = nameless.binary_search(account).ok()?;
            Some(known.get(at)?.as_ref()?.represented.person.name.clone())
        };
        blocks(&mut body.0, &mut |mention| {
            if mention.name.is_empty() {
                let name = mention.account.as_ref().and_then(name);
                mention.name = name.unwrap_or_else(|| SOMEBODY.to_owned());
            }
        });
        Ok(())
    }
}

/// Visits all mentions. Parsers bound how deep a body is.
fn blocks(all: &mut [Block], visit: &mut dyn FnMut(&mut Mention)) {
    for block in all {
        match block {
            Block::Paragraph(text) | Block::Heading(_, text) => inlines(text, visit),
            Block::Quote(inner) => blocks(inner, visit),
            Block::List { items, .. } => items.iter_mut().for_each(|item| blocks(item, visit)),
            Block::Code { .. } => {}
        }
    }
}

fn inlines(all: &mut [Inline], visit: &mut dyn FnMut(&mut Mention)) {
    for inline in all {
        match inline {
            Inline::Mention(mention) => visit(mention),
            Inline::Bold(inner) | Inline::Italic(inner) | Inline::Strike(inner) => inlines(inner, visit),
            Inline::Link { label, .. } => inlines(label, visit),
            Inline::Text(_) | Inline::Code(_) | Inline::Break => {}
        }
    }
}
