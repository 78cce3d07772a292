//! Whose a database is, and how one comes to be.
//!
//! A database of ours is never seen unfinished: it is made whole under another name and then given its own, so a first start
//! that is interrupted anywhere leaves nothing, or all of it. That is what lets an empty file be refused: it is not a
//! beginning but what is left of an end, and filling it would look like a fresh installation while the old one is lost.
//!
//! Ours carry an `application_id` ("Database File Format", 1.3.14), which tells them from any other program's before a byte
//! of them is changed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::open::{DATABASE, OpenError, check_key};
use super::{migrate, readers};
use crate::MasterKey;
use crate::key_file::sync_folder;

/// "Ente" in ASCII.
pub(super) const APPLICATION: i32 = 0x456e_7465;

const SET_APPLICATION: &str = "pragma application_id = 0x456e7465";
const APPLICATION_OF: &str = "pragma application_id";
/// Before they carried the number, ours were known by their tables.
const OUR_TABLES: &str = "select count(*) from sqlite_schema where type = 'table' and name in ('migration', 'meta', 'outbox', 'payload')";
const ANY_TABLE: &str = "select exists (select 1 from sqlite_schema)";

/// Makes the database of a folder if it has none. To be called under the folder's lock.
pub(super) fn make(folder: &Path, master: &MasterKey) -> Result<(), OpenError> {
    let path = folder.join(DATABASE);
    if path.exists() {
        return Ok(());
    }
    let unfinished = [folder.join("entente.db.new"), folder.join("entente.db.new-journal")];
    let denied = |source| OpenError::Folder { folder: folder.to_owned(), source };
    for left in &unfinished {
        forget(left).map_err(denied)?;
    }
    let [new, _] = unfinished;
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(&new, flags)?;
    readers::prepare_once(&conn, 8)?;
    conn.execute_batch(SET_APPLICATION)?;
    migrate::migrate(&mut conn)?;
    check_key(&conn, folder, master)?;
    conn.close().map_err(|(_, error)| error)?;
    let named = || {
        File::open(&new)?.sync_all()?;
        fs::rename(&new, &path)?;
        sync_folder(&path)
    };
    named().map_err(denied)
}

fn forget(file: &PathBuf) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Refuses what is not ours, before anything is written.
pub(super) fn ours(conn: &Connection, path: &Path) -> Result<(), OpenError> {
    match conn.query_row(APPLICATION_OF, [], |row| row.get::<_, i32>(0))? {
        APPLICATION => Ok(()),
        0 if conn.query_row(OUR_TABLES, [], |row| row.get::<_, u32>(0))? == 4 => {
            Ok(conn.execute_batch(SET_APPLICATION)?)
        }
        0 if !conn.query_row(ANY_TABLE, [], |row| row.get::<_, bool>(0))? => {
            Err(OpenError::Empty { path: path.to_owned() })
        }
        _ => Err(OpenError::Foreign { path: path.to_owned() }),
    }
}
