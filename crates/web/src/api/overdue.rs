//! What waits for too long, and what was set aside: a part of the status, and of what needs somebody.

use entente_engine::{Engine, Overdue};
use entente_model::Timestamp;
use entente_store::StoreError;
use serde::Serialize;

/// As many conversations as anybody reads.
const LIMIT: usize = 200;

/// As many as are told of in sentences; the rest is counted.
const SENTENCES: usize = 5;

/// Messages that wait for too long in one conversation.
#[derive(Debug, Serialize)]
pub(crate) struct Waiting {
    /// Who wrote them, by name.
    pub(crate) from: Option<String>,
    /// To whom, by name.
    pub(crate) to: Option<String>,
    /// Where they should arrive.
    pub(crate) workspace: String,
    /// How many.
    pub(crate) messages: u64,
    /// Since when the first of them waits.
    pub(crate) since: String,
    /// Why.
    pub(crate) why: String,
    /// Whether nothing happens until somebody acts.
    pub(crate) stands: bool,
}

impl From<Overdue> for Waiting {
    fn from(overdue: Overdue) -> Self {
        let Overdue { from, to, workspace, messages, since, why, stands } = overdue;
        Self { from, to, workspace, messages, since: since.to_string(), why, stands }
    }
}

/// Reads what waits, the oldest first.
pub(crate) async fn read(engine: &Engine) -> Result<Vec<Waiting>, StoreError> {
    Ok(engine.overdue(LIMIT).await?.into_iter().map(Waiting::from).collect())
}

/// What of it needs somebody, in sentences.
pub(crate) fn attention(waiting: &[Waiting]) -> Vec<String> {
    let mut lines: Vec<String> = waiting.iter().take(SENTENCES).map(Waiting::line).collect();
    match waiting.len().saturating_sub(SENTENCES) {
        0 => {}
        1 => lines.push("messages wait in 1 more conversation".to_owned()),
        more if waiting.len() < LIMIT => lines.push(format!("messages wait in {more} more conversations")),
        more => lines.push(format!("messages wait in at least {more} more conversations")),
    }
    lines
}

impl Waiting {
    fn line(&self) -> String {
        let messages = if self.messages == 1 {
            "1 message waits".to_owned()
        } else {
            format!("{} messages wait", self.messages)
        };
        let from = self.from.as_ref().map(|from| format!(" from {from}")).unwrap_or_default();
        let to = self.to.as_ref().map(|to| format!(" to {to}")).unwrap_or_default();
        format!("{messages}{from}{to} ({}), since {}: {}", self.workspace, minute(&self.since), self.why)
    }
}

/// That reports were set aside, in a sentence.
pub(crate) fn aside(count: u64, since: Option<Timestamp>) -> Option<String> {
    let reports = match count {
        0 => return None,
        1 => "1 report was set aside".to_owned(),
        count => format!("{count} reports were set aside"),
    };
    let since = since.map(|since| format!(", since {}", minute(&since.to_string()))).unwrap_or_default();
    Some(format!("{reports} because nothing could be made of what they say{since}"))
}

/// An instant to the minute.
fn minute(at: &str) -> String {
    match (at.get(..10), at.get(11..16)) {
        (Some(day), Some(minute)) => format!("{day} {minute} UTC"),
        _ => at.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(messages: u64, to: &str) -> Waiting {
        Waiting::from(Overdue {
            from: Some("Ada Okafor".to_owned()),
            to: Some(to.to_owned()),
            workspace: "acme-teams".to_owned(),
            messages,
            since: Timestamp::parse("2026-03-09T14:05:59Z").unwrap(),
            why: "the sender has not given consent there yet".to_owned(),
            stands: false,
        })
    }

    #[test]
    fn what_waits_is_said_with_who_where_since_when_and_why() {
        assert!(attention(&[]).is_empty());
        assert_eq!(
            attention(&[waiting(1, "Eva Lindqvist"), waiting(8, "Farid Haddad")]),
            [
                "1 message waits from Ada Okafor to Eva Lindqvist (acme-teams), since 2026-03-09 14:05 UTC: the sender \
                 has not given consent there yet",
                "8 messages wait from Ada Okafor to Farid Haddad (acme-teams), since 2026-03-09 14:05 UTC: the sender \
                 has not given consent there yet",
            ]
        );
    }

    #[test]
    fn many_conversations_are_counted() {
        let many = |count| (0..count).map(|number| waiting(1, &number.to_string())).collect::<Vec<_>>();
        assert_eq!(attention(&many(5)).len(), 5);
        assert_eq!(attention(&many(6))[5], "messages wait in 1 more conversation");
        assert_eq!(attention(&many(LIMIT))[5], "messages wait in at least 195 more conversations");
    }

    #[test]
    fn what_was_set_aside_is_said_with_its_age() {
        let since = Timestamp::parse("2026-03-09T14:05:59Z");
        assert_eq!(aside(0, None), None);
        assert_eq!(
            aside(2, since).unwrap(),
            "2 reports were set aside because nothing could be made of what they say, since 2026-03-09 14:05 UTC"
        );
    }
}
