//! What travels, from where to where: the document `docs/matrix.md`, which is the result of this run.
//!
//! In one world everything that a message can be, have or undergo happens between every two platforms, each way. What came of it
//! is read from the simulator of the platform where the addressee is, by readers of the vendors' documented markup that share
//! nothing with the product; nothing the product says of itself counts. What it says is checked instead: where less arrives,
//! the delivery must have recorded a loss of that kind, and where all arrives, none. And where less arrives there must be a
//! reason, a fact of the vendor's with its page, in the one table of [`facts`].
//!
//! The first chapter is about direct messages, the second ([`relayed`]) about those of people whom nothing stands in for, the third
//! ([`groups`]) about groups, the fourth ([`channels`]) about linked channels. Each has a run of its own, which checks its chapter.
//!
//! `ENTENTE_MATRIX=write` (or `cargo xtask matrix`) writes the document; without it a run fails where its chapter differs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use entente_model::Loss;
use entente_sim::org::Somebody;
use entente_testkit::{Place, Setup, World};

mod channels;
mod facts;
mod features;
mod groups;
mod html;
mod people;
mod relayed;
mod report;
mod seen;
mod slack;
mod teams;
mod verdict;
mod way;
mod webex;
mod wording;
mod zoom;

use facts::{At, FACTS, Fact};
use features::{Feature, Groups};
use report::{Cell, Chapter};
use verdict::Verdict;
use way::Way;

/// Long, because everything is said at once and every platform has its own pace.
const SOON: Duration = Duration::from_hours(12);

const ABOUT: &str =
    "Between two people, one of whom has an account of their own wherever there is one, and a bot on Webex.";

#[tokio::test(start_paused = true)]
async fn direct_messages_travel_as_the_document_says() {
    let (chapter, wrong) = direct().await;
    compare(&chapter, &wrong);
}

#[tokio::test(start_paused = true)]
async fn who_is_relayed_is_read_as_the_document_says() {
    let (chapter, wrong) = relayed::chapter().await;
    compare(&chapter, &wrong);
}

#[tokio::test(start_paused = true)]
async fn groups_travel_as_the_document_says() {
    let (chapter, wrong) = groups::chapter().await;
    compare(&chapter, &wrong);
}

#[tokio::test(start_paused = true)]
async fn linked_channels_carry_what_the_document_says() {
    let (chapter, wrong) = channels::chapter().await;
    compare(&chapter, &wrong);
}

/// The chapter on direct messages, and what is wrong with it.
async fn direct() -> (Chapter, String) {
    let world = organization(500).await;
    let mut ways = Vec::new();
    for (source, target) in report::ways() {
        ways.push(Way::new(&world, source, target).await);
    }
    let settle = async || assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    for way in &mut ways {
        way.write(&world).await;
        way.write_back().await;
    }
    settle().await;
    for way in &mut ways {
        way.act(&world).await;
    }
    for n in way::edits() {
        for way in &ways {
            way.edit_often(n).await;
        }
        tokio::time::sleep(way::BETWEEN_EDITS).await;
    }
    settle().await;
    for way in &ways {
        way.undo().await;
    }
    settle().await;
    for way in &mut ways {
        way.look(&world).await;
    }
    let mut judge = Judge::new(FACTS);
    let rows = judge.rows(&world, &ways, &features::GROUPS, verdict::of);
    judge.counts(&world).await;
    let chapter = Chapter { title: report::TITLES[0], about: ABOUT, groups: &features::GROUPS, rows };
    (chapter, judge.end())
}

/// Two people at home on each platform, and one whose name has signs of markup.
async fn organization(seed: u64) -> World {
    let world = World::synced(setup(seed)).await;
    world.hear_all_of_zoom().await;
    world
}

/// What it is made of. Limits and the bytes of files do not matter here.
fn setup(seed: u64) -> Setup {
    let mut setup = Setup::between(seed, &Place::ALL);
    // Else nobody can tell to which message of the app people on Zoom react or answer.
    setup.zoom.bot_ids_of_histories = true;
    setup.people.push(Somebody {
        name: "Max *Stern* _Lage_ <b>".to_owned(),
        email: way::THIRD.to_owned(),
        department: Place::Slack.department(),
        on_webex: false,
        on_teams: true,
        on_slack: true,
        on_zoom: true,
    });
    setup.limits = 0.0;
    setup.webex.files_kept = false;
    setup.teams.files_kept = false;
    setup.slack.files_kept = false;
    setup.zoom.files_kept = false;
    setup
}

/// Makes cells of verdicts, and keeps what is wrong with them, all at once.
struct Judge {
    facts: Vec<&'static Fact>,
    used: Vec<bool>,
    wrong: String,
}

impl Judge {
    fn new(facts: impl IntoIterator<Item = &'static Fact>) -> Self {
        let facts: Vec<_> = facts.into_iter().collect();
        Self { used: vec![false; facts.len()], facts, wrong: String::new() }
    }

    /// A row for each feature, with a cell for each way.
    fn rows(
        &mut self,
        world: &World,
        ways: &[Way],
        groups: &Groups,
        verdict: impl Fn(&Way, Feature) -> Verdict,
    ) -> Vec<(Feature, Vec<Cell>)> {
        let row = |feature| {
            let cells = ways.iter().map(|way| self.cell(world, way, feature, verdict(way, feature)));
            (feature, cells.collect())
        };
        features::of(groups).map(row).collect()
    }

    fn cell(&mut self, world: &World, way: &Way, feature: Feature, verdict: Verdict) -> Cell {
        let mut complain = |what: &str| {
            let _ = writeln!(self.wrong, "{:?} to {:?}, {feature:?}: {what}", way.source, way.target);
        };
        let mut losses = way.losses(world, feature);
        // That the app passes it on is told in a row of its own; of a reaction it is all that is lost.
        let by_app = losses.contains(&Loss::Attribution) && feature.loss() == Some(Loss::Reaction);
        losses.retain(|loss| *loss != Loss::Attribution);
        if let (Verdict::Partial(shown), Some(loss)) = (&verdict, feature.loss())
            && !losses.contains(&loss)
            && !by_app
        {
            complain(&format!("{shown}; no loss of {} is recorded, but {losses:?}", loss.name()));
        }
        if verdict == Verdict::Full && !losses.is_empty() && !feature.stood_otherwise() {
            complain(&format!("all of it arrives, and {losses:?} are recorded"));
        }
        let reason = |unsaid: bool| {
            let of = |at: At| match at {
                At::Source(place) => place == way.source,
                At::Target(place) => place == way.target && !unsaid,
                At::Anywhere => !unsaid,
            };
            self.facts.iter().position(|fact| fact.features.contains(&feature) && of(fact.at))
        };
        let used = &mut self.used;
        let mut note = |unsaid: bool| {
            let at = reason(unsaid)?;
            used[at] = true;
            Some(format!("{} ({})", self.facts[at].why, self.facts[at].page))
        };
        match verdict {
            Verdict::Full => Cell::Full,
            Verdict::Unsaid => note(true).map_or(Cell::NotProven, Cell::Impossible),
            Verdict::Partial(shown) => {
                let note = note(false);
                if note.is_none() {
                    complain(&format!("{shown}; nothing says why"));
                }
                note.map_or(Cell::NotProven, |note| Cell::Partial(format!("{shown}: {note}")))
            }
            Verdict::Lost(what) => {
                complain(&format!("lost: {what}"));
                Cell::NotProven
            }
        }
    }

    /// Everything has to have been passed on.
    async fn counts(&mut self, world: &World) {
        let counts = world.counts().await;
        if (counts.dead, counts.waiting, counts.aside) != (0, 0, 0) {
            let _ = writeln!(self.wrong, "not everything was passed on: {counts:?}");
        }
    }

    /// What is wrong, reasons that no cell needs included.
    fn end(mut self) -> String {
        for (fact, _) in self.facts.iter().zip(&self.used).filter(|(_, used)| !**used) {
            let _ = writeln!(self.wrong, "no cell needs {fact:?}");
        }
        self.wrong
    }
}

/// Compares a chapter with the document, or writes it there if nothing is wrong.
fn compare(chapter: &Chapter, wrong: &str) {
    let path = path();
    let writes = std::env::var("ENTENTE_MATRIX").as_deref() == Ok("write");
    // Other chapters are written beside this one.
    let _held = writes.then(|| {
        let document = std::fs::File::open(&path).expect("there is a document");
        document.lock().expect("it is nobody else's for a moment");
        document
    });
    let before = std::fs::read_to_string(&path).expect("the document can be read");
    let now = report::text(chapter);
    if writes && wrong.is_empty() {
        let document = report::document(&before, chapter.title, &now);
        std::fs::write(&path, document).expect("the document can be written");
        return;
    }
    let written = report::written(&before, chapter.title).unwrap_or_default();
    let mut difference = String::new();
    for line in written.lines().filter(|line| !now.lines().any(|now| now == *line)) {
        let _ = writeln!(difference, "- {line}");
    }
    for line in now.lines().filter(|line| !written.lines().any(|old| old == *line)) {
        let _ = writeln!(difference, "+ {line}");
    }
    assert!(
        wrong.is_empty(),
        "the matrix is wrong:\n{wrong}\nIt differs from docs/matrix.md by\n{difference}"
    );
    assert!(
        written == now && report::document(&before, chapter.title, &now) == before,
        "docs/matrix.md is not what this run shows; `cargo xtask matrix` writes it anew:\n{difference}"
    );
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/matrix.md")
}
