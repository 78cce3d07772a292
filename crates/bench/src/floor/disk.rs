//! What a sync costs here: 4 KiB appended to a file and synced, again and again, in the folder where databases are.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

/// How often.
const COUNT: usize = 300;

/// How long each took.
pub(crate) fn syncs(folder: &Path) -> anyhow::Result<Vec<Duration>> {
    let path = folder.join("sync.probe");
    let mut file = File::create(&path)?;
    let mut took = Vec::with_capacity(COUNT);
    for _ in 0..COUNT {
        file.write_all(&[0x5a; 4096])?;
        let began = Instant::now();
        file.sync_data()?;
        took.push(began.elapsed());
    }
    drop(file);
    std::fs::remove_file(path)?;
    Ok(took)
}
