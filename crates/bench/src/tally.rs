//! Who said what, and what of it arrived: the count by which a run is judged.
//!
//! Each message says its conversation and its number in it, so that nothing but the target's ledger is needed to tell a
//! loss, a double and a change of order. The tally also paces the load: who types waits here for what was typed before.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// What every message says after its number; a message that says anything else was altered on its way.
const WORDS: &str =
    "shall we meet at the usual place, half past nine, and bring the figures of the spring along?";

/// One message: conversation and number.
///
/// A text begins with the letter of its direction, so that one ledger can hold messages of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said {
    /// Which conversation.
    pub(crate) conversation: usize,
    /// Which message in it, from 0.
    pub(crate) number: usize,
}

impl Said {
    /// What is typed.
    pub(crate) fn text(self, letter: char) -> String {
        format!("{letter}{}n{} {WORDS}", self.conversation, self.number)
    }

    /// Reads what was typed; `None` for other texts.
    pub(crate) fn parse(letter: char, text: &str) -> Option<Self> {
        let (numbers, words) = text.split_once(' ')?;
        let (conversation, number) = numbers.strip_prefix(letter)?.split_once('n')?;
        let said = Self { conversation: conversation.parse().ok()?, number: number.parse().ok()? };
        (words == WORDS).then_some(said)
    }
}

/// The count of one load: some conversations, each in one direction.
#[derive(Debug)]
pub(crate) struct Tally {
    conversations: Mutex<Vec<Conversation>>,
    /// To how many places each message goes.
    targets: usize,
    changed: Vec<Notify>,
    strange: Mutex<Vec<String>>,
}

/// To so many places one message goes at most.
const MOST_TARGETS: usize = 8;

#[derive(Debug, Default)]
struct Conversation {
    typed: Vec<Instant>,
    /// Which targets a message has not reached yet, a bit each.
    wanting: Vec<u8>,
    /// When it had reached all of them.
    arrived: Vec<Option<Instant>>,
    count: usize,
    highest: [Option<usize>; MOST_TARGETS],
    doubled: usize,
    reordered: usize,
}

/// What must be zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Typed and never arrived.
    pub(crate) lost: usize,
    /// Arrived more often than once.
    pub(crate) doubled: usize,
    /// Arrived after a later one of the same conversation.
    pub(crate) reordered: usize,
    /// Arrived under a wrong name, in a wrong place or with another text.
    pub(crate) strange: usize,
}

impl Wrong {
    /// Whether nothing was.
    pub(crate) fn nothing(self) -> bool {
        self == Self::default()
    }

    /// In words.
    pub(crate) fn words(self) -> String {
        let Self { lost, doubled, reordered, strange } = self;
        format!("{lost} lost, {doubled} doubled, {reordered} reordered, {strange} misattributed or altered")
    }
}

impl std::ops::AddAssign for Wrong {
    fn add_assign(&mut self, other: Self) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.reordered += other.reordered;
        self.strange += other.strange;
    }
}

impl Tally {
    /// So many conversations in which nothing was said yet.
    pub(crate) fn new(conversations: usize) -> Self {
        Self::fanned(conversations, 1)
    }

    /// The same, with so many places to which each message goes: it arrived when it stands in all of them.
    pub(crate) fn fanned(conversations: usize, targets: usize) -> Self {
        assert!((1..=MOST_TARGETS).contains(&targets), "{targets} targets");
        Self {
            conversations: Mutex::new((0..conversations).map(|_| Conversation::default()).collect()),
            targets,
            changed: (0..conversations).map(|_| Notify::new()).collect(),
            strange: Mutex::default(),
        }
    }

    /// How many conversations there are.
    pub(crate) fn len(&self) -> usize {
        self.changed.len()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Conversation>> {
        self.conversations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next message of a conversation is being typed now.
    pub(crate) fn say(&self, conversation: usize) -> Said {
        let mut all = self.lock();
        let Conversation { typed, wanting, arrived, .. } = &mut all[conversation];
        typed.push(Instant::now());
        wanting.push(u8::MAX >> (MOST_TARGETS - self.targets));
        arrived.push(None);
        Said { conversation, number: typed.len() - 1 }
    }

    /// A message stands in the target's ledger.
    pub(crate) fn arrive(&self, said: Said) {
        self.arrive_at(said, 0);
    }

    /// A message stands in the ledger of the target of this number.
    pub(crate) fn arrive_at(&self, said: Said, target: usize) {
        let mut all = self.lock();
        let known = all.get_mut(said.conversation).filter(|one| said.number < one.typed.len());
        let Some(conversation) = known else {
            drop(all);
            self.note(format!("{said:?} was never typed"));
            return;
        };
        let wanting = &mut conversation.wanting[said.number];
        if *wanting & (1 << target) == 0 {
            conversation.doubled += 1;
        } else {
            *wanting &= !(1 << target);
            if *wanting == 0 {
                conversation.arrived[said.number] = Some(Instant::now());
                conversation.count += 1;
            }
            let highest = &mut conversation.highest[target];
            if highest.is_some_and(|highest| said.number < highest) {
                conversation.reordered += 1;
            }
            *highest = (*highest).max(Some(said.number));
        }
        drop(all);
        self.changed[said.conversation].notify_waiters();
    }

    /// Something is in the ledger that nobody of ours can have said there.
    pub(crate) fn note(&self, what: String) {
        self.strange.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    /// Examples of what was noted.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.strange.lock().unwrap_or_else(PoisonError::into_inner).iter().take(5).cloned().collect()
    }

    /// Examples of what did not arrive: conversation, number, and the targets that want it.
    pub(crate) fn missing(&self) -> Vec<String> {
        let all = self.lock();
        let wanting = all.iter().enumerate().flat_map(|(conversation, one)| {
            let targets = one.wanting.iter().enumerate().filter(|(_, targets)| **targets != 0);
            targets.map(move |(number, targets)| format!("{number} of {conversation} at {targets:03b}"))
        });
        wanting.take(50).collect()
    }

    /// Waits until at most `most` messages of a conversation are under way.
    pub(crate) async fn at_most(&self, conversation: usize, most: usize) {
        loop {
            let mut changed = std::pin::pin!(self.changed[conversation].notified());
            changed.as_mut().enable();
            let under_way = {
                let all = self.lock();
                all[conversation].typed.len() - all[conversation].count
            };
            if under_way <= most {
                return;
            }
            changed.await;
        }
    }

    /// Waits until everything arrived, at most so long. Answers whether it did.
    pub(crate) async fn all(&self, patience: Duration) -> bool {
        let every = async {
            for conversation in 0..self.len() {
                self.at_most(conversation, 0).await;
            }
        };
        tokio::time::timeout(patience, every).await.is_ok()
    }

    /// How many arrived so far.
    pub(crate) fn count(&self) -> usize {
        self.lock().iter().map(|one| one.count).sum()
    }

    /// The ways of all messages typed from `from` on and before `to`.
    pub(crate) fn latencies(&self, from: Instant, to: Instant) -> Vec<Duration> {
        let all = self.lock();
        let pairs = all.iter().flat_map(|one| one.typed.iter().zip(&one.arrived));
        let within = pairs.filter(|(typed, _)| (from..to).contains(*typed));
        within.filter_map(|(typed, arrived)| Some(arrived.as_ref()?.duration_since(*typed))).collect()
    }

    /// The judgement as things stand.
    pub(crate) fn wrong(&self) -> Wrong {
        let mut wrong = Wrong::default();
        for one in self.lock().iter() {
            wrong += Wrong {
                lost: one.typed.len() - one.count,
                doubled: one.doubled,
                reordered: one.reordered,
                strange: 0,
            };
        }
        wrong.strange = self.strange.lock().unwrap_or_else(PoisonError::into_inner).len();
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read_again_and_nothing_else() {
        let said = Said { conversation: 12, number: 345 };
        assert_eq!(Said::parse('w', &said.text('w')), Some(said));
        assert_eq!(Said::parse('t', &said.text('w')), None);
        assert_eq!(Said::parse('w', &format!("{}!", said.text('w'))), None);
        assert_eq!(Said::parse('w', "hello there"), None);
        assert_eq!(Said::parse('w', "w1n "), None);
    }

    #[tokio::test(start_paused = true)]
    async fn losses_doubles_and_changes_of_order_are_told_apart() {
        let tally = Tally::new(2);
        let said: Vec<Said> = (0..4).map(|_| tally.say(0)).collect();
        assert_eq!(tally.wrong().lost, 4);
        tally.arrive(said[0]);
        tally.arrive(said[2]);
        tally.arrive(said[1]);
        tally.arrive(said[2]);
        assert!(!tally.all(Duration::from_secs(1)).await);
        tally.arrive(Said { conversation: 1, number: 0 });
        assert_eq!(tally.wrong(), Wrong { lost: 1, doubled: 1, reordered: 1, strange: 1 });
        tally.arrive(said[3]);
        assert!(tally.all(Duration::from_secs(1)).await);
        assert_eq!(tally.count(), 4);
    }

    #[tokio::test]
    async fn what_goes_to_several_places_arrived_when_it_stands_in_all() {
        let tally = Tally::fanned(1, 3);
        let (first, second) = (tally.say(0), tally.say(0));
        for target in 0..3 {
            assert_eq!(tally.count(), 0, "not yet at {target}");
            tally.arrive_at(first, target);
        }
        assert_eq!(tally.count(), 1);
        tally.arrive_at(first, 1);
        tally.arrive_at(second, 2);
        assert_eq!(tally.wrong(), Wrong { lost: 1, doubled: 1, reordered: 0, strange: 0 });
        tally.arrive_at(second, 0);
        tally.arrive_at(second, 1);
        assert_eq!(tally.wrong(), Wrong { doubled: 1, ..Wrong::default() });
    }
}
