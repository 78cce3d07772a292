//! What somebody answers from now on when they are asked for consent: the body of `POST /_sim/consent`, where that names a person.

use serde::Deserialize;

/// Somebody's standing answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Whose.
    pub person: String,
    answer: Standing,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    Approve,
    Deny,
    Ask,
}

impl Consent {
    /// Whether they approve; `None`: they are asked.
    pub fn answer(&self) -> Option<bool> {
        match self.answer {
            Standing::Approve => Some(true),
            Standing::Deny => Some(false),
            Standing::Ask => None,
        }
    }
}
