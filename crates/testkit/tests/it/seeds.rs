//! Storms by seed. `ENTENTE_SEEDS` says how many (300 unless told), `ENTENTE_SEED` names a single one to replay.

use std::collections::BTreeMap;

use entente_testkit::storm::storm;

/// The seeds are spread over this many tests, so that every core has some.
const SHARES: u64 = 6;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

async fn share(of: u64) {
    let seeds = number("ENTENTE_SEEDS").unwrap_or(300);
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
    ($($name:ident = $of:literal),*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            share($of).await;
        }
    )*};
}

shares!(storms_0 = 0, storms_1 = 1, storms_2 = 2, storms_3 = 3, storms_4 = 4, storms_5 = 5);
