//! Storms by seed, among people and in channels. `ENTENTE_SEEDS` says how many (300 unless told; a third of that in
//! channels), `ENTENTE_SEED` names a single one to replay.

use std::collections::BTreeMap;

use entente_testkit::storm::{Report, storm, storm_in_channels};

/// The seeds are spread over this many tests, so that every core has some.
const SHARES: u64 = 6;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

async fn share(of: u64, fewer: u64, storm: impl AsyncFn(u64) -> Result<Report, String>) {
    let seeds = number("ENTENTE_SEEDS").unwrap_or(300) / fewer;
    let only = number("ENTENTE_SEED");
    let mut reached: BTreeMap<String, u64> = BTreeMap::new();
    let mut written = 0;
    let mine = (0..seeds).filter(|seed| seed % SHARES == of);
    let mine: Vec<u64> =
        only.map_or_else(|| mine.collect(), |seed| if seed % SHARES == of { vec![seed] } else { vec![] });
    for seed in mine {
        match storm(seed).await {
            Ok(report) => {
                written += report.written;
                for (name, count) in report.reached {
                    *reached.entry(name).or_default() += count;
                }
            }
            Err(found) => panic!(
                "seed {seed}: {found}\nreplay: ENTENTE_SEED={seed} cargo nextest run -p entente-testkit seeds"
            ),
        }
    }
    println!("{written} messages; reached: {reached:#?}");
}

macro_rules! shares {
    ($($name:ident = $storm:ident $of:literal / $fewer:literal),* $(,)?) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            share($of, $fewer, $storm).await;
        }
    )*};
}

shares!(
    storms_0 = storm 0 / 1,
    storms_1 = storm 1 / 1,
    storms_2 = storm 2 / 1,
    storms_3 = storm 3 / 1,
    storms_4 = storm 4 / 1,
    storms_5 = storm 5 / 1,
    channels_0 = storm_in_channels 0 / 3,
    channels_1 = storm_in_channels 1 / 3,
    channels_2 = storm_in_channels 2 / 3,
    channels_3 = storm_in_channels 3 / 3,
    channels_4 = storm_in_channels 4 / 3,
    channels_5 = storm_in_channels 5 / 3,
);
