//! What keeps the server from starting: always one line that says what to do, and exit code 2.

use std::net::TcpListener;
use std::process::Command;

use crate::program::{Folder, errors};

/// The one line with which `command` refuses.
fn refusal(mut command: Command) -> String {
    let output = command.env("ENTENTE_LOG__LEVEL", "error").output().unwrap();
    let said = errors(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

/// A folder on which a server ran and ended in order.
fn used() -> Folder {
    let folder = Folder::new();
    let (server, _) = folder.running();
    assert_eq!(server.stop().code, Some(0));
    folder
}

#[test]
fn a_taken_port() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    folder.write("entente.toml", &format!("[server]\nlisten = \"{address}\"\n"));
    let said = refusal(folder.serve());
    assert!(said.contains(&address.to_string()) && said.contains("choose another port"), "{said}");
    assert!(!folder.path("data").exists(), "nothing is made before the port is ours");
}

#[test]
fn a_data_folder_that_cannot_be_written() {
    let folder = Folder::new();
    folder.write("data", "a file, where a folder should be");
    let said = refusal(folder.serve());
    assert!(said.contains("cannot be written") && said.contains("data.folder"), "{said}");
}

#[test]
fn a_second_instance() {
    let folder = Folder::new();
    let (server, _) = folder.running();
    let said = refusal(folder.serve());
    assert!(said.contains("is in use by process"), "{said}");
    assert_eq!(server.stop().code, Some(0), "the first one is not disturbed");
}

#[test]
fn a_missing_key() {
    let folder = used();
    std::fs::remove_file(folder.path("data/sealing.key")).unwrap();
    let said = refusal(folder.serve());
    assert!(said.contains("put the key back"), "{said}");
    assert!(!folder.path("data/sealing.key").exists(), "no new key is made over an old database");
}

#[test]
fn another_key() {
    let (folder, other) = (used(), used());
    std::fs::copy(other.path("data/sealing.key"), folder.path("data/sealing.key")).unwrap();
    let said = refusal(folder.serve());
    assert!(said.contains("use the key file that it was made with"), "{said}");
}

#[test]
fn a_damaged_database() {
    let folder = used();
    std::fs::write(folder.path("data/entente.db"), "this is not a database, whatever it was before").unwrap();
    let said = refusal(folder.serve());
    assert!(said.contains("damaged") && said.contains("backup"), "{said}");
}

#[test]
fn an_emptied_database() {
    let folder = used();
    std::fs::write(folder.path("data/entente.db"), "").unwrap();
    let said = refusal(folder.serve());
    assert!(said.contains("is empty") && said.contains("restore it from a backup"), "{said}");
}

#[test]
fn another_programs_database() {
    let folder = used();
    std::fs::remove_file(folder.path("data/entente.db")).unwrap();
    let other = rusqlite::Connection::open(folder.path("data/entente.db")).unwrap();
    other.execute("create table foo (a)", []).unwrap();
    drop(other);
    let said = refusal(folder.serve());
    assert!(said.contains("another program's database"), "{said}");
}

#[test]
fn a_database_of_a_newer_version() {
    let folder = used();
    let database = rusqlite::Connection::open(folder.path("data/entente.db")).unwrap();
    let added = "insert into migration (number, name, hash) \
         select 9999, '9999_from_the_future', hash from migration where number = 1";
    database.execute(added, []).unwrap();
    drop(database);
    let said = refusal(folder.serve());
    assert!(said.contains("newer version (its shape has number 9999, this one knows up to "), "{said}");
}
