//! Webhooks that are not Microsoft's, or not fresh, or not for us: what they hold; their tokens are in `tokens`.

mod tokens;

use bytes::Bytes;
use entente_model::Timestamp;
use entente_platform::{Checked, Hook, Platform as _, Refused, Unverified};
use entente_platform_teams::Teams;
use http::HeaderMap;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::*;

fn verdict(hook: Hook<Unverified>) -> Result<(), Refused> {
    verdict_at(hook, NOW)
}

fn verdict_at(hook: Hook<Unverified>, now: Timestamp) -> Result<(), Refused> {
    match receiver().check(hook, now)? {
        Checked::Deliver(_) => Ok(()),
        Checked::Answer(answer) => panic!("{answer:?}"),
    }
}

fn batch() -> Value {
    notification(fixture_text("chat_message").as_bytes())
}

fn with(path: &str, value: Value) -> Hook<Unverified> {
    let mut batch = batch();
    *batch.pointer_mut(path).unwrap() = value;
    hook("changes", &batch)
}

#[test]
fn the_genuine_ones_pass() {
    assert_eq!(verdict(hook("changes", &batch())), Ok(()));
    assert_eq!(verdict(hook("changes", &stated("notification_thin"))), Ok(()));
    assert_eq!(verdict(hook("lifecycle", &stated("lifecycle"))), Ok(()));
    assert_eq!(verdict(activity(&fixture("activity_message"), &bot_token())), Ok(()));
}

#[test]
fn a_client_state_that_is_not_ours_is_forged() {
    let good = client_state();
    let (login, secret) = good.split_once('.').unwrap();
    let other = "0198a000-0000-7000-8000-000000000002";
    let flipped = |text: &str| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[20] = if bytes[20] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    for state in [
        json!(null),
        json!(""),
        json!("."),
        json!(7),
        json!(login),
        json!(secret),
        json!(format!("{login}.")),
        json!(format!("{login}.{}", flipped(secret))),
        json!(format!("{login}.{}", &secret[..42])),
        json!(format!("{login}.{secret}A")),
        json!(format!("{login}.{secret}=")),
        json!(format!("{login}.{}", secret.to_uppercase())),
        json!(format!("{other}.{secret}")),
        json!(format!("{}.{secret}", login.to_uppercase())),
        json!(format!("{good} ")),
        json!(format!("{good}\u{0}")),
    ] {
        assert_eq!(verdict(with("/value/0/clientState", state.clone())), Err(Refused::Forged), "{state}");
    }
}

#[test]
fn one_forged_item_refuses_the_batch() {
    let mut batch = stated("notification_thin");
    batch["value"][3]["clientState"] = json!("forged");
    assert_eq!(verdict(hook("changes", &batch)), Err(Refused::Forged));
    let mut batch = stated("notification_thin");
    batch["value"].as_array_mut().unwrap().push(json!("not an object"));
    assert_eq!(verdict(hook("changes", &batch)), Err(Refused::Forged));
    let mut batch = stated("notification_thin");
    batch["value"][2]["tenantId"] = json!("0bad0000-0000-4000-8000-000000000000");
    assert_eq!(verdict(hook("changes", &batch)), Err(Refused::Forged));
}

#[test]
fn a_batch_that_proves_nothing_is_refused() {
    assert_eq!(verdict(hook("changes", &json!({"value": []}))), Err(Refused::Forged));
    assert_eq!(verdict(with("/validationTokens", json!([]))), Err(Refused::Forged));
    assert_eq!(verdict(with("/validationTokens", json!(null))), Err(Refused::Forged));
    let mut without = batch();
    without.as_object_mut().unwrap().remove("validationTokens");
    assert_eq!(verdict(hook("changes", &without)), Err(Refused::Forged));
}

#[test]
fn a_field_that_is_there_twice_is_not_chosen_from() {
    let text = batch().to_string();
    let state = format!("\"clientState\":\"{}\"", client_state());
    let twice = text.replace(&state, &format!("\"clientState\":\"x\",{state}"));
    let hook = Hook::new("changes".into(), None, HeaderMap::new(), twice.into());
    assert_eq!(verdict(hook), Err(Refused::Forged));
    let twice = text.replacen('{', "{\"value\":[],", 1);
    let hook = Hook::new("changes".into(), None, HeaderMap::new(), twice.into());
    assert_eq!(verdict(hook), Err(Refused::Malformed));
}

#[test]
fn what_is_no_batch_is_malformed() {
    let gzip: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0];
    for body in [&b""[..], b"{", b"[]", b"\"x\"", b"null", b"{}", b"\xff\xfe", gzip] {
        let hook = Hook::new("changes".into(), None, HeaderMap::new(), Bytes::copy_from_slice(body));
        assert_eq!(verdict(hook), Err(Refused::Malformed), "{body:?}");
    }
    let elsewhere = Hook::new("elsewhere".into(), None, HeaderMap::new(), batch().to_string().into());
    assert_eq!(verdict(elsewhere), Err(Refused::Malformed));
    let long = format!("validationToken={}", "x".repeat(5_000));
    let hook = Hook::new("changes".into(), Some(long), HeaderMap::new(), Bytes::new());
    assert_eq!(receiver().check(hook, NOW).unwrap_err(), Refused::Malformed);
}

#[test]
fn without_keys_everything_signed_waits() {
    let mut secrets = secrets();
    secrets.public_keys.clear();
    let receiver = Teams.receiver(&site(), secrets).unwrap();
    assert_eq!(receiver.check(hook("changes", &batch()), NOW).unwrap_err(), Refused::UnknownKey);
    let activity = activity(&fixture("activity_message"), &bot_token());
    assert_eq!(receiver.check(activity, NOW).unwrap_err(), Refused::UnknownKey);
}

#[test]
fn a_workspace_that_cannot_be_served_is_told_why() {
    let mut site = site();
    site.tenant = None;
    assert!(Teams.receiver(&site, secrets()).err().unwrap().contains("tenant"));
    let mut secrets = secrets();
    secrets.public_keys.insert("graph".into(), b"<html>".to_vec().into());
    assert!(Teams.receiver(&crate::support::site(), secrets).err().unwrap().contains("key document"));
}

proptest! {
    /// No bit of a thin batch that means something can be changed into another accepted one.
    #[test]
    fn a_changed_client_state_never_passes(at in 0_usize..80, bit in 0_u8..7) {
        let mut state = client_state().into_bytes();
        state[at] ^= 1 << bit;
        let state = String::from_utf8_lossy(&state).into_owned();
        prop_assert_eq!(verdict(with("/value/0/clientState", json!(state))), Err(Refused::Forged));
    }

    /// Whatever comes, it is refused and nothing breaks.
    #[test]
    fn rubbish_is_refused(body in proptest::collection::vec(any::<u8>(), 0..300), channel in "changes|lifecycle|messages") {
        let hook = Hook::new(channel, None, HeaderMap::new(), body.into());
        prop_assert!(receiver().check(hook, NOW).is_err());
    }
}
