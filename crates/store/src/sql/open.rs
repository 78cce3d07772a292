//! Opening, and everything that can be wrong with a folder.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::sync::{Arc, Mutex, mpsc};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::identities::Identities;
use super::names::Names;
use super::readers::Readers;
use super::run::Run;
use super::writer::Writer;
use super::{Shared, Sqlite, lock, migrate, origin, readers, rebuild};
use crate::leases::Leases;
use crate::payload_keys::PayloadKeys;
use crate::seal::Place;
use crate::{KeyFileError, MasterKey, StoreError};

pub(super) const DATABASE: &str = "entente.db";
const PAYLOAD_KEYS: &str = "payload.keys";
/// `SQLite` before this version could lose a committed page when the log was reset.
const OLDEST_SQLITE: i32 = 3_051_003;
const HEADER: &[u8] = b"SQLite format 3\0";

const META: &str = "select value from meta where name = ?1";
const SAVE_META: &str = "insert or replace into meta (name, value) values (?1, ?2)";
const NAMED_KEYS: &str = "select distinct key from payload";
const LAST_SEQ: &str = "select max(seq) from (select seq from outbox union all select seq from dead)";
const WRITER_PRAGMAS: &str = "pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 0; \
     pragma temp_store = memory; pragma mmap_size = 0; pragma foreign_keys = off; pragma cache_size = -6000; \
     pragma journal_size_limit = 67108864;";

/// Why a store cannot be opened; one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be made or written.
    #[error("cannot write to the data folder {folder} ({source}); give this user the right to, or choose another folder", folder = folder.display())]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process has it.
    #[error("the data folder {folder} is in use by process {process}; stop that instance, or give this one a folder of its own", folder = folder.display())]
    InUse {
        /// Which folder.
        folder: PathBuf,
        /// The other process's number, if it is known.
        process: String,
    },
    /// A later release wrote it.
    #[error(
        "the database was written by a newer version (its shape has number {found}, this one knows up to {known}); run \
         that version"
    )]
    Newer {
        /// The number of the newest migration in the database.
        found: u32,
        /// The newest one that this release has.
        known: usize,
    },
    /// A migration is not the one that was applied.
    #[error("the migration {name} is not the one this database was made with; run the release that made it")]
    MigrationChanged {
        /// Which one.
        name: &'static str,
    },
    /// The file is no sound database.
    #[error("the database {path} is damaged ({what}); move it away and restore it from a backup", path = path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// There is a file and nothing in it.
    #[error("the database {path} is empty, as none ever is; restore it from a backup, or delete it to begin anew", path = path.display())]
    Empty {
        /// Which file.
        path: PathBuf,
    },
    /// It is another program's.
    #[error("{path} is another program's database; move it away, or choose another data folder", path = path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
    },
    /// There is a database and no key.
    #[error("the key file {key} is missing, but {folder} holds a database; put the key back where it was", key = key.display(), folder = folder.display())]
    KeyMissing {
        /// Where the key should be.
        key: PathBuf,
        /// The folder of the database.
        folder: PathBuf,
    },
    /// The key is another one.
    #[error("the key does not open the database in {folder}; use the key file that it was made with", folder = folder.display())]
    WrongKey {
        /// Which folder.
        folder: PathBuf,
    },
    /// The key file cannot be used.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// Anything else.
    #[error("cannot open the database: {0}")]
    Backend(String),
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        let what = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged { path: PathBuf::new(), what }
            }
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                Self::Folder { folder: PathBuf::new(), source: io::Error::other(what) }
            }
            _ => Self::Backend(what),
        }
    }
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Backend(source) => match source.downcast::<rusqlite::Error>() {
                Ok(error) => (*error).into(),
                Err(other) => Self::Backend(other.to_string()),
            },
            other => Self::Backend(other.to_string()),
        }
    }
}

impl OpenError {
    /// Says which file, where the database did not.
    fn about(self, database: &Path) -> Self {
        match self {
            Self::Damaged { path, what } if path.as_os_str().is_empty() => {
                Self::Damaged { path: database.to_owned(), what }
            }
            Self::Folder { folder, source } if folder.as_os_str().is_empty() => {
                Self::Folder { folder: database.to_owned(), source }
            }
            other => other,
        }
    }
}

pub(super) fn open(folder: &Path, master: &MasterKey) -> Result<Sqlite, OpenError> {
    assert!(rusqlite::version_number() >= OLDEST_SQLITE, "the bundled SQLite is too old");
    let denied = |source| OpenError::Folder { folder: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(denied)?;
    let held = lock::take(folder)?;
    let path = folder.join(DATABASE);
    check_header(&path)?;
    let opened = || {
        origin::make(folder, master)?;
        let mut conn = connect(&path)?;
        migrate::migrate(&mut conn)?;
        check_key(&conn, folder, master)?;
        start(conn, folder, master, held)
    };
    opened().map_err(|error: OpenError| error.about(&path))
}

/// Everything after the checks: the boot's number, the keys of payloads, the leases, the threads.
fn start(conn: Connection, folder: &Path, master: &MasterKey, held: File) -> Result<Sqlite, OpenError> {
    let denied = |source| OpenError::Folder { folder: folder.to_owned(), source };
    let boot = number(&conn, "boot")? + 1;
    conn.run(SAVE_META, ("boot", boot))?;
    let people = number(&conn, "people")?;
    let named: HashSet<i64> = conn.all(NAMED_KEYS, [], |row| row.get(0))?.into_iter().collect();
    let keys = PayloadKeys::open(&folder.join(PAYLOAD_KEYS), master.clone(), boot, &named).map_err(denied)?;
    let lost: Vec<i64> = named.into_iter().filter(|key| keys.get(*key).is_none()).collect();
    rebuild::give_up(&conn, &lost)?;
    let last_seq = conn.one(LAST_SEQ, [], |row| row.get::<_, Option<i64>>(0))?.flatten().unwrap_or(0);
    let shared = Arc::new(Shared {
        master: master.clone(),
        keys,
        leases: Leases::new(boot),
        names: Names::default(),
        identities: Identities::default(),
        people: AtomicI64::new(people),
        counted: Mutex::default(),
        commits: AtomicU64::new(0),
        syncs: AtomicU64::new(0),
    });
    rebuild::leases(&conn, &shared)?;
    let readers = Readers::open(&folder.join(DATABASE))?;
    let (sender, jobs) = mpsc::channel();
    let writer = Writer { conn, shared: Arc::clone(&shared), jobs, people, last_seq };
    let thread = std::thread::Builder::new()
        .name("entente-writer".to_owned())
        .spawn(move || writer.work())
        .map_err(|error| OpenError::Backend(error.to_string()))?;
    Ok(Sqlite { shared, readers: Some(readers), jobs: Some(sender), writer: Some(thread), _lock: held })
}

fn connect(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    readers::prepare_once(&conn, 128)?;
    origin::ours(&conn, path)?;
    conn.execute_batch(WRITER_PRAGMAS)?;
    let verdict: String = conn.query_row("pragma quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        let what = verdict.lines().last().unwrap_or_default().to_owned();
        return Err(OpenError::Damaged { path: path.to_owned(), what });
    }
    Ok(conn)
}

/// A value of `meta` that is a number; 0 if there is none.
fn number(conn: &Connection, name: &str) -> Result<i64, StoreError> {
    Ok(conn.one(META, [name], |row| row.get(0))?.unwrap_or(0))
}

/// A file that is something else altogether is not to be touched.
fn check_header(path: &Path) -> Result<(), OpenError> {
    let denied = |source| OpenError::Folder { folder: path.to_owned(), source };
    let mut header = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(HEADER.len() as u64).read_to_end(&mut header).map_err(denied)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(denied(error)),
    };
    if header.is_empty() {
        return Err(OpenError::Empty { path: path.to_owned() });
    }
    if header == HEADER {
        return Ok(());
    }
    Err(OpenError::Damaged { path: path.to_owned(), what: "it does not begin like a database".to_owned() })
}

/// Compares the key with a value that was sealed when the database was made.
pub(super) fn check_key(conn: &Connection, folder: &Path, master: &MasterKey) -> Result<(), OpenError> {
    const PLAIN: &[u8] = b"entente";
    let place = Place { table: "meta", column: "value", row: b"check" };
    match conn.one(META, ["check"], |row| row.get::<_, Vec<u8>>(0))? {
        Some(sealed) if master.open(&place, &sealed).as_deref() == Some(PLAIN) => Ok(()),
        Some(_) => Err(OpenError::WrongKey { folder: folder.to_owned() }),
        None => {
            conn.run(SAVE_META, ("check", master.seal(&place, PLAIN)))?;
            Ok(())
        }
    }
}
