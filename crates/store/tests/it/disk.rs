//! What only a store on disk can promise: what it refuses, and what no file of it ever shows.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use entente_store::{
    COMMITS, Console, Finish, Inbox, Interest, KeyFile, LaneKey, Lanes, Links, Login, LoginSecret,
    LoginState, Logins, MasterKey, News, OpenError, Outbox, PendingGrant, Settings, Side, Sqlite, Store,
    Unreadable, What,
};
use rusqlite::Connection;
use secrecy::SecretString;

use crate::world::{
    at, claim, claim_of, created, deliver, direct, head, key, login_id, message, pair, plan, room, teams,
    webex,
};

pub(crate) fn open(folder: &Path) -> Sqlite {
    Sqlite::open(folder, &key()).unwrap()
}

/// The one line that an operator reads.
pub(crate) fn refused(folder: &Path, key: &MasterKey) -> (OpenError, String) {
    let error = Sqlite::open(folder, key).expect_err("the store must refuse to open");
    let line = error.to_string();
    assert!(!line.contains('\n') && line.len() > 20, "{line}");
    (error, line)
}

#[tokio::test]
async fn all_that_a_webhook_held_is_one_commit() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let commits = async || store.counts().await.unwrap().other[COMMITS];
    let here = room(&webex(), "r");
    let arrivals = (0..3).map(|number| created(&message(&here, &format!("m{number}")))).collect();
    let odd = |reason: &str| Unreadable {
        workspace: webex(),
        reason: reason.to_owned(),
        body: Bytes::from_static(b"{"),
    };
    let before = commits().await;
    store.accept_all(arrivals, vec![odd("no id"), odd("no room")], at(1)).await.unwrap();
    assert_eq!(commits().await, before + 1);
    assert_eq!((store.counts().await.unwrap().unrouted, store.aside(9).await.unwrap().len()), (3, 2));
}

#[tokio::test]
async fn a_second_instance_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path());
    let (error, line) = refused(folder.path(), &key());
    assert!(matches!(error, OpenError::InUse { .. }), "{error:?}");
    assert!(line.contains(&std::process::id().to_string()), "{line}");
    first.save_setting("still", b"works".to_vec()).await.unwrap();
    drop(first);
    open(folder.path());
}

#[test]
fn a_wrong_key_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    let (error, _) = refused(folder.path(), &MasterKey::new([1; 32]));
    assert!(matches!(error, OpenError::WrongKey { .. }), "{error:?}");
    drop(open(folder.path()));
}

#[test]
fn a_missing_key_is_not_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let (key, created) = KeyFile::for_database(&path, folder.path()).unwrap();
    assert!(created);
    drop(Sqlite::open(folder.path(), &key).unwrap());
    let (key, created) = KeyFile::for_database(&path, folder.path()).unwrap();
    assert!(!created);
    drop(Sqlite::open(folder.path(), &key).unwrap());
    fs::remove_file(&path).unwrap();
    let error = KeyFile::for_database(&path, folder.path()).unwrap_err();
    assert!(matches!(error, OpenError::KeyMissing { .. }), "{error:?}");
    assert!(!path.exists());
}

#[test]
fn a_folder_that_cannot_be_made_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let (error, line) = refused(&file.join("data"), &key());
    assert!(matches!(error, OpenError::Folder { .. }), "{error:?}");
    assert!(line.contains("data folder"), "{line}");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("entente.db");
    for garbage in [&b"hello"[..], &[0; 8192], b"SQLite format 3\0 and then nothing that makes sense"] {
        fs::write(&path, garbage).unwrap();
        let (error, line) = refused(folder.path(), &key());
        assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
        assert!(line.contains("entente.db"), "{line}");
        assert_eq!(fs::read(&path).unwrap(), garbage);
    }
}

#[tokio::test]
async fn a_damaged_page_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for number in 0..200 {
        store
            .accept(vec![created(&message(&room(&webex(), "r"), &format!("m{number}")))], at(1))
            .await
            .unwrap();
    }
    drop(store);
    let path = folder.path().join("entente.db");
    let sound = fs::read(&path).unwrap();
    // Every page but the first, which is the header's case, and those that are free.
    let mut refusals = 0;
    for page in 1..sound.len() / 4096 {
        let mut damaged = sound.clone();
        damaged[page * 4096..(page + 1) * 4096].fill(0xa5);
        fs::write(&path, &damaged).unwrap();
        match Sqlite::open(folder.path(), &key()) {
            Err(OpenError::Damaged { .. }) => refusals += 1,
            other => panic!("page {page}: {other:?}"),
        }
    }
    assert!(refusals > 10, "{refusals}");
    fs::write(&path, &sound).unwrap();
    assert_eq!(open(folder.path()).counts().await.unwrap().unrouted, 200);
}

#[test]
fn other_versions_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    let path = folder.path().join("entente.db");
    let run = |sql: &str| Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    run("insert into migration (number, name, hash) values (999, '0999_later', 'x')");
    let (error, line) = refused(folder.path(), &key());
    assert!(matches!(error, OpenError::Newer { .. }), "{error:?}");
    assert!(line.contains("has number 999, this one knows up to "), "{line}");
    run("delete from migration where number = 999; update migration set hash = 'x'");
    let (error, _) = refused(folder.path(), &key());
    assert!(matches!(error, OpenError::MigrationChanged { .. }), "{error:?}");
}

/// Everything in the folder, file by file.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.display().to_string(), fs::read(path).unwrap())).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn no_file_shows_a_text_or_a_token() {
    const CANARY: &str = "CANARY-7f3a";
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let secret = || SecretString::from(format!("token {CANARY}"));
    let tokens = LoginSecret { access: secret(), refresh: Some(secret()), expires_at: None, generation: 1 };
    let login = Login {
        id: login_id(1),
        workspace: webex(),
        kind: "bot".to_owned(),
        person: None,
        account: None,
        secret: Some(tokens.clone()),
        state: LoginState::Active,
    };
    store.save_login(&login).await.unwrap();
    store.renew(login.id, 1, &tokens).await.unwrap();
    let grant = PendingGrant {
        state: [1; 32],
        browser: [2; 32],
        workspace: webex(),
        kind: "account".to_owned(),
        person: None,
        verifier: Some(secret()),
        invitation: None,
        expires_at: at(9),
    };
    store.save_grant(&grant).await.unwrap();
    store.save_setting("hook", format!("key {CANARY}").into_bytes()).await.unwrap();
    store.setting_or("other", format!("key {CANARY}").into_bytes()).await.unwrap();
    let text = Bytes::from(format!("what was said: {CANARY}"));
    store.set_aside(&webex(), "no json", text.clone(), at(1)).await.unwrap();
    let here = room(&teams(), "t");
    store.remember(&direct(&here), Interest::Yes, Some(pair(1, 2)), at(1)).await.unwrap();
    let mut arrival = created(&message(&here, "m1"));
    arrival.body = Some(text.clone());
    let mut unknown = created(&message(&room(&teams(), "unknown"), "m1"));
    unknown.body = Some(text.clone());
    assert_eq!(store.accept(vec![arrival, unknown], at(1)).await.unwrap().stored, 2);
    let lane = LaneKey::Direct(pair(1, 2), webex());
    for number in 0..3 {
        let mut plan = plan(&lane, &message(&here, &format!("m{number}")));
        plan.payload = text.clone();
        store.plan(vec![plan], at(1)).await.unwrap();
    }
    let held = claim(&store, Side::Outbound, 1).await;
    assert_eq!(head(&store, &held).await.delivery.payload, text);
    let first = head(&store, &held).await.delivery.id;
    store.finish(&held, first, Finish::Dead { reason: "refused".into() }, at(2)).await.unwrap();
    for now in [3, 40, 80] {
        store.sweep(at(0), at(0), at(now)).await.unwrap();
        for (name, bytes) in files(folder.path()) {
            assert!(!holds(&bytes, CANARY), "{name} shows a secret");
        }
    }
    drop(store);
    for (name, bytes) in files(folder.path()) {
        assert!(!holds(&bytes, CANARY), "{name} shows a secret");
    }
    // And what is needed can still be read.
    let store = open(folder.path());
    assert!(store.replay(first, at(90)).await.unwrap());
    let held = claim_of(&store, &lane, 90).await;
    assert_eq!(head(&store, &held).await.delivery.payload, text);
}

/// Delivers one message while another waits; returns the sealed text of the delivered one and its key's number.
async fn deliver_one(store: &Sqlite, database: &Path) -> (i64, i64, Vec<u8>) {
    let lane = LaneKey::Conversation(room(&teams(), "t"));
    for name in ["m1", "m2"] {
        store.plan(vec![plan(&lane, &message(&room(&webex(), "r"), name))], at(1)).await.unwrap();
    }
    let held = claim(store, Side::Outbound, 1).await;
    let id = head(store, &held).await.delivery.id;
    let read = Connection::open(database).unwrap();
    let (key, sealed) = read
        .query_row("select key, sealed from payload where id = ?1", [id.0], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    deliver(store, &held, &message(&room(&teams(), "t"), "n1")).await;
    (id.0, key, sealed)
}

#[tokio::test]
async fn a_delivered_text_cannot_be_opened_a_minute_later() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("entente.db");
    let keys = folder.path().join("payload.keys");
    let store = open(folder.path());
    let (_, number, sealed) = deliver_one(&store, &database).await;
    let before = fs::read(&keys).unwrap();
    assert!(holds_number(&before, number), "the key is in its slot");
    // The text itself may still be in a page or in the log; its key is gone although its neighbour waits.
    store.sweep(at(0), at(0), at(20)).await.unwrap();
    assert!(holds_number(&fs::read(&keys).unwrap(), number), "within its time the key serves others");
    store.sweep(at(0), at(0), at(40)).await.unwrap();
    let after = fs::read(&keys).unwrap();
    assert!(!holds_number(&after, number));
    let old_slot = &before[slot_of(&before, number)..][..128];
    let sealed_key = &old_slot[8..81];
    assert!(!after.windows(sealed_key.len()).any(|window| window == sealed_key));
    let row = Connection::open(&database).unwrap();
    let waiting: Vec<(i64, Vec<u8>)> = row
        .prepare("select key, sealed from payload")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(waiting.len(), 1);
    assert_ne!(waiting[0].0, number);
    assert_ne!(waiting[0].1, sealed);
    let lane = claim(&store, Side::Outbound, 99).await;
    assert_eq!(head(&store, &lane).await.delivery.payload, "send m2");
    // The waiting one's own key dies with it.
    let own = waiting[0].0;
    deliver(&store, &lane, &message(&room(&teams(), "t"), "n2")).await;
    assert!(holds_number(&fs::read(&keys).unwrap(), own));
    store.sweep(at(0), at(0), at(100)).await.unwrap();
    assert!(!holds_number(&fs::read(&keys).unwrap(), own));
}

fn slot_of(keys: &[u8], number: i64) -> usize {
    let at = keys.chunks(128).position(|slot| slot.starts_with(&number.to_be_bytes()));
    at.expect("the key has a slot") * 128
}

fn holds_number(keys: &[u8], number: i64) -> bool {
    keys.chunks(128).any(|slot| slot.starts_with(&number.to_be_bytes()))
}

#[tokio::test]
async fn a_boot_destroys_the_keys_of_what_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let lane = LaneKey::Conversation(room(&teams(), "t"));
    store.plan(vec![plan(&lane, &message(&room(&webex(), "r"), "m1"))], at(1)).await.unwrap();
    let held = claim(&store, Side::Outbound, 1).await;
    deliver(&store, &held, &message(&room(&teams(), "t"), "n1")).await;
    drop(store);
    let before = fs::read(folder.path().join("payload.keys")).unwrap();
    drop(open(folder.path()));
    let after = fs::read(folder.path().join("payload.keys")).unwrap();
    assert_eq!(before.len(), 128);
    assert_ne!(before, after);
}

#[tokio::test]
async fn a_backup_without_its_payload_keys_gives_texts_up_and_keeps_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let here = room(&teams(), "t");
    store.remember(&direct(&here), Interest::Yes, Some(pair(1, 2)), at(1)).await.unwrap();
    store.accept(vec![created(&message(&here, "m1"))], at(1)).await.unwrap();
    let lane = LaneKey::Direct(pair(1, 2), webex());
    store.plan(vec![plan(&lane, &message(&here, "m0"))], at(1)).await.unwrap();
    store.set_aside(&webex(), "no json", Bytes::from_static(b"{"), at(1)).await.unwrap();
    drop(store);
    fs::remove_file(folder.path().join("payload.keys")).unwrap();
    let store = open(folder.path());
    let inbound = claim(&store, Side::Inbound, 2).await;
    let arrived = store.arrived(&inbound, 9).await.unwrap();
    assert_eq!((arrived.len(), arrived[0].body.clone()), (1, None), "it is a pointer now");
    assert!(store.claim(Side::Outbound, 9, crate::world::LEASE, at(9)).await.unwrap().is_empty());
    let letters = store.dead(9).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].reason, "the key of its text is gone");
    assert!(!store.replay(letters[0].delivery, at(9)).await.unwrap());
    let news = store.news(at(0), 9).await.unwrap();
    assert!(
        matches!(&news[..], [News { what: What::Died { about, .. }, .. }] if about.messages == 1),
        "{news:?}"
    );
    assert_eq!(store.aside(9).await.unwrap().len(), 1);
    crate::world::balanced(&store as &dyn Store).await;
}
