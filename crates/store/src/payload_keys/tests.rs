//! When keys are made, shared and destroyed.

use std::collections::HashSet;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp(seconds * 1_000_000)
}

fn open(path: &Path, boot: i64, named: &[i64]) -> PayloadKeys {
    let named: HashSet<_> = named.iter().copied().collect();
    PayloadKeys::open(path, MasterKey::new([1; 32]), boot, &named).unwrap()
}

#[test]
fn one_key_serves_an_epoch_and_then_another() {
    let folder = tempfile::tempdir().unwrap();
    let keys = open(&folder.path().join("payload.keys"), 1, &[]);
    let (one, first) = keys.ticket(at(0)).unwrap();
    let (two, same) = keys.ticket(at(29)).unwrap();
    let (three, next) = keys.ticket(at(30)).unwrap();
    assert!(one < two && two < three);
    assert_eq!(first.number, same.number);
    assert_ne!(first.number, next.number);
    let sealed = first.seal(one, b"hello");
    assert_eq!(same.open(one, &sealed).as_deref(), Some(&b"hello"[..]));
    assert_eq!(same.open(two, &sealed), None);
}

#[test]
fn a_key_in_use_is_not_destroyed() {
    let folder = tempfile::tempdir().unwrap();
    let keys = open(&folder.path().join("payload.keys"), 1, &[]);
    let (row, held) = keys.ticket(at(0)).unwrap();
    assert_eq!(keys.retired(at(31)), []);
    let number = held.number;
    drop(held);
    let retired = keys.retired(at(31));
    assert_eq!(retired.len(), 1);
    assert!(retired[0].first_row < row && row <= retired[0].last_row);
    keys.destroy(&[number]).unwrap();
    assert!(keys.get(number).is_none());
    assert_eq!(keys.retired(at(31)), []);
}

#[test]
fn keys_survive_a_restart_only_while_a_row_names_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payload.keys");
    let keys = open(&path, 1, &[]);
    let (row, one) = keys.ticket(at(0)).unwrap();
    let own = keys.own().unwrap();
    let sealed = one.seal(row, b"hello");
    let before = std::fs::read(&path).unwrap();
    let again = open(&path, 2, &[one.number]);
    assert_eq!(again.get(one.number).unwrap().open(row, &sealed).as_deref(), Some(&b"hello"[..]));
    assert!(again.get(own.number).is_none());
    assert_ne!(std::fs::read(&path).unwrap(), before);
    assert!(open(&path, 3, &[own.number]).get(own.number).is_none());
}

#[test]
fn a_destroyed_slot_is_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payload.keys");
    let keys = open(&path, 1, &[]);
    for _ in 0..10 {
        let own = keys.own().unwrap().number;
        keys.condemn(own);
        keys.destroy(&[]).unwrap();
    }
    assert_eq!(std::fs::metadata(&path).unwrap().len(), SLOT as u64);
}

#[test]
fn a_slot_torn_by_a_crash_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payload.keys");
    let number = open(&path, 1, &[]).own().unwrap().number;
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&path, &bytes[..90]).unwrap();
    assert!(open(&path, 2, &[number]).get(number).is_none());
}
