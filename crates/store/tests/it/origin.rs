//! Whose a database is, and how one comes to be: what is empty or another program's is refused, what was interrupted is
//! begun again.

use std::fs;

use entente_store::OpenError;
use rusqlite::Connection;

use crate::disk::{open, refused};
use crate::world::key;

#[test]
fn an_emptied_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    let path = folder.path().join("entente.db");
    fs::write(&path, b"").unwrap();
    let (error, line) = refused(folder.path(), &key());
    assert!(matches!(error, OpenError::Empty { .. }), "{error:?}");
    assert!(line.contains("entente.db") && line.contains("delete it"), "{line}");
    assert!(fs::read(&path).unwrap().is_empty());
    // A database without a table is no more than an empty file.
    Connection::open(&path).unwrap().execute_batch("create table foo (a); drop table foo").unwrap();
    let (error, _) = refused(folder.path(), &key());
    assert!(matches!(error, OpenError::Empty { .. }), "{error:?}");
}

#[test]
fn another_programs_database_is_refused_and_left_alone() {
    let numbered = "pragma application_id = 0x0f055112; create table migration (a); create table meta (a); \
                    create table outbox (a); create table payload (a)";
    for made in ["create table foo (a); insert into foo values (1)", numbered] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("entente.db");
        Connection::open(&path).unwrap().execute_batch(made).unwrap();
        let before = fs::read(&path).unwrap();
        let (error, line) = refused(folder.path(), &key());
        assert!(matches!(error, OpenError::Foreign { .. }), "{error:?}");
        assert!(line.contains("entente.db"), "{line}");
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}

#[test]
fn a_database_that_carries_no_number_yet_gets_it() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    let path = folder.path().join("entente.db");
    let number = || -> i32 {
        let conn = Connection::open(&path).unwrap();
        conn.query_row("pragma application_id", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(number().to_be_bytes(), *b"Ente");
    Connection::open(&path).unwrap().execute_batch("pragma application_id = 0").unwrap();
    drop(open(folder.path()));
    assert_eq!(number().to_be_bytes(), *b"Ente");
}

#[test]
fn a_first_start_that_was_interrupted_anywhere_is_begun_again() {
    let made = tempfile::tempdir().unwrap();
    drop(open(made.path()));
    let whole = fs::read(made.path().join("entente.db")).unwrap();
    for written in [0, 1, 100, 4096, whole.len() / 2, whole.len()] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("entente.db.new"), &whole[..written]).unwrap();
        fs::write(folder.path().join("entente.db.new-journal"), &whole[..written / 2]).unwrap();
        drop(open(folder.path()));
        drop(open(folder.path()));
        assert!(!folder.path().join("entente.db.new").exists());
    }
}
