//! What a campaign did, as a table.

use std::time::Duration;

use crate::campaign::Outcome;

/// Prints it.
pub(crate) fn print(outcome: &Outcome) {
    println!("\n| place of death | deaths |\n| --- | --- |");
    for (place, deaths) in &outcome.deaths {
        println!("| {place} | {deaths} |");
    }
    println!("| all | {} |", outcome.deaths.values().sum::<u32>());
    let struck: Vec<String> = outcome.struck.iter().map(|(name, count)| format!("{name} {count}")).collect();
    println!("\nfaults: {}", struck.join(", "));
    let mut recoveries = outcome.recoveries.clone();
    recoveries.sort_unstable();
    let at = |share: usize| recoveries.get((recoveries.len().max(1) - 1) * share / 100).copied();
    let ms = |share| at(share).map_or(0, |took: Duration| took.as_millis());
    println!(
        "from start to the first new delivery: min {} ms, median {} ms, p90 {} ms, max {} ms, of {} starts; {} died before",
        ms(0),
        ms(50),
        ms(90),
        ms(100),
        recoveries.len(),
        outcome.too_soon
    );
    for (side, name) in ["Webex", "Teams"].into_iter().enumerate() {
        println!("towards {name}: {} written: {}", outcome.written[side], outcome.verdicts[side]);
    }
    println!("took {} s", outcome.took.as_secs());
}
