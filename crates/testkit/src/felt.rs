//! Who feels something about a message, by what a simulator did: whoever reacted, or wrote the line that stands for it.

use std::collections::{BTreeMap, BTreeSet};

use entente_sim::ledger::Ledger;
use serde_json::Value;

/// Accounts whose reaction stands at the first message that had this word, or who wrote a line below it in place of one; an
/// account stands there twice if two lines do.
pub fn felt(ledger: &Ledger, token: &str) -> Vec<String> {
    let mut message: Option<(String, String)> = None;
    let mut signs: BTreeSet<(String, String)> = BTreeSet::new();
    let mut lines: BTreeMap<String, String> = BTreeMap::new();
    for entry in ledger.read(0, usize::MAX) {
        let text = |key: &str| entry.change[key].as_str().unwrap_or_default().to_owned();
        let id = (["room", "chat", "channel", "session"].map(text).concat(), text("message"));
        let this = message.as_ref() == Some(&id);
        match entry.change["kind"].as_str() {
            Some("message.created")
                if message.is_none() && text("text").split(' ').any(|word| word == token) =>
            {
                message = Some(id);
            }
            Some("message.created")
                if text("text").starts_with("reacted:")
                    && message.as_ref().is_some_and(|(_, message)| {
                        // Graph says what a message answers, not whose thread it is in; Zoom writes ids in two ways.
                        [text("parent"), text("quotes")]
                            .iter()
                            .any(|below| below.eq_ignore_ascii_case(message))
                    }) =>
            {
                lines.insert(id.1, text("author"));
            }
            Some("message.deleted") => {
                let replies = entry.change["replies"].as_array().into_iter().flatten();
                for reply in replies.filter_map(Value::as_str) {
                    lines.remove(reply);
                }
                lines.remove(&id.1);
                if this {
                    signs.clear();
                }
            }
            Some("reaction.set") if this => _ = signs.insert((text("author"), text("reaction"))),
            Some("reaction.unset") if this => _ = signs.remove(&(text("author"), text("reaction"))),
            _ => {}
        }
    }
    signs.into_iter().map(|(author, _)| author).chain(lines.into_values()).collect()
}
