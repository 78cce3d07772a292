//! The judge: reads the simulators' ledgers and nothing else, and says of what was written on one side what stands on
//! the other: lost, doubled, reordered, out of date, or by the wrong author.

use std::collections::BTreeMap;
use std::fmt;

use entente_sim::ledger::Ledger;
use serde_json::Value;

/// Something that was written on one side, as it should stand on the other. In the order in which it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Which conversation it belongs to, by any name; order counts within it.
    pub conversation: String,
    /// The account that should have written it there.
    pub author: String,
    /// Its first word, behind the name that may stand in front; unique within a run, while what follows may change.
    pub token: String,
    /// What it should say at the end, token and name included; `None` when it was taken back.
    pub text: Option<String>,
}

impl Said {
    /// Something that is never changed; its first word must be unique.
    pub fn once(conversation: &str, author: &str, text: &str) -> Self {
        Self {
            conversation: conversation.to_owned(),
            author: author.to_owned(),
            token: token(text).to_owned(),
            text: Some(text.to_owned()),
        }
    }
}

/// What the judge found, by token. Empty when everything is as it should be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Does not stand there.
    pub lost: Vec<String>,
    /// Stands there more than once.
    pub doubled: Vec<String>,
    /// Stands after one that was written later.
    pub reordered: Vec<String>,
    /// Says something else than it should at the end, or stands although it was taken back.
    pub outdated: Vec<String>,
    /// By another author than it should be by.
    pub misattributed: Vec<String>,
}

impl Verdict {
    /// Whether everything is as it should be.
    pub fn is_clean(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [
            ("lost", &self.lost),
            ("doubled", &self.doubled),
            ("reordered", &self.reordered),
            ("outdated", &self.outdated),
            ("misattributed", &self.misattributed),
        ];
        for (kind, tokens) in kinds {
            write!(f, "{} {kind} {tokens:?}; ", tokens.len())?;
        }
        Ok(())
    }
}

/// A message as it stands on the target.
struct Standing {
    number: u64,
    author: String,
    text: String,
    deleted: bool,
}

/// Judges what should have been said against a ledger.
pub fn judge(expected: &[Said], ledger: &Ledger) -> Verdict {
    let standing = standing(ledger);
    let mut by_token: BTreeMap<&str, Vec<&Standing>> = BTreeMap::new();
    for message in &standing {
        by_token.entry(token(&message.text)).or_default().push(message);
    }
    let mut verdict = Verdict::default();
    let mut newest: BTreeMap<&str, u64> = BTreeMap::new();
    for said in expected {
        let found = by_token.get(said.token.as_str()).map_or(&[][..], Vec::as_slice);
        let Some(first) = found.first() else {
            // What was taken back before it was passed on need not ever have stood there.
            if said.text.is_some() {
                verdict.lost.push(said.token.clone());
            }
            continue;
        };
        if found.len() > 1 {
            verdict.doubled.push(said.token.clone());
        }
        if first.author != said.author {
            verdict.misattributed.push(said.token.clone());
        }
        let right = match &said.text {
            Some(text) => !first.deleted && first.text == *text,
            None => first.deleted,
        };
        if !right {
            verdict.outdated.push(said.token.clone());
        }
        let newest = newest.entry(&said.conversation).or_insert(0);
        if first.number < *newest {
            verdict.reordered.push(said.token.clone());
        }
        *newest = (*newest).max(first.number);
    }
    verdict
}

fn token(text: &str) -> &str {
    // "Ada Okafor: m1 v0" is what an app passes on in somebody's name.
    let said = text.split_once(": ").map_or(text, |(_, said)| said);
    said.split_whitespace().next().unwrap_or_default()
}

/// The texts of a platform's messages in the end, in the order in which they were written, without what was taken back.
pub fn texts(ledger: &Ledger) -> Vec<String> {
    standing(ledger).into_iter().filter(|one| !one.deleted).map(|one| one.text).collect()
}

fn standing(ledger: &Ledger) -> Vec<Standing> {
    let mut all: Vec<Standing> = Vec::new();
    let mut index: BTreeMap<(String, String), usize> = BTreeMap::new();
    for entry in ledger.read(0, usize::MAX) {
        let text = |key: &str| entry.change[key].as_str().unwrap_or_default().to_owned();
        // Some platforms make a message's id unique only inside its conversation.
        let places = ["room", "chat", "channel", "session"].map(text);
        let id = (places.concat(), text("message"));
        match entry.change["kind"].as_str() {
            Some("message.created") => {
                index.insert(id, all.len());
                let message = Standing {
                    number: entry.number,
                    author: text("author"),
                    text: text("text"),
                    deleted: false,
                };
                all.push(message);
            }
            Some("message.edited") => {
                if let Some(message) = index.get(&id).and_then(|at| all.get_mut(*at)) {
                    message.text = text("text");
                }
            }
            Some("message.deleted") => {
                // Where a thread goes with its first message.
                let replies = entry.change["replies"].as_array().into_iter().flatten();
                let replies = replies.filter_map(Value::as_str).map(|reply| (id.0.clone(), reply.to_owned()));
                for gone in std::iter::once(id.clone()).chain(replies) {
                    if let Some(message) = index.get(&gone).and_then(|at| all.get_mut(*at)) {
                        message.deleted = true;
                    }
                }
            }
            _ => {}
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use entente_sim::ledger::Entry;
    use serde_json::json;

    use super::*;

    fn ledger(changes: &[Value]) -> Ledger {
        let ledger = Ledger::default();
        for change in changes {
            ledger.append(Entry {
                number: 0,
                at: String::new(),
                method: "POST".into(),
                path: "/".into(),
                status: 200,
                who: String::new(),
                change: change.clone(),
                fault: None,
            });
        }
        ledger
    }

    fn created(author: &str, text: &str) -> Value {
        json!({"kind": "message.created", "room": "r", "message": text, "author": author, "text": text})
    }

    fn said(text: &str) -> Said {
        Said::once("c", "a", text)
    }

    #[test]
    fn each_kind_of_wrong_is_found() {
        let expected = [said("1"), said("2"), said("3")];
        let of = |lines: &[(&str, &str)]| {
            judge(
                &expected,
                &ledger(&lines.iter().map(|(author, text)| created(author, text)).collect::<Vec<_>>()),
            )
        };
        assert!(of(&[("a", "1"), ("a", "2"), ("a", "3")]).is_clean());
        assert_eq!(of(&[("a", "1"), ("a", "3")]).lost, ["2"]);
        assert_eq!(of(&[("a", "1"), ("a", "2"), ("a", "2"), ("a", "3")]).doubled, ["2"]);
        assert_eq!(of(&[("a", "2"), ("a", "1"), ("a", "3")]).reordered, ["2"]);
        assert_eq!(of(&[("a", "1"), ("b", "2"), ("a", "3")]).misattributed, ["2"]);
    }

    #[test]
    fn what_a_message_says_at_the_end_counts() {
        let edit = json!({"kind": "message.edited", "room": "r", "message": "1 old", "text": "1 new"});
        let delete = json!({"kind": "message.deleted", "room": "r", "message": "1 old"});
        let first = created("a", "1 old");
        let thread = json!({"kind": "message.deleted", "room": "r", "message": "0", "replies": ["1 old"]});
        let gone = Said { text: None, ..said("1 old") };
        assert!(judge(std::slice::from_ref(&gone), &ledger(&[first.clone(), thread])).is_clean());
        assert_eq!(judge(&[said("1 new")], &ledger(std::slice::from_ref(&first))).outdated, ["1"]);
        assert!(judge(&[said("1 new")], &ledger(&[first.clone(), edit.clone()])).is_clean());
        assert_eq!(judge(std::slice::from_ref(&gone), &ledger(&[first.clone(), edit])).outdated, ["1"]);
        assert!(judge(std::slice::from_ref(&gone), &ledger(&[first, delete])).is_clean());
        assert!(judge(&[gone], &ledger(&[])).is_clean());
    }
}
