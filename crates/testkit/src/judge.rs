//! The judge: reads the simulators' ledgers and nothing else, and says of what was written on one side what stands on
//! the other: lost, doubled, reordered, or by the wrong author.

use std::collections::BTreeMap;
use std::fmt;

use entente_sim::ledger::Ledger;

/// Something that should stand on the other side, in the order in which it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Which conversation it belongs to, by any name; order counts within it.
    pub conversation: String,
    /// The account that should have written it there.
    pub author: String,
    /// What it should say. Unique within a run.
    pub text: String,
}

/// What the judge found. Empty when everything is as it should be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Texts that do not stand there.
    pub lost: Vec<String>,
    /// Texts that stand there more than once.
    pub doubled: Vec<String>,
    /// Texts that stand before one that was written earlier.
    pub reordered: Vec<String>,
    /// Texts by another author than they should be by.
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
        write!(
            f,
            "{} lost {:?}, {} doubled {:?}, {} reordered {:?}, {} misattributed {:?}",
            self.lost.len(),
            self.lost,
            self.doubled.len(),
            self.doubled,
            self.reordered.len(),
            self.reordered,
            self.misattributed.len(),
            self.misattributed
        )
    }
}

/// Judges what should have been said against a ledger.
pub fn judge(expected: &[Said], ledger: &Ledger) -> Verdict {
    let mut stands: BTreeMap<String, Vec<(u64, String)>> = BTreeMap::new();
    for entry in ledger.read(0, usize::MAX) {
        if entry.change["kind"] == "message.created" && entry.status < 300 {
            let text = |key: &str| entry.change[key].as_str().unwrap_or_default().to_owned();
            stands.entry(text("text")).or_default().push((entry.number, text("author")));
        }
    }
    let mut verdict = Verdict::default();
    let mut newest: BTreeMap<&str, u64> = BTreeMap::new();
    for said in expected {
        let found = stands.get(&said.text).map_or(&[][..], Vec::as_slice);
        let Some((number, author)) = found.first() else {
            verdict.lost.push(said.text.clone());
            continue;
        };
        if found.len() > 1 {
            verdict.doubled.push(said.text.clone());
        }
        if *author != said.author {
            verdict.misattributed.push(said.text.clone());
        }
        let newest = newest.entry(&said.conversation).or_insert(0);
        if number < newest {
            verdict.reordered.push(said.text.clone());
        }
        *newest = (*newest).max(*number);
    }
    verdict
}

#[cfg(test)]
mod tests {
    use entente_sim::ledger::Entry;
    use serde_json::json;

    use super::*;

    fn ledger(lines: &[(&str, &str)]) -> Ledger {
        let ledger = Ledger::default();
        for (author, text) in lines {
            ledger.append(Entry {
                number: 0,
                at: String::new(),
                method: "POST".into(),
                path: "/".into(),
                status: 200,
                who: String::new(),
                change: json!({"kind": "message.created", "author": author, "text": text}),
                fault: None,
            });
        }
        ledger
    }

    fn said(text: &str) -> Said {
        Said { conversation: "c".into(), author: "a".into(), text: text.into() }
    }

    #[test]
    fn each_kind_of_wrong_is_found() {
        let expected = [said("1"), said("2"), said("3")];
        assert!(judge(&expected, &ledger(&[("a", "1"), ("a", "2"), ("a", "3")])).is_clean());
        assert_eq!(judge(&expected, &ledger(&[("a", "1"), ("a", "3")])).lost, ["2"]);
        assert_eq!(
            judge(&expected, &ledger(&[("a", "1"), ("a", "2"), ("a", "2"), ("a", "3")])).doubled,
            ["2"]
        );
        assert_eq!(judge(&expected, &ledger(&[("a", "2"), ("a", "1"), ("a", "3")])).reordered, ["2"]);
        assert_eq!(judge(&expected, &ledger(&[("a", "1"), ("b", "2"), ("a", "3")])).misattributed, ["2"]);
    }
}
