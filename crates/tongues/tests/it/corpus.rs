//! What the fuzz targets begin from, and what they once found, runs through the same targets here.

use std::fs;
use std::path::Path;

use entente_tongues::fuzz::TARGETS;

#[test]
fn the_corpus_breaks_no_law() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for (name, target) in TARGETS {
        let mut seeds = 0;
        for entry in fs::read_dir(corpus.join(name)).expect("every target has a corpus") {
            let path = entry.expect("a file of the corpus").path();
            target(&fs::read(&path).expect("a readable file of the corpus"));
            seeds += 1;
        }
        assert!(seeds >= 5, "{name} begins from {seeds} files");
    }
}
