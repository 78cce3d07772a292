//! One process to a database. The lock is the operating system's, so it ends with the process however that ends; the file
//! says whose it is.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::Path;

use super::open::OpenError;

const NAME: &str = "entente.lock";

/// Takes the folder for this process.
pub(super) fn take(folder: &Path) -> Result<File, OpenError> {
    let denied = |source| OpenError::Folder { folder: folder.to_owned(), source };
    let path = folder.join(NAME);
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(denied)?;
    match file.try_lock() {
        Ok(()) => {
            sign(&mut file).map_err(denied)?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // Who it is, is a courtesy.
            let _ = file.read_to_string(&mut holder);
            let holder = holder.trim().to_owned();
            let process = if holder.is_empty() { "unknown".to_owned() } else { holder };
            Err(OpenError::InUse { folder: folder.to_owned(), process })
        }
        Err(TryLockError::Error(source)) => Err(denied(source)),
    }
}

fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    writeln!(file, "{}", std::process::id())
}
