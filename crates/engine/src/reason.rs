//! Why a row waits or died, by kind. The store keeps a reason as the words that operators read; those that the engine
//! itself gives are names and stand here, so that a person who wrote a message can be told the same in words of their own.
//! What a platform said when it refused is for operators alone: people are told that it refused.

use entente_store::UNKNOWN_OUTCOME;

/// Why a row waits or died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The platform could not be reached, or failed.
    Unreached,
    /// The platform did not say whether it did it; doing it again does no harm.
    NoAnswer,
    /// The platform asked for a pause.
    Pause,
    /// The platform refuses the credentials that would speak.
    LoginRefused,
    /// Credentials that would speak are not there.
    LoginGone,
    /// Credentials that would speak could not be read or renewed.
    LoginUnusable,
    /// Nobody was ever made to stand in for the sender there.
    NobodyThere,
    /// Nothing stands in for the sender there, and no room can be made in which the app could speak for them.
    NoRoom,
    /// The sender has to consent first.
    NoConsent,
    /// Whatever stands in for the sender is being made.
    BeingMade,
    /// Whatever stands in for the sender is suspended or gone.
    CannotSpeak,
    /// It may have been done and is being looked for.
    Unknown,
    /// It was not done although it may have seemed so.
    NoTrace,
    /// Whether it was done will never be known.
    NeverLearned,
    /// It stands there, but whoever said it cannot name it any more.
    OutOfReach,
    /// The conversation does not exist any more.
    PlaceGone,
    /// The row cannot be read, by a mistake of ours or of another version.
    Unreadable,
    /// The key of its text is gone, as after a restored backup.
    KeyGone,
    /// The platform refused it, in words of its own.
    Refused,
}

/// What is added when something was tried until it was too late.
const TOO_LONG: &str = ", for too long";

impl Reason {
    const NAMED: [Self; 18] = [
        Self::Unreached,
        Self::NoAnswer,
        Self::Pause,
        Self::LoginRefused,
        Self::LoginGone,
        Self::LoginUnusable,
        Self::NobodyThere,
        Self::NoRoom,
        Self::NoConsent,
        Self::BeingMade,
        Self::CannotSpeak,
        Self::Unknown,
        Self::NoTrace,
        Self::NeverLearned,
        Self::OutOfReach,
        Self::PlaceGone,
        Self::Unreadable,
        Self::KeyGone,
    ];

    /// Its name in the store. It never changes: rows outlive versions.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unreached => "the platform could not take it",
            Self::NoAnswer => "the platform did not answer",
            Self::Pause => "the platform asked for a pause",
            Self::LoginRefused => "the sender's login on the target was refused",
            Self::LoginGone => "the sender's login is gone",
            Self::LoginUnusable => "the sender's login cannot be used",
            Self::NobodyThere => "nobody stands in for the sender there",
            Self::NoRoom => "nobody stands in for the sender there, and no room for the two can be made",
            Self::NoConsent => "the sender has not given consent there yet",
            Self::BeingMade => "the sender's stand-in is being made",
            Self::CannotSpeak => "the sender's stand-in cannot speak now",
            Self::Unknown => UNKNOWN_OUTCOME,
            Self::NoTrace => "an earlier attempt left no trace",
            Self::NeverLearned => "whether it arrived could not be learned",
            Self::OutOfReach => "it stands there and cannot be changed any more",
            Self::PlaceGone => "the conversation does not exist any more",
            Self::Unreadable => "the stored row cannot be read",
            // As the store has it.
            Self::KeyGone => "the key of its text is gone",
            Self::Refused => "the platform refused it",
        }
    }

    /// The name of having been tried for too long because of this.
    pub(crate) fn for_too_long(self) -> String {
        format!("{}{TOO_LONG}", self.name())
    }

    /// The reason of a stored name, and whether it ended what was tried for too long. Other words are a platform's own.
    pub(crate) fn named(stored: &str) -> (Self, bool) {
        let (name, too_long) = match stored.strip_suffix(TOO_LONG) {
            Some(name) => (name, true),
            None => (stored, false),
        };
        let found = Self::NAMED.into_iter().find(|reason| reason.name() == name);
        (found.unwrap_or(Self::Refused), too_long)
    }

    /// The same for operators: the stored words, or a sentence where the store has a bare name.
    pub(crate) fn for_operators(stored: &str) -> &str {
        match stored {
            "" => "not tried yet",
            UNKNOWN_OUTCOME => "it may have arrived; it is being looked for before it is sent again",
            stored => stored,
        }
    }
}

/// The reason of a stored row as operators read it.
pub fn for_operators(stored: &str) -> &str {
    Reason::for_operators(stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_again() {
        for reason in Reason::NAMED {
            assert_eq!(Reason::named(reason.name()), (reason, false));
            assert_eq!(Reason::named(&reason.for_too_long()), (reason, true));
        }
        assert_eq!(Reason::named("Teams refused the call (BadRequest)"), (Reason::Refused, false));
        assert_eq!(Reason::for_operators(UNKNOWN_OUTCOME).matches('_').count(), 0);
    }
}
