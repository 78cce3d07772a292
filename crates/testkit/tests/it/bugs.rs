//! Storms that find nothing prove nothing unless they find what was planted. Each bug must be found within the seeds
//! that run on every change. [`Bug::AckBeforeCommit`] is not among them: what is lost that way is found by reading on,
//! which is what the storms show; the run that kills the real process looks for it.

use entente_engine::planted::{Bug, plant};
use entente_testkit::storm::storm;

/// As many as run on every change.
const SEEDS: u64 = 300;

async fn is_found(bug: Bug) {
    plant(Some(bug));
    for seed in 0..SEEDS {
        if let Err(found) = storm(seed).await {
            println!("{bug:?} is found by seed {seed}: {found}");
            return;
        }
    }
    panic!("{bug:?} is not found within {SEEDS} seeds");
}

macro_rules! bugs {
    ($($name:ident = $bug:ident),* $(,)?) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            is_found(Bug::$bug).await;
        }
    )*};
}

bugs!(
    sent_without_intent = NoIntent,
    repeated_when_unknown = RepeatUnknown,
    too_impatient = ImpatientQuiet,
    routed_and_not_remembered = RoutedUnseen,
    given_up_at_once = GiveUpAtOnce,
    done_with_what_could_not_be_read = SwallowTrouble,
    forgotten_what_was_seen = ForgetSeen,
    not_read_on_after_a_start = NoReadingOn,
    done_before_sent = DoneBeforeSent,
    ordered_by_id = OrderById,
);
