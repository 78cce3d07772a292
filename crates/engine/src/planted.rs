//! Mistakes that can be planted on purpose, to prove that the tests find them. Compiled only with the feature `planted`,
//! which no released binary has; without it every question here is answered no at compile time.

/// A mistake that somebody could make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A webhook is acknowledged before it is stored.
    AckBeforeCommit,
    /// A call leaves before its intent is committed.
    NoIntent,
    /// A call whose outcome is unknown is simply made again.
    RepeatUnknown,
    /// A message that was not found at the first look is sent again at once.
    ImpatientQuiet,
    /// What was routed is not remembered as seen.
    RoutedUnseen,
    /// A refusal for the moment is taken for a refusal for good.
    GiveUpAtOnce,
    /// Reports that cannot be worked on now are done with.
    SwallowTrouble,
    /// What was seen before is passed on again.
    ForgetSeen,
    /// After a start nothing is read on; only what is reported from then on counts.
    NoReadingOn,
    /// A row is recorded as done before it is.
    DoneBeforeSent,
    /// Messages are planned in the order of their ids.
    OrderById,
    /// Working on a lane panics.
    Panic,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::AckBeforeCommit,
        Self::NoIntent,
        Self::RepeatUnknown,
        Self::ImpatientQuiet,
        Self::RoutedUnseen,
        Self::GiveUpAtOnce,
        Self::SwallowTrouble,
        Self::ForgetSeen,
        Self::NoReadingOn,
        Self::DoneBeforeSent,
        Self::OrderById,
        Self::Panic,
    ];
}

#[cfg(feature = "planted")]
mod switch {
    use std::cell::Cell;
    use std::sync::OnceLock;

    use super::Bug;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Plants a bug in all engines of this thread, or takes it out. A whole process is planted by naming the bug in the
    /// environment variable `ENTENTE_PLANTED`.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.set(bug);
    }

    pub(crate) fn planted(bug: Bug) -> bool {
        static NAMED: OnceLock<Option<Bug>> = OnceLock::new();
        let named = NAMED.get_or_init(|| {
            let name = std::env::var("ENTENTE_PLANTED").ok()?;
            Bug::ALL.into_iter().find(|bug| format!("{bug:?}") == name)
        });
        PLANTED.get().or(*named) == Some(bug)
    }
}

#[cfg(feature = "planted")]
pub use switch::plant;
#[cfg(feature = "planted")]
pub(crate) use switch::planted;

/// No bug is planted.
#[cfg(not(feature = "planted"))]
pub(crate) const fn planted(_: Bug) -> bool {
    false
}
