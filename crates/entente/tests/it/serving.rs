//! Starting, stopping, starting again.

use std::os::unix::fs::PermissionsExt as _;

use crate::program::{Folder, errors, run};

#[test]
fn the_first_start_makes_key_and_token_and_says_so() {
    let folder = Folder::new();
    let (server, _) = folder.running();
    for name in ["sealing.key", "operator.token", "server.json"] {
        let mode = std::fs::metadata(folder.path("data").join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let token = std::fs::read_to_string(folder.path("data/operator.token")).unwrap();
    let ended = server.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    assert!(ended.errors.contains("keep a copy of it somewhere else"), "{}", ended.errors);
    assert!(!ended.errors.contains(token.trim()), "a secret was logged");
    assert!(!folder.path("data/server.json").exists());
}

#[test]
fn a_second_start_finds_everything_again() {
    let folder = Folder::new();
    let (server, _) = folder.running();
    let token = std::fs::read(folder.path("data/operator.token")).unwrap();
    assert_eq!(server.stop().code, Some(0));
    let (server, url) = folder.running();
    assert_eq!(std::fs::read(folder.path("data/operator.token")).unwrap(), token);
    let data = folder.path("data");
    let said = run(&["status", "--data", data.to_str().unwrap()]);
    assert!(said.status.success(), "{}", errors(&said));
    assert!(String::from_utf8(said.stdout).unwrap().starts_with("All is well."));
    let link = run(&["sign-in", "--data", data.to_str().unwrap()]);
    assert!(String::from_utf8(link.stdout).unwrap().starts_with(&format!("{url}/sign-in/")));
    let ended = server.stop();
    assert_eq!(ended.code, Some(0));
    assert!(!ended.errors.contains("made the key"), "{}", ended.errors);
}
