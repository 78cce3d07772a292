//! Reads four ledgers as they grow, as [`crate::judge`] reads two: each message must stand wherever it belongs, once, in
//! order, in the right conversation and by the right account, and nowhere else.

use std::sync::{Arc, OnceLock, PoisonError};

use entente_sim::ledger::Entry;

use super::hosts::{Hosts, Shared};
use crate::judge::Platform;
use crate::tally::{Said, Tally};

/// A conversation in which one person types.
pub(crate) struct Talking {
    /// Where they type.
    pub(crate) from: Platform,
    /// Their id there.
    pub(crate) typist: String,
    /// Where it must arrive.
    pub(crate) targets: Vec<Target>,
}

/// Where something must arrive.
pub(crate) struct Target {
    /// The platform.
    pub(crate) platform: Platform,
    /// Under whose name.
    pub(crate) speaker: String,
    /// The conversation, known from the start or once something was said in it.
    pub(crate) place: OnceLock<String>,
}

/// The judge of one load.
pub(crate) struct Judge {
    /// The letter that its messages begin with.
    pub(crate) letter: char,
    /// The count.
    pub(crate) tally: Arc<Tally>,
    /// Who talks, by conversation.
    pub(crate) talking: Vec<Talking>,
}

impl Judge {
    fn see(&self, at: Platform, entry: &Entry) {
        if entry.change["kind"] != "message.created" {
            return;
        }
        let text = entry.change["text"].as_str().unwrap_or_default();
        // Where the app speaks, the name of whoever said it may stand in front.
        let text = text.rsplit_once(": ").map_or(text, |(_, text)| text);
        let Some(said) = Said::parse(self.letter, text) else { return };
        let Some(talking) = self.talking.get(said.conversation) else {
            return self.tally.note(format!("{said:?} belongs to no conversation"));
        };
        let author = entry.change["author"].as_str().unwrap_or_default();
        if at == talking.from {
            if author != talking.typist {
                self.tally.note(format!("{said:?} came back as an echo"));
            }
            return;
        }
        let Some(target) = talking.targets.iter().position(|target| target.platform == at) else {
            return self.tally.note(format!("{said:?} does not belong to {}", at.name()));
        };
        let expected = &talking.targets[target];
        if author != expected.speaker {
            return self.tally.note(format!("{said:?} arrived on {} by {author}", at.name()));
        }
        let place = entry.change[at.conversation()].as_str().unwrap_or_default();
        if expected.place.get_or_init(|| place.to_owned()) != place {
            return self.tally.note(format!("{said:?} arrived in {place} on {}", at.name()));
        }
        self.tally.arrive_at(said, target);
    }
}

/// Is told of every file that stands in a ledger other than the one where it was attached: name, length, digest.
type FileWatcher = Box<dyn Fn(&str, u64, &str) + Send>;

/// Whoever judges at present.
#[derive(Clone, Default)]
pub(crate) struct Bench {
    judges: Shared<Vec<Arc<Judge>>>,
    files: Shared<Option<(Platform, FileWatcher)>>,
}

impl Bench {
    /// Holds the watch on all ledgers.
    pub(crate) fn watch(hosts: &Hosts) -> Self {
        let bench = Self::default();
        let seeing = bench.clone();
        hosts.watch(&move |platform, entry: &Entry| {
            for judge in seeing.judges.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                judge.see(platform, entry);
            }
            seeing.see_files(platform, entry);
        });
        bench
    }

    /// From now on these judge.
    pub(crate) fn seat(&self, judges: Vec<Arc<Judge>>) {
        *self.judges.lock().unwrap_or_else(PoisonError::into_inner) = judges;
    }

    /// From now on somebody is told of the files in a platform's ledger.
    pub(crate) fn watch_files(&self, at: Platform, watcher: FileWatcher) {
        *self.files.lock().unwrap_or_else(PoisonError::into_inner) = Some((at, watcher));
    }

    fn see_files(&self, at: Platform, entry: &Entry) {
        let watcher = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((_, watcher)) = watcher.as_ref().filter(|(platform, _)| *platform == at) else { return };
        if entry.change["kind"] != "message.created" {
            return;
        }
        for file in entry.change["files"].as_array().into_iter().flatten() {
            let text = |key: &str| file[key].as_str().unwrap_or_default();
            watcher(text("name"), file["size"].as_u64().unwrap_or_default(), text("sha256"));
        }
    }
}
