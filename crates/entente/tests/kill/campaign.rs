//! Kill after kill under load, then peace, then the verdict of the ledgers.

use std::collections::BTreeMap;
use std::time::Duration;

use entente_platform::Step;
use entente_sim::ledger::Ledger;
use entente_testkit::Verdict;
use entente_testkit::judge::judge;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::time::Instant;

use crate::people::Load;
use crate::process::Process;
use crate::world::World;

/// A pair writes about so often in each direction while the product lives, and while it does not.
const BUSY: Duration = Duration::from_millis(400);
const SELDOM: Duration = Duration::from_millis(1_500);

/// How often it is looked what happened.
const LOOK: Duration = Duration::from_millis(2);

/// How long a boundary may take to be reached, and peace to come in the end.
const PATIENCE: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_mins(3);

/// Nothing new for so long, although everything stands there: longer than the quiet time after an unknown outcome.
const STILL: Duration = Duration::from_secs(6);

/// Where a process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// At a boundary, by its own hand.
    At(Step),
    /// Anywhere, by ours.
    Outside,
}

impl Place {
    /// What tables call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::At(step) => step.name(),
            Self::Outside => "anywhere, from outside",
        }
    }
}

/// What shall happen.
pub(crate) struct Plan {
    /// Makes the plan repeatable; where threads are when they are hit is not.
    pub(crate) seed: u64,
    /// Where to die, in order after a shuffle.
    pub(crate) deaths: Vec<Place>,
    /// A mistake to plant.
    pub(crate) planted: Option<&'static str>,
    /// After the load ended, give up when nothing new was delivered for so long.
    pub(crate) hopeless: Duration,
}

/// What happened.
#[derive(Default)]
pub(crate) struct Outcome {
    /// Deaths by place.
    pub(crate) deaths: BTreeMap<&'static str, u32>,
    /// From the start of a process to its first new delivery.
    pub(crate) recoveries: Vec<Duration>,
    /// Processes that died before their first delivery.
    pub(crate) too_soon: u32,
    /// What struck how often.
    pub(crate) struck: Vec<(String, u64)>,
    /// Messages written towards Webex and Teams.
    pub(crate) written: [usize; 2],
    /// What the ledgers say of them.
    pub(crate) verdicts: [Verdict; 2],
    /// From the first message to peace.
    pub(crate) took: Duration,
}

impl Outcome {
    /// Whether nothing is wrong.
    pub(crate) fn is_clean(&self) -> bool {
        self.verdicts.iter().all(Verdict::is_clean)
    }
}

struct Campaign {
    world: World,
    load: Load,
    dice: StdRng,
    /// Up to where each ledger was looked through.
    read: [u64; 2],
    outcome: Outcome,
    starts: usize,
    planted: Option<&'static str>,
}

/// Carries the plan out.
pub(crate) async fn run(plan: Plan) -> Outcome {
    let mut dice = StdRng::seed_from_u64(plan.seed);
    let world = World::open(plan.seed, &mut dice).await;
    // The mistake is there from the first start on, so that it cannot hide behind how the organisation was brought in.
    let mut first = Process::start(world.folder(), 0, None, plan.planted);
    world.sync(&mut first).await;
    first.kill();
    world.break_things();
    let load = Load::begin(&world, plan.seed, BUSY).await;
    let planted = plan.planted;
    let mut campaign =
        Campaign { world, load, dice, read: [0; 2], outcome: Outcome::default(), starts: 1, planted };
    let began = Instant::now();
    let mut deaths = plan.deaths;
    while !deaths.is_empty() {
        let next = campaign.dice.random_range(0..deaths.len());
        campaign.live_and_die(deaths.swap_remove(next)).await;
        // Some mistakes are seen at once; what is lost is known in the end only.
        if planted.is_some() && campaign.verdicts().iter().any(|v| v.doubled.len() + v.reordered.len() > 0) {
            break;
        }
    }
    campaign.calm(plan.hopeless).await;
    campaign.outcome.took = began.elapsed();
    campaign.outcome
}

impl Campaign {
    async fn live_and_die(&mut self, place: Place) {
        self.look();
        let die_at = match place {
            Place::At(step) => Some(format!("{}:{}", step.name(), self.dice.random_range(1..40))),
            Place::Outside => None,
        };
        let mut process = self.start(die_at.as_deref());
        self.load.pace(BUSY);
        let life = match place {
            Place::At(_) if self.planted.is_some() => PATIENCE / 6,
            Place::At(_) => PATIENCE,
            Place::Outside => Duration::from_millis(self.dice.random_range(20..2_500)),
        };
        let mut recovered = false;
        while process.since.elapsed() < life && !process.is_dead() {
            if !recovered && self.look() > 0 {
                recovered = true;
                self.outcome.recoveries.push(process.since.elapsed());
            }
            tokio::time::sleep(LOOK).await;
        }
        self.outcome.too_soon += u32::from(!recovered);
        match place {
            // A mistake may leave a boundary out.
            Place::At(_) if self.planted.is_some() && !process.is_dead() => process.kill(),
            Place::At(step) => {
                assert!(process.is_dead(), "{} was not reached:\n{}", step.name(), process.said());
                assert_eq!(process.dies_at().as_deref(), Some(step.name()), "{}", process.said());
            }
            Place::Outside => process.kill(),
        }
        *self.outcome.deaths.entry(place.name()).or_default() += 1;
        self.load.pace(SELDOM);
        // Mostly it is started again at once, as a supervisor does; now and then somebody has to come.
        let down = if self.dice.random_bool(0.25) { 600..2_000 } else { 0..200 };
        tokio::time::sleep(Duration::from_millis(self.dice.random_range(down))).await;
    }

    fn start(&mut self, die_at: Option<&str>) -> Process {
        self.starts += 1;
        Process::start(self.world.folder(), self.starts, die_at, self.planted)
    }

    /// Counts what the product delivered since the last look.
    fn look(&mut self) -> usize {
        let mut delivered = 0;
        for side in 0..2 {
            for entry in self.ledger(side).read(self.read[side], usize::MAX) {
                self.read[side] = entry.number;
                let author = entry.change["author"].as_str().unwrap_or_default();
                let created = entry.change["kind"] == "message.created";
                delivered += usize::from(created && self.load.is_product(side, author));
            }
        }
        delivered
    }

    /// Nobody writes any more. What is left is delivered while things still go wrong; then everything is mended. Waits
    /// until everything stands there and nothing more comes.
    async fn calm(&mut self, hopeless: Duration) {
        self.load.end().await;
        let mut process = self.start(None);
        let began = Instant::now();
        let mut newest = Instant::now();
        while began.elapsed() < LONGEST {
            assert!(!process.dead_within(Duration::from_millis(100)).await, "{}", process.said());
            if self.look() > 0 {
                newest = Instant::now();
            }
            let still = newest.elapsed();
            if self.outcome.struck.is_empty() {
                if still > STILL {
                    self.outcome.struck = self.world.mend();
                    newest = Instant::now();
                }
                continue;
            }
            if still > hopeless || (still > STILL && self.verdicts().iter().all(|v| v.lost.is_empty())) {
                break;
            }
        }
        process.kill();
        self.outcome.written = [0, 1].map(|side| self.load.said(side).len());
        self.outcome.verdicts = self.verdicts();
        if std::env::var_os("ENTENTE_LEDGERS").is_some() {
            self.print();
        }
    }

    fn verdicts(&self) -> [Verdict; 2] {
        [0, 1].map(|side| judge(&self.load.said(side), self.ledger(side)))
    }

    fn ledger(&self, side: usize) -> &Ledger {
        if side == 0 { self.world.webex.ledger() } else { self.world.teams.ledger() }
    }

    /// Both ledgers side by side and every process's log, for somebody who looks for a cause.
    fn print(&self) {
        let mut all = Vec::new();
        for (side, name) in ["webex", "teams"].into_iter().enumerate() {
            for e in self.ledger(side).read(0, usize::MAX) {
                all.push(format!("{} {name} {} {} {} {}", e.at, e.status, e.method, e.path, e.change));
            }
        }
        all.sort();
        println!("{}", all.join("\n"));
        for start in 1..=self.starts {
            let log = self.world.folder().join(format!("start-{start}.log"));
            println!("start {start}:\n{}", std::fs::read_to_string(log).unwrap_or_default());
        }
    }
}
