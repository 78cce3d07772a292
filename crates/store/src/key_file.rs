//! The master key's file: one line of 64 hexadecimal digits, readable by its owner alone.
//!
//! It is made at the first start, so that nobody has to think of it before trying the product, and never again: a
//! missing key beside a database is a mistake to be repaired, not to be papered over with a new key.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::MasterKey;
use crate::seal::SealKey;

/// Why a key file cannot be used; one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It cannot be read, or not be made.
    #[error("cannot use the key file {path}: {source}; let this user read it, or create its folder", path = path.display())]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others may read it.
    #[error("the key file {path} can be read by others; run `chmod 600` on it", path = path.display())]
    Exposed {
        /// Which file.
        path: PathBuf,
    },
    /// It holds something else.
    #[error("the key file {path} does not hold a key of 64 hexadecimal digits; put the right file in its place", path = path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
    },
}

/// A file that holds a [`MasterKey`].
#[derive(Debug)]
pub struct KeyFile;

impl KeyFile {
    /// Reads the key; makes one, and says so, if there is no file. Where a database exists already, a missing key should
    /// be refused with [`crate::Sqlite::exists`] and [`crate::OpenError::KeyMissing`]; [`KeyFile::for_database`] does.
    pub fn load_or_create(path: &Path) -> Result<(MasterKey, bool), KeyFileError> {
        match load(path) {
            Ok(key) => Ok((key, false)),
            Err(KeyFileError::Unusable { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                create(path)
                    .map(|key| (key, true))
                    .map_err(|source| KeyFileError::Unusable { path: path.to_owned(), source })
            }
            Err(error) => Err(error),
        }
    }

    /// The same, but never makes a key for a database that exists in `folder`.
    pub fn for_database(path: &Path, folder: &Path) -> Result<(MasterKey, bool), crate::OpenError> {
        if crate::Sqlite::exists(folder) && !path.exists() {
            return Err(crate::OpenError::KeyMissing { key: path.to_owned(), folder: folder.to_owned() });
        }
        Ok(Self::load_or_create(path)?)
    }
}

fn load(path: &Path) -> Result<MasterKey, KeyFileError> {
    let unusable = |source| KeyFileError::Unusable { path: path.to_owned(), source };
    let mode = fs::metadata(path).map_err(unusable)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Exposed { path: path.to_owned() });
    }
    let text = Zeroizing::new(fs::read(path).map_err(unusable)?);
    let mut bytes = Zeroizing::new([0; 32]);
    match hex::decode_to_slice(text.trim_ascii(), &mut bytes[..]) {
        Ok(()) => Ok(MasterKey::new(*bytes)),
        Err(_) => Err(KeyFileError::Malformed { path: path.to_owned() }),
    }
}

/// Writes a new key under another name and then gives it its own, so that nobody ever finds half of one. A key that came to
/// be there meanwhile is not touched: linking, unlike renaming, replaces nothing.
fn create(path: &Path) -> io::Result<MasterKey> {
    let key = SealKey::random();
    let text = Zeroizing::new(hex::encode(key.bytes()));
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".new-{}", std::process::id()));
    let new = PathBuf::from(name);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.sync_all())
        .and_then(|()| name_it(&new, path));
    // Whatever came of it, no second file with a key stays.
    drop(fs::remove_file(&new));
    written?;
    sync_folder(path)?;
    Ok(MasterKey::new(*key.bytes()))
}

/// Some file systems have no links; there a key that comes to be in this very moment would be replaced.
fn name_it(new: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(new, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !path.exists() => fs::rename(new, path),
        linked => linked,
    }
}

/// Makes a new name in a folder durable.
pub(crate) fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let (_, created) = KeyFile::load_or_create(&path).unwrap();
        assert!(created);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else holds it");
        let written = fs::read(&path).unwrap();
        let (_, created) = KeyFile::load_or_create(&path).unwrap();
        assert!(!created);
        assert_eq!(fs::read(&path).unwrap(), written);
    }

    #[test]
    fn refuses_what_others_can_read_and_what_is_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        KeyFile::load_or_create(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(KeyFile::load_or_create(&path), Err(KeyFileError::Exposed { .. })));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        for text in ["", "abc", &"0".repeat(63), &"0".repeat(66), &"g".repeat(64)] {
            fs::write(&path, text).unwrap();
            assert!(matches!(KeyFile::load_or_create(&path), Err(KeyFileError::Malformed { .. })));
        }
    }
}
