//! What somebody feels about a message, in one sign. Platforms report reactions as happenings or as a state; here they are
//! always a state ([`crate::Snapshot::reactions`]), so that what is repeated, late or missed changes nothing.

use std::fmt;

use crate::AccountRef;

/// A sign: an emoji of Unicode as people see it, or a workspace's own picture, which has no more than a name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Emoji(String);

impl Emoji {
    /// An emoji of Unicode, as it stands. Equal signs must be spelled alike, which is for whoever reads them to see to.
    pub fn unicode(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A picture of a workspace's own, by its name without colons.
    pub fn named(name: &str) -> Self {
        Self(format!(":{name}:"))
    }

    /// As it is written in a text, and stored: the emoji itself, or `:name:`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// From what [`Emoji::as_str`] gave.
    pub fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The name, if it is a picture of a workspace's own.
    pub fn name(&self) -> Option<&str> {
        self.0.strip_prefix(':')?.strip_suffix(':').filter(|name| !name.is_empty())
    }
}

impl fmt::Debug for Emoji {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A reaction as it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reaction {
    /// Whose.
    pub by: AccountRef,
    /// Which.
    pub emoji: Emoji,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspaces_own_sign_is_told_by_its_colons() {
        assert_eq!(Emoji::named("party").name(), Some("party"));
        assert_eq!(Emoji::stored(":party:"), Emoji::named("party"));
        assert_eq!(Emoji::unicode("👍").name(), None);
    }
}
