//! Random sequences of operations leave both stores in the same visible state, after every step and across restarts.
//!
//! Row numbers and epochs are each store's own; rows are named here by the order in which they were first seen.

mod operation;
mod run;
mod view;

use proptest::prelude::*;

/// A few sequences each time; more with `PROPTEST_CASES`, as the longer checks ask for.
fn config() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(32), max_shrink_iters: 2_000, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn both_stores_show_the_same(operations in prop::collection::vec(operation::any_operation(), 1..120)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(run::compare(operations));
    }
}
